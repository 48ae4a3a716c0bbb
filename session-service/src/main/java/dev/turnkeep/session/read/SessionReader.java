package dev.turnkeep.session.read;

import dev.turnkeep.contracts.id.ActorId;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.access.Caller;
import dev.turnkeep.session.access.Granted;
import dev.turnkeep.session.page.Cursors;
import dev.turnkeep.session.page.Page;
import dev.turnkeep.session.store.ApiConfig;
import dev.turnkeep.session.store.Database;
import dev.turnkeep.session.store.RowJson;
import dev.turnkeep.session.store.Statement;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads sessions from Postgres: what was written is read at once. */
@Singleton
public class SessionReader {
    private static final String CURSOR = "cursor";

    private final Database database;
    private final ApiConfig config;
    private final Cursors cursors;

    SessionReader(Database database, ApiConfig config, Cursors cursors) {
        this.database = database;
        this.config = config;
        this.cursors = cursors;
    }

    /** A session with its place in the fork tree, as far as the caller may see it. */
    public Map<String, @Nullable Object> session(Granted granted) {
        Scope scope = granted.scope();
        SessionId id = granted.id();
        SessionMembers shown = new SessionMembers(granted.caller());
        return database.inOrg(scope.org(), work -> {
            Map<String, @Nullable Object> session = session(work, scope, id, shown);
            session.put(
                    "parent",
                    session.get("parent_session_id") instanceof UUID parent
                            ? first(work.rows(SessionQueries.parent(scope, new SessionId(parent))), Set.of())
                                    .orElse(null)
                            : null);
            List<Row> children = work.rows(SessionQueries.children(scope, id)).stream()
                    .filter(child -> shown.sees(new SessionId(child.getUUID("id"))))
                    .toList();
            session.put("children", items(children, Set.of()));
            return session;
        });
    }

    /** The session of a harness's own id; the retired ones that had it before only when asked for. */
    public Page byKey(Caller caller, HarnessId harness, HarnessSessionId key, boolean retired) {
        Scope scope = caller.scope();
        return database.inOrg(scope.org(), work -> {
            List<Row> rows = new ArrayList<>(work.rows(SessionQueries.byKey(scope, harness, key)));
            if (retired) {
                rows.addAll(work.rows(SessionQueries.retiredByKey(scope, harness, key)));
            }
            return new Page(rows.stream().map(new SessionMembers(caller)::of).toList(), null);
        });
    }

    Map<String, @Nullable Object> liveOf(Caller caller, HarnessId harness, ActorId actor) {
        return database.inOrg(
                caller.scope().org(), work -> work.row(SessionQueries.liveOf(caller.scope(), harness, actor))
                        .map(new SessionMembers(caller)::of)
                        .orElseThrow(SessionReader::notFound));
    }

    Map<String, @Nullable Object> turn(Scope scope, TurnId turn) {
        return database.inOrg(
                scope.org(), work -> first(work.rows(SessionQueries.turn(scope, turn)), SessionQueries.TURN_JSON)
                        .orElseThrow(SessionReader::notFound));
    }

    /** In the order of arrival. */
    Page turns(Scope scope, SessionId session, @Nullable String cursor, @Nullable Integer limit) {
        List<String> list = list("turns", scope, session);
        long after = cursor == null ? 0 : Long.parseLong(cursors.open(list, cursor, CURSOR));
        int size = size(limit);
        return database.inOrg(scope.org(), work -> {
            require(work, scope, session);
            List<Row> rows = work.rows(SessionQueries.turns(scope, session, after, size + 1));
            return Page.of(
                    items(rows, SessionQueries.TURN_JSON),
                    size,
                    turn -> cursors.seal(list, String.valueOf(turn.get("seq"))));
        });
    }

    /** In the order in which they happened; where the session comes from is not told to tokens. */
    Page events(Caller caller, SessionId session, @Nullable String cursor, @Nullable Integer limit) {
        Scope scope = caller.scope();
        List<String> list = list("events", scope, session);
        long after = cursor == null ? 0 : Long.parseLong(cursors.open(list, cursor, CURSOR));
        int size = size(limit);
        return database.inOrg(scope.org(), work -> {
            require(work, scope, session);
            List<Row> rows = work.rows(SessionQueries.events(scope, session, after, size + 1, caller.holdsKey()));
            return Page.of(
                    items(rows, Set.of("payload")),
                    size,
                    event -> cursors.seal(list, String.valueOf(event.get("position"))));
        });
    }

    /** From the leaf upwards: of the newest main-thread turn, or of the turn or thread that is named. */
    Page messages(
            Scope scope,
            SessionId session,
            @Nullable TurnId turn,
            @Nullable String thread,
            @Nullable String cursor,
            @Nullable Integer limit) {
        int size = size(limit);
        List<String> list = list("messages", scope, session);
        Optional<String> position = Optional.ofNullable(cursor).map(c -> cursors.open(list, c, CURSOR));
        return database.inOrg(scope.org(), work -> {
            require(work, scope, session);
            Optional<String> from = position.or(() -> leaf(work, scope, session, turn, thread));
            if (from.isEmpty()) {
                return new Page(List.of(), null);
            }
            List<Row> rows = work.rows(SessionQueries.chain(scope, session, from.get(), size + 1));
            List<Map<String, @Nullable Object>> messages = items(rows, Set.of("content"));
            return Page.of(messages, size, last -> cursors.seal(list, String.valueOf(last.get("parent_hash"))));
        });
    }

    private static Optional<String> leaf(
            Database.Work work, Scope scope, SessionId session, @Nullable TurnId turn, @Nullable String thread) {
        Statement statement = turn == null
                ? SessionQueries.newestLeaf(scope, session, thread)
                : SessionQueries.leafOf(scope, session, turn);
        Optional<String> leaf = work.row(statement)
                .map(row -> row.getBuffer("leaf_hash"))
                .map(Buffer::getBytes)
                .map(HexFormat.of()::formatHex);
        if (leaf.isEmpty() && turn != null) {
            throw notFound();
        }
        return leaf;
    }

    private static Map<String, @Nullable Object> session(
            Database.Work work, Scope scope, SessionId id, SessionMembers shown) {
        return work.row(SessionQueries.byId(scope, id)).map(shown::of).orElseThrow(SessionReader::notFound);
    }

    private static void require(Database.Work work, Scope scope, SessionId id) {
        if (work.row(SessionQueries.exists(scope, id)).isEmpty()) {
            throw notFound();
        }
    }

    private static List<String> list(String name, Scope scope, SessionId session) {
        return List.of(name, scope.org().toString(), scope.environment().value(), session.toString());
    }

    private int size(@Nullable Integer limit) {
        if (limit == null) {
            return config.pageDefault();
        }
        if (limit < 1 || limit > config.pageMax()) {
            throw new Invalid(Problem.MALFORMED, "limit", "limit: 1.." + config.pageMax());
        }
        return limit;
    }

    private static List<Map<String, @Nullable Object>> items(List<Row> rows, Set<String> json) {
        return rows.stream().map(row -> RowJson.of(row, json)).toList();
    }

    private static Optional<Map<String, @Nullable Object>> first(List<Row> rows, Set<String> json) {
        return items(rows, json).stream().findFirst();
    }

    private static Invalid notFound() {
        return new Invalid(Problem.NOT_FOUND, null, Problem.NOT_FOUND.title());
    }
}
