package dev.turnkeep.reaper.check;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.State;
import dev.turnkeep.reaper.ending.Changer;
import dev.turnkeep.reaper.ending.Postgres;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The check's statements. Each sees one moment: what it compares was written together. */
final class CheckStore {
    /** The newest sessions first. An event's id is made of its epoch, so as many events as epochs is one for each. */
    private static final String PAGE = """
            SELECT s.id, s.state, s.last_received_at, s.updated_at,
                   s.created_at < $3 OR (
                       v.started = s.epoch AND coalesce(v.last_started, 0) = s.epoch
                       AND v.ended = s.epoch - (s.state IN ('open', 'suspended'))::integer
                       AND coalesce(v.last_ended, 0) = s.epoch - (s.state IN ('open', 'suspended'))::integer) AS epochs_hold,
                   (s.turn_count, s.late_turn_count, s.input_tokens, s.output_tokens, s.cache_read_tokens,
                    s.cache_write_tokens, s.reasoning_tokens, s.tool_calls, s.tool_errors, s.cost_nano_usd, s.unpriced_turns)
                   = (t.turn_count, t.late_turn_count, t.input_tokens, t.output_tokens, t.cache_read_tokens,
                    t.cache_write_tokens, t.reasoning_tokens, t.tool_calls, t.tool_errors, t.cost_nano_usd, t.unpriced_turns)
                       AS totals_hold,
                   t.leafless = 0 AS leaves_hold
            FROM (
                SELECT l.* FROM sessions l WHERE l.id < $1 AND NOT l.is_placeholder ORDER BY l.id DESC LIMIT $2
            ) s
            CROSS JOIN LATERAL (
                SELECT count(*) FILTER (WHERE e.type = 'session.started') AS started,
                       max(e.epoch) FILTER (WHERE e.type = 'session.started') AS last_started,
                       count(*) FILTER (WHERE e.type = 'session.ended') AS ended,
                       max(e.epoch) FILTER (WHERE e.type = 'session.ended') AS last_ended
                FROM session_events e
                WHERE e.session_id = s.id AND e.type IN ('session.started', 'session.ended')
            ) v
            CROSS JOIN LATERAL (
                SELECT count(*) AS turn_count,
                       count(*) FILTER (WHERE u.late) AS late_turn_count,
                       coalesce(sum(u.input_tokens), 0)::bigint AS input_tokens,
                       coalesce(sum(u.output_tokens), 0)::bigint AS output_tokens,
                       coalesce(sum(u.cache_read_tokens), 0)::bigint AS cache_read_tokens,
                       coalesce(sum(u.cache_write_tokens), 0)::bigint AS cache_write_tokens,
                       coalesce(sum(u.reasoning_tokens), 0)::bigint AS reasoning_tokens,
                       coalesce(sum(u.tool_calls), 0)::bigint AS tool_calls,
                       coalesce(sum(u.tool_errors), 0)::bigint AS tool_errors,
                       coalesce(sum(u.cost_nano_usd), 0)::bigint AS cost_nano_usd,
                       count(*) FILTER (WHERE u.cost_source = 'unpriced') AS unpriced_turns,
                       count(*) FILTER (WHERE NOT EXISTS (
                           SELECT 1 FROM nodes n
                           WHERE n.org_id = u.org_id AND n.environment = u.environment AND n.hash = u.leaf_hash)) AS leafless
                FROM turns u
                WHERE u.session_id = s.id
            ) t
            ORDER BY s.id DESC
            """;

    private static final String BEFORE = """
            SELECT s.id FROM sessions s WHERE s.id < $1 AND NOT s.is_placeholder ORDER BY s.id DESC LIMIT 1
            """;

    private static final String OVERDUE = """
            SELECT s.id, s.state, s.last_received_at, s.kafka_partition, s.idle_bucket
            FROM sessions s
            WHERE s.state = 'open' AND s.idle_bucket <= $1 AND (s.idle_bucket, s.id) > ($2, $3)
            ORDER BY s.idle_bucket, s.id
            LIMIT $4
            """;

    /** A stream has stored every event of the transactions before its watermark; it has none before its first heartbeat. */
    private static final String UNPUBLISHED = """
            SELECT r.stream || ':' || e.id::text AS event
            FROM replication_state r
            CROSS JOIN LATERAL (
                SELECT v.id FROM session_events v
                WHERE v.xid >= coalesce(r.watermark, '0'::xid8) AND v.created_at < $1
                ORDER BY v.xid
                LIMIT 1000
            ) e
            """;

