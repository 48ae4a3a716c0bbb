package dev.turnkeep.reaper.sweep;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.LivenessIndex;
import dev.turnkeep.reaper.ending.Postgres;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;

/** The sweep's statements. */
final class SweepStore {
    /** Open sessions in the order of their ids, with the deadline that today's timeouts give them. */
    private static final String OPEN = """
            SELECT s.id, s.last_received_at,
                   extract(epoch FROM i.idle)::float8 AS idle_seconds,
                   s.idle_bucket IS DISTINCT FROM date_trunc('minute', s.last_received_at + i.idle) AS moved
            FROM sessions s
            JOIN environments e ON e.org_id = s.org_id AND e.name = s.environment
            CROSS JOIN LATERAL (
                SELECT coalesce((e.harness_idle_timeouts ->> s.harness_id)::interval, e.idle_timeout) AS idle) i
            WHERE s.state = 'open' AND s.id > $1 AND s.last_received_at IS NOT NULL
            ORDER BY s.id
            LIMIT $2
            """;

    private static final String REBUCKET = """
            UPDATE sessions s SET
                idle_bucket = date_trunc('minute', s.last_received_at
                    + coalesce((e.harness_idle_timeouts ->> s.harness_id)::interval, e.idle_timeout)),
                version = s.version + 1,
                updated_at = $2
            FROM environments e
            WHERE e.org_id = s.org_id AND e.name = s.environment AND s.id IN (
                SELECT l.id FROM sessions l
                WHERE l.id = ANY ($1::uuid[]) AND l.state = 'open'
                ORDER BY l.id
                FOR NO KEY UPDATE SKIP LOCKED)
            """;

    /** A bucket is the deadline floored to a minute: whether the deadline itself has passed is told with each. */
    private static final String DUE = """
            SELECT s.id, s.idle_bucket,
                   s.last_received_at + coalesce((e.harness_idle_timeouts ->> s.harness_id)::interval, e.idle_timeout) < $1
                       AS is_over
            FROM sessions s
            JOIN environments e ON e.org_id = s.org_id AND e.name = s.environment
            WHERE s.state = 'open' AND s.idle_bucket <= $1 AND (s.idle_bucket, s.id) > ($2, $3)
            ORDER BY s.idle_bucket, s.id
            LIMIT $4
            """;

    private final Postgres postgres;

    SweepStore(Postgres postgres) {
        this.postgres = postgres;
    }

    /**
     * An open session.
     *
     * @param moved whether its bucket is not the one of its deadline: a timeout or the harness has changed
     */
    record Open(SessionId id, long score, boolean moved) {}

    /**
     * A session whose bucket has passed.
     *
     * @param over whether its deadline has
     */
    record Due(SessionId id, Instant bucket, boolean over) {}

    List<Open> open(SessionId after, int limit) {
        return postgres.rows(OPEN, after.value(), limit).stream()
                .map(SweepStore::open)
                .toList();
    }

    private static Open open(Row row) {
        Duration idle = Duration.ofMillis(Math.round(row.getDouble("idle_seconds") * 1000));
        Instant received = row.getOffsetDateTime("last_received_at").toInstant();
        return new Open(new SessionId(row.getUUID("id")), LivenessIndex.score(received, idle), row.getBoolean("moved"));
    }

    int rebucket(List<SessionId> sessions, Instant now) {
        UUID[] ids = sessions.stream().map(SessionId::value).toArray(UUID[]::new);
        return postgres.count(REBUCKET, ids, now.atOffset(ZoneOffset.UTC));
    }

    /** In the order of buckets; {@code after} is the last one of the page before. */
    List<Due> due(Instant now, Due after, int limit) {
        OffsetDateTime bucket = after.bucket().atOffset(ZoneOffset.UTC);
        return postgres
                .rows(DUE, now.atOffset(ZoneOffset.UTC), bucket, after.id().value(), limit)
                .stream()
                .map(row -> new Due(
                        new SessionId(row.getUUID("id")),
                        row.getOffsetDateTime("idle_bucket").toInstant(),
                        row.getBoolean("is_over")))
                .toList();
    }
}
