package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.id.ActorId;
import dev.turnkeep.contracts.id.AuthSubject;
import dev.turnkeep.contracts.id.ExternalId;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.id.TurnAddress.ByExternalId;
import dev.turnkeep.contracts.id.TurnAddress.ById;
import dev.turnkeep.contracts.lifecycle.SubjectSlot;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the sessions that the turns of a batch address, without locking them. Every statement serves the whole batch. */
final class Lookups {
    /** A harness session id under any harness: a turn's own, or its parent's. */
    record AnyKey(Scope scope, HarnessSessionId key) {}

    /**
     * Live sessions of a subject.
     *
     * @param all whether there are no others; else there are more than a batch can end or give away
     */
    record Live(List<Found> sessions, boolean all) {}

    /** A moment of a slot: which of its sessions may a turn of that time belong to? */
    record Moment(ActorSlot slot, Instant at, Duration idle) {}

    private static final String FOUND = """
            s.id, s.org_id, s.environment, s.harness_id, s.harness_session_id, s.is_guessed,
            s.state IN ('open', 'suspended') AS live, s.parent_session_id IS NOT NULL AS linked""";

    /** OFFSET 0 makes the keys drive the look-up: without statistics Postgres would read all sessions for them. */
    private static final String BY_KEY = """
            SELECT %s
            FROM unnest($1::uuid[], $2::text[], $3::text[]) AS k (org_id, environment, harness_session_id)
            CROSS JOIN LATERAL (
                SELECT l.* FROM sessions l
                WHERE l.org_id = k.org_id AND l.environment = k.environment
                  AND l.harness_session_id = k.harness_session_id AND l.retired_at IS NULL
                OFFSET 0
            ) s
            """.formatted(FOUND);

    private static final String BY_ID = """
            SELECT %s
            FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS k (org_id, environment, id)
            JOIN sessions s ON s.id = k.id AND s.org_id = k.org_id AND s.environment = k.environment
            """.formatted(FOUND);

    private static final String BY_EXTERNAL_ID = """
            SELECT %s, s.external_id
            FROM unnest($1::uuid[], $2::text[], $3::text[]) AS k (org_id, environment, external_id)
            JOIN sessions s ON s.org_id = k.org_id AND s.environment = k.environment
                AND s.external_id = k.external_id AND s.retired_at IS NULL
            """.formatted(FOUND);

    /** The slot's live session, the one that started last, and for every moment the ones that could cover it. */
    private static final String BY_SLOT = """
            SELECT DISTINCT %s, s.actor_id
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
                AS k (org_id, environment, harness_id, actor_id, at, reach)
            CROSS JOIN LATERAL (
                (SELECT l.* FROM sessions l
                 WHERE l.org_id = k.org_id AND l.environment = k.environment AND l.harness_id = k.harness_id
                   AND l.actor_id = k.actor_id AND l.harness_session_id IS NULL AND l.state IN ('open', 'suspended'))
                UNION ALL
                (SELECT n.* FROM sessions n
                 WHERE n.org_id = k.org_id AND n.environment = k.environment AND n.harness_id = k.harness_id
                   AND n.actor_id = k.actor_id AND n.harness_session_id IS NULL AND n.retired_at IS NULL
                 ORDER BY n.started_at DESC LIMIT 1)
                UNION ALL
                (SELECT c.* FROM sessions c
                 WHERE c.org_id = k.org_id AND c.environment = k.environment AND c.harness_id = k.harness_id
                   AND c.actor_id = k.actor_id AND c.harness_session_id IS NULL AND c.retired_at IS NULL
                   AND c.started_at <= k.at
                 ORDER BY c.started_at DESC LIMIT 1)
                UNION ALL
                (SELECT b.* FROM sessions b
                 WHERE b.org_id = k.org_id AND b.environment = k.environment AND b.harness_id = k.harness_id
                   AND b.actor_id = k.actor_id AND b.harness_session_id IS NULL AND b.retired_at IS NULL
                   AND b.started_at > k.at AND b.started_at <= k.reach AND b.end_reason = 'backfill'
                 ORDER BY b.started_at DESC LIMIT 1)
            ) s
            """.formatted(FOUND);

    private static final String BY_SUBJECT = """
            SELECT %s, s.auth_subject
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[])
                AS k (org_id, environment, harness_id, subject, enough)
            CROSS JOIN LATERAL (
                SELECT l.* FROM sessions l
                WHERE l.org_id = k.org_id AND l.environment = k.environment AND l.harness_id = k.harness_id
                  AND l.auth_subject = k.subject AND l.state IN ('open', 'suspended')
                ORDER BY l.id LIMIT k.enough
            ) s
            """.formatted(FOUND);

    private static final String SETTINGS = """
            SELECT e.org_id, e.name AS environment, extract(epoch FROM e.idle_timeout)::float8 AS idle_seconds,
                   h.harness_id, extract(epoch FROM h.timeout::interval)::float8 AS harness_idle_seconds
            FROM unnest($1::uuid[], $2::text[]) AS k (org_id, environment)
            JOIN environments e ON e.org_id = k.org_id AND e.name = k.environment
            LEFT JOIN LATERAL jsonb_each_text(e.harness_idle_timeouts) AS h (harness_id, timeout) ON true
            """;

    private Lookups() {}

