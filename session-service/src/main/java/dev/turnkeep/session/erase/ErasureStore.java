package dev.turnkeep.session.erase;

import dev.turnkeep.contracts.id.ActorId;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.Identities;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.lifecycle.EventType;
import dev.turnkeep.session.store.Buckets;
import dev.turnkeep.session.store.Database.Work;
import dev.turnkeep.session.store.Statement;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The statements of erasure but for content's. */
final class ErasureStore {
    private static final String NAMES = """
        SELECT s.harness_id, s.harness_session_id, s.actor_id
        FROM sessions s
        WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3 AND NOT s.is_placeholder
        """;

    /** With its children, in the one order in which rows are locked. */
    private static final String LOCK = """
        SELECT s.id, s.harness_id, s.harness_session_id, s.actor_id, s.epoch, s.version
        FROM sessions s
        WHERE s.org_id = $1 AND s.environment = $2 AND (s.id = $3 OR s.parent_session_id = $3)
        ORDER BY s.id
        FOR UPDATE
        """;

    /**
     * Brokers and Postgres have clocks of their own: what the session has received by the broker's clock is covered too.
     */
    private static final String TOMBSTONE = """
        INSERT INTO erased_sessions (
            session_id, org_id, environment, harness_id, harness_session_id, external_id, actor_id, covers_from,
            covers_to, erased_at)
        SELECT s.id, s.org_id, s.environment, s.harness_id, s.harness_session_id, s.external_id, s.actor_id,
               s.started_at - i.idle, s.last_event_at + i.idle, GREATEST(clock_timestamp(), s.last_received_at)
        FROM sessions s
        JOIN environments e ON e.org_id = s.org_id AND e.name = s.environment
        CROSS JOIN LATERAL (
            SELECT coalesce((e.harness_idle_timeouts ->> s.harness_id)::interval, e.idle_timeout) AS idle) i
        WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3
        """;

    private static final String TURNS_STAY_OUT = """
        INSERT INTO erased_turns (turn_id, org_id, erased_at)
        SELECT t.turn_id, t.org_id, clock_timestamp()
        FROM turns t
        WHERE t.org_id = $1 AND t.environment = $2 AND t.session_id = $3
        ON CONFLICT DO NOTHING
        """;

    private static final String DELETE_TURNS = """
        DELETE FROM turns t
        WHERE t.org_id = $1 AND t.environment = $2 AND t.session_id = $3
        RETURNING t.leaf_hash, t.system_digest, t.tools_digest, t.params_digest
        """;

    /** Tables whose rows are the session's own. */
    private static final List<String> OWN = List.of(
            "node_variants",
            "session_threads",
            "session_leases",
            "session_end_failures",
            "session_requests",
            "session_runs",
            "session_events");

    private static final String ORPHAN = """
        UPDATE sessions s SET parent_session_id = NULL, version = s.version + 1, updated_at = GREATEST(s.updated_at, $4)
        WHERE s.org_id = $1 AND s.environment = $2 AND s.parent_session_id = $3
        """;

    private static final String TELL = """
        INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
        SELECT $4, s.org_id, s.environment, s.id, s.epoch, $5, $6,
               JSON_OBJECT('session' VALUE JSON_OBJECT(
                   'id' VALUE s.id::text,
                   'friendly_id' VALUE s.friendly_id,
                   'environment' VALUE s.environment,
                   'state' VALUE s.state,
                   'epoch' VALUE s.epoch,
                   'version' VALUE s.version + 1) RETURNING json), $6
        FROM sessions s
        WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3
        """;

    private static final String DELETE =
            "DELETE FROM sessions s WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3";

    private final Work work;
    private final Scope scope;
    private final SessionId session;

    ErasureStore(Work work, Scope scope, SessionId session) {
        this.work = work;
        this.scope = scope;
        this.session = session;
    }

    /** The names under which turns may make a session. */
    record Names(
            String harness,
            @Nullable String harnessSession,
            @Nullable String actor) {
        private static Names of(Row row) {
            return new Names(
                    row.getString("harness_id"), row.getString("harness_session_id"), row.getString("actor_id"));
        }

        Optional<Integer> bucket(Scope scope) {
            if (harnessSession != null) {
                return Optional.of(Buckets.ofKey(scope, new HarnessSessionId(harnessSession)));
            }
            return actor == null
                    ? Optional.empty()
                    : Optional.of(
                            Buckets.of(new ActorSlot(scope, new HarnessId(harness), new ActorId(actor)).encoded()));
        }
    }

    /** The row, locked. */
    record Locked(Names names, int epoch, long version) {}

    /** What the session's turns were made of, in hex. */
    record Made(Set<String> leaves, Set<String> blobs) {}

    Optional<Names> names() {
        return work.row(of(NAMES)).map(Names::of);
    }

    Optional<Locked> lock() {
        return work.rows(of(LOCK)).stream()
                .filter(row -> row.getUUID("id").equals(session.value()))
                .findFirst()
                .map(row -> new Locked(Names.of(row), row.getInteger("epoch"), row.getLong("version")));
    }

    void keepOut() {
        work.rows(of(TOMBSTONE));
        work.rows(of(TURNS_STAY_OUT));
    }

    Made deleteTurns() {
        Set<String> leaves = new TreeSet<>();
        Set<String> blobs = new TreeSet<>();
        for (Row row : work.rows(of(DELETE_TURNS))) {
            add(leaves, row.getBuffer("leaf_hash"));
            add(blobs, row.getBuffer("system_digest"));
            add(blobs, row.getBuffer("tools_digest"));
            add(blobs, row.getBuffer("params_digest"));
        }
        return new Made(leaves, blobs);
    }

    void deleteOwn() {
        OWN.forEach(table -> work.rows(
                of("DELETE FROM " + table + " o WHERE o.org_id = $1 AND o.environment = $2 AND o.session_id = $3")));
    }

    /** Last of all, so that the row is there for the event to be made of. */
    void delete(Locked locked, Instant now) {
        String type = EventType.DELETED.text();
        Object at = now.atOffset(ZoneOffset.UTC);
        work.rows(of(ORPHAN, at));
        Object event = Identities.event(session, locked.epoch(), type, Long.toString(locked.version() + 1))
                .value();
        work.rows(of(TELL, event, type, at));
        work.rows(of(DELETE));
    }

    private static void add(Collection<String> hashes, @Nullable Buffer hash) {
        if (hash != null) {
            hashes.add(HexFormat.of().formatHex(hash.getBytes()));
        }
    }

    private Statement of(String sql, Object... parameters) {
        Tuple tuple = Tuple.of(scope.org().value(), scope.environment().value(), session.value());
        for (Object parameter : parameters) {
            tuple.addValue(parameter);
        }
        return new Statement(sql, tuple);
    }
}