    /** A session that has been ended, closed or retired since by somebody else is none any more. */
    private static final String DEAD_LETTERS = """
            SELECT f.session_id
            FROM session_end_failures f
            JOIN sessions s ON s.id = f.session_id
            WHERE f.failures >= $1 AND (s.state IN ('open', 'suspended') OR s.updated_at <= f.last_failed_at)
            ORDER BY f.first_failed_at
            LIMIT 1000
            """;

    private static final String OPEN = """
            SELECT s.id FROM sessions s WHERE s.state = 'open' AND s.id > $1 ORDER BY s.id LIMIT $2
            """;

    private final Postgres postgres;

    CheckStore(Postgres postgres) {
        this.postgres = postgres;
    }

    /** What holds of one session. */
    record Looked(SessionId id, boolean epochs, boolean totals, boolean leaves) {}

    /** An open session whose bucket has passed. */
    record Overdue(
            SessionId id,
            State state,
            Instant lastReceivedAt,
            @Nullable Integer partition,
            Instant bucket) {
        Changer.Candidate candidate() {
            return new Changer.Candidate(id, state, lastReceivedAt, partition);
        }
    }

    /**
     * @param before the last session of the page before; null at first
     * @param remembered since when events are kept
     */
    private List<Looked> page(@Nullable SessionId before, int limit, Instant remembered) {
        UUID id = before == null ? new UUID(-1, -1) : before.value();
        return postgres.rows(PAGE, id, limit, remembered.atOffset(ZoneOffset.UTC)).stream()
                .map(row -> new Looked(
                        new SessionId(row.getUUID("id")),
                        row.getBoolean("epochs_hold"),
                        row.getBoolean("totals_hold"),
                        row.getBoolean("leaves_hold")))
                .toList();
    }

    /**
     * All sessions, page by page.
     *
     * @param remembered since when events are kept
     */
    SessionPages sessions(Instant remembered) {
        return new SessionPages(new SessionPages.Source() {
            @Override
            public List<Looked> page(@Nullable SessionId before, int limit) {
                return CheckStore.this.page(before, limit, remembered);
            }

            @Override
            public @Nullable SessionId first(@Nullable SessionId before) {
                return CheckStore.this.first(before);
            }
        });
    }

    private @Nullable SessionId first(@Nullable SessionId before) {
        UUID id = before == null ? new UUID(-1, -1) : before.value();
        List<Row> rows = postgres.rows(BEFORE, id);
        return rows.isEmpty() ? null : new SessionId(rows.getFirst().getUUID("id"));
    }

    /** Events that were written before and that a stream has not stored yet, with the stream's name. */
    List<String> unpublished(Instant before) {
        return postgres.rows(UNPUBLISHED, before.atOffset(ZoneOffset.UTC)).stream()
                .map(row -> row.getString("event"))
                .toList();
    }

    /** Whether there is, or was, a stream that stores events. */
    boolean replicated() {
        return !postgres.rows("SELECT 1 FROM replication_state LIMIT 1").isEmpty();
    }

    List<SessionId> open(SessionId after, int limit) {
        return postgres.rows(OPEN, after.value(), limit).stream()
                .map(row -> new SessionId(row.getUUID("id")))
                .toList();
    }

    List<Overdue> overdue(Instant before, @Nullable Overdue after, int limit) {
        OffsetDateTime bucket = (after == null ? Instant.EPOCH : after.bucket()).atOffset(ZoneOffset.UTC);
        UUID id = after == null ? new UUID(0, 0) : after.id().value();
        return postgres.rows(OVERDUE, before.atOffset(ZoneOffset.UTC), bucket, id, limit).stream()
                .map(CheckStore::overdue)
                .toList();
    }

    private static Overdue overdue(Row row) {
        return new Overdue(
                new SessionId(row.getUUID("id")),
                State.of(row.getString("state")),
                row.getOffsetDateTime("last_received_at").toInstant(),
                row.getInteger("kafka_partition"),
                row.getOffsetDateTime("idle_bucket").toInstant());
    }

    List<SessionId> deadLetters(int failures) {
        return postgres.rows(DEAD_LETTERS, failures).stream()
                .map(row -> new SessionId(row.getUUID("session_id")))
                .toList();
    }
}