    static Future<List<Found>> byKey(SqlConnection connection, Collection<AnyKey> keys) {
        if (keys.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        Columns<AnyKey> columns = Columns.of(List.copyOf(keys))
                .uuid(k -> k.scope().org().value())
                .text(k -> k.scope().environment().value())
                .text(k -> k.key().value());
        return found(connection, BY_KEY, columns.tuple());
    }

    /** A session id is a caller's word: it is found in the caller's scope only. */
    static Future<List<Found>> byId(SqlConnection connection, Collection<ById> ids) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        Columns<ById> columns = Columns.of(List.copyOf(ids))
                .uuid(k -> k.scope().org().value())
                .text(k -> k.scope().environment().value())
                .uuid(k -> k.session().value());
        return found(connection, BY_ID, columns.tuple());
    }

    static Future<Map<ByExternalId, Found>> byExternalId(SqlConnection connection, Collection<ByExternalId> ids) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        Columns<ByExternalId> columns = Columns.of(List.copyOf(ids))
                .uuid(k -> k.scope().org().value())
                .text(k -> k.scope().environment().value())
                .text(k -> k.external().value());
        return connection.preparedQuery(BY_EXTERNAL_ID).execute(columns.tuple()).map(rows -> {
            Map<ByExternalId, Found> found = new HashMap<>();
            rows.forEach(row -> found.put(
                    new ByExternalId(SessionRows.scope(row), new ExternalId(row.getString("external_id"))),
                    found(row)));
            return found;
        });
    }

    static Future<Map<ActorSlot, List<Found>>> bySlot(SqlConnection connection, Collection<Moment> moments) {
        if (moments.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        Columns<Moment> columns = Columns.of(List.copyOf(moments))
                .uuid(m -> m.slot().scope().org().value())
                .text(m -> m.slot().scope().environment().value())
                .text(m -> m.slot().harness().value())
                .text(m -> m.slot().actor().value())
                .time(Moment::at)
                .time(m -> m.at().plus(m.idle()));
        return connection.preparedQuery(BY_SLOT).execute(columns.tuple()).map(rows -> {
            Map<ActorSlot, List<Found>> slots = new HashMap<>();
            for (Row row : rows) {
                Found found = found(row);
                ActorSlot slot = new ActorSlot(found.scope(), found.harness(), new ActorId(row.getString("actor_id")));
                slots.computeIfAbsent(slot, s -> new ArrayList<>()).add(found);
            }
            return slots;
        });
    }

    static Future<Map<SubjectSlot, Live>> bySubject(SqlConnection connection, Map<SubjectSlot, Integer> subjects) {
        if (subjects.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        Columns<Map.Entry<SubjectSlot, Integer>> columns = Columns.of(List.copyOf(subjects.entrySet()))
                .uuid(s -> s.getKey().scope().org().value())
                .text(s -> s.getKey().scope().environment().value())
                .text(s -> s.getKey().harness().value())
                .text(s -> s.getKey().subject().value())
                .bigint(s -> s.getValue().longValue());
        return connection.preparedQuery(BY_SUBJECT).execute(columns.tuple()).map(rows -> {
            Map<SubjectSlot, List<Found>> found = new HashMap<>();
            for (Row row : rows) {
                Found session = found(row);
                AuthSubject subject = new AuthSubject(row.getString("auth_subject"));
                found.computeIfAbsent(
                                new SubjectSlot(session.scope(), session.harness(), subject), s -> new ArrayList<>())
                        .add(session);
            }
            Map<SubjectSlot, Live> live = new HashMap<>();
            subjects.forEach((subject, enough) -> {
                List<Found> sessions = found.getOrDefault(subject, List.of());
                live.put(subject, new Live(sessions, sessions.size() < enough));
            });
            return live;
        });
    }

    static Future<Map<Scope, IdleTimeouts>> settings(SqlConnection connection, Collection<Scope> scopes) {
        if (scopes.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        Columns<Scope> columns = Columns.of(List.copyOf(scopes))
                .uuid(s -> s.org().value())
                .text(s -> s.environment().value());
        return connection.preparedQuery(SETTINGS).execute(columns.tuple()).map(rows -> {
            Map<Scope, IdleTimeouts> settings = new HashMap<>();
            for (Row row : rows) {
                IdleTimeouts timeouts = settings.computeIfAbsent(
                        SessionRows.scope(row),
                        scope -> new IdleTimeouts(seconds(row.getDouble("idle_seconds")), new HashMap<>()));
                @Nullable String harness = row.getString("harness_id");
                if (harness != null) {
                    timeouts.byHarness().put(harness, seconds(row.getDouble("harness_idle_seconds")));
                }
            }
            return settings;
        });
    }

    /** The idle timeout of an environment, and of the harnesses that have their own. */
    record IdleTimeouts(Duration standard, Map<String, Duration> byHarness) {
        Duration of(HarnessId harness) {
            return byHarness.getOrDefault(harness.value(), standard);
        }
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    private static Future<List<Found>> found(SqlConnection connection, String sql, Tuple columns) {
        return connection.preparedQuery(sql).execute(columns).map(rows -> rows.stream()
                .map(Lookups::found)
                .toList());
    }

    private static Found found(Row row) {
        @Nullable String key = row.getString("harness_session_id");
        return new Found(
                new SessionId(row.getUUID("id")),
                SessionRows.scope(row),
                new HarnessId(row.getString("harness_id")),
                key == null ? null : new HarnessSessionId(key),
                row.getBoolean("live"),
                row.getBoolean("linked"),
                row.getBoolean("is_guessed"));
    }
}
