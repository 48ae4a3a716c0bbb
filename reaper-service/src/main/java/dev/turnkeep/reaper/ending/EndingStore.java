package dev.turnkeep.reaper.ending;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.Change;
import dev.turnkeep.contracts.lifecycle.EventType;
import dev.turnkeep.contracts.lifecycle.State;
import dev.turnkeep.contracts.lifecycle.Veto;
import dev.turnkeep.contracts.lifecycle.Watermarks;
import dev.turnkeep.reaper.ending.Postgres.Work;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The statements that change sessions. All of them are set-based. */
public final class EndingStore {
    /** Rows that somebody else holds are left to the next run: a turn, a lease or another reaper is at them. */
    private static final String LOCK = """
            SELECT s.id, s.state, s.epoch, s.version, s.last_received_at, s.kafka_partition, s.expires_at,
                   CASE WHEN s.epoch = 0 THEN s.created_at ELSE coalesce(s.last_received_at, s.updated_at) END
                       AS last_activity_at
            FROM sessions s
            WHERE s.id = ANY ($1::uuid[]) AND NOT s.is_placeholder
            ORDER BY s.id
            FOR NO KEY UPDATE SKIP LOCKED
            """;

    /** Sent after the lock, so that it sees what was committed while the lock was waited for. Seconds 0: leases never age. */
    private static final String LOOK = """
            SELECT s.id,
                   extract(epoch FROM coalesce((e.harness_idle_timeouts ->> s.harness_id)::interval, e.idle_timeout))::float8
                       AS idle_seconds,
                   coalesce(l.leased, false) AS leased,
                   coalesce(l.overstayed, false) AS overstayed,
                   coalesce(c.last_at >= clock_timestamp() - coalesce(
                       (e.harness_idle_timeouts ->> s.harness_id)::interval, e.idle_timeout), false) AS written,
                   c.last_at AS last_written_at,
                   f.next_try_at
            FROM sessions s
            JOIN environments e ON e.org_id = s.org_id AND e.name = s.environment
            LEFT JOIN LATERAL (
                SELECT bool_or($2::float8 = 0 OR h.acquired_at > clock_timestamp() - make_interval(secs => $2::float8)) AS leased,
                       bool_or($2::float8 <> 0 AND h.acquired_at <= clock_timestamp() - make_interval(secs => $2::float8)) AS overstayed
                FROM session_leases h
                WHERE h.session_id = s.id AND h.expires_at > clock_timestamp()
            ) l ON true
            LEFT JOIN LATERAL (
                SELECT max(t.last_at) AS last_at
                FROM streams t
                WHERE t.session_id = s.id AND t.org_id = s.org_id AND t.environment = s.environment AND t.deleted_at IS NULL
            ) c ON true
            LEFT JOIN session_end_failures f ON f.session_id = s.id
            WHERE s.id = ANY ($1::uuid[])
            """;

    private static final String WATERMARKS = """
            SELECT p.partition, p.processed_through, t.partition_count,
                   NULLIF(t.counted_since, '-infinity') AS counted_since,
                   NULLIF(t.counted_at, '-infinity') AS counted_at
            FROM topic_progress t
            JOIN partition_progress p ON p.topic = t.topic
            WHERE t.topic = $1
            """;

    private static final String CHANGE = """
            SELECT c.id, c.started_at, c.ended_at, c.turn_count
            FROM change_sessions($1::uuid[], $2::bigint[], $3::uuid[], $4, $5, $6) AS c
            """;

    private static final String CLEAR_FAILURES =
            "DELETE FROM session_end_failures f WHERE f.session_id = ANY ($1::uuid[])";

    private static final String FAILED = """
            INSERT INTO session_end_failures AS known (
                session_id, org_id, environment, failures, reason, first_failed_at, last_failed_at, next_try_at)
            SELECT s.id, s.org_id, s.environment, 1, $2, $3, $3, $3::timestamptz + make_interval(secs => $4::float8)
            FROM sessions s
            WHERE s.id = $1
            ON CONFLICT (session_id) DO UPDATE SET
                failures = known.failures + 1,
                reason = excluded.reason,
                last_failed_at = excluded.last_failed_at,
                next_try_at = $3::timestamptz + make_interval(secs => LEAST($5::float8, $4::float8 * (2.0 ^ LEAST(known.failures, 30))))
            RETURNING failures
            """;

    private EndingStore() {}

    /**
     * What may keep a session.
     *
     * @param written whether one of its channels was written to within its idle timeout
     * @param lastWrittenAt when one was written to last; null for never
     */
    record Keeper(
            Duration idle,
            boolean leased,
            boolean overstayed,
            boolean written,
            @Nullable Instant lastWrittenAt,
            @Nullable Instant nextTryAt) {
        /** Whether it could not be changed before and is not to be tried yet. */
        boolean rests(Instant now) {
            return nextTryAt != null && nextTryAt.isAfter(now);
        }

        /** What keeps it from its idle end and from retirement; null for nothing. */
        @Nullable
        Veto held() {
            if (leased) {
                return Veto.LEASE;
            }
            return written ? Veto.CHANNEL : null;
        }
    }

    /** An ended epoch, for the metrics. */
    record Changed(
            SessionId id,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt,
            long turns) {}

    static List<LockedSession> lock(Work work, Collection<SessionId> sessions) {
        return work.rows(LOCK, (Object) uuids(sessions)).stream()
                .map(EndingStore::locked)
                .toList();
    }

    private static LockedSession locked(Row row) {
        return new LockedSession(
                new SessionId(row.getUUID("id")),
                State.of(row.getString("state")),
                row.getInteger("epoch"),
                row.getLong("version"),
                instant(row, "last_received_at"),
                row.getInteger("kafka_partition"),
                instant(row, "expires_at"),
                row.getOffsetDateTime("last_activity_at").toInstant());
    }

    static Map<SessionId, Keeper> look(Work work, Collection<SessionId> sessions, Duration maxLeaseAge) {
        Map<SessionId, Keeper> keepers = new HashMap<>();
        for (Row row : work.rows(LOOK, uuids(sessions), maxLeaseAge.toMillis() / 1000.0)) {
            keepers.put(
                    new SessionId(row.getUUID("id")),
                    new Keeper(
                            Duration.ofMillis(Math.round(row.getDouble("idle_seconds") * 1000)),
                            row.getBoolean("leased"),
                            row.getBoolean("overstayed"),
                            row.getBoolean("written"),
                            instant(row, "last_written_at"),
                            instant(row, "next_try_at")));
        }
        return keepers;
    }

    public static Watermarks watermarks(Work work, String topic) {
        List<Row> rows = work.rows(WATERMARKS, topic);
        if (rows.isEmpty()) {
            return Watermarks.UNKNOWN;
        }
        Map<Integer, Instant> through = new HashMap<>();
        rows.forEach(row -> through.put(
                row.getInteger("partition"),
                row.getOffsetDateTime("processed_through").toInstant()));
        Row counted = rows.getFirst();
        Instant since = instant(counted, "counted_since");
        Instant at = instant(counted, "counted_at");
        return new Watermarks(
                through,
                counted.getInteger("partition_count"),
                since == null ? Instant.MIN : since,
                at == null ? Instant.MIN : at);
    }

    /**
     * Makes changes, all ends first, in the order of the ids: the order in which the rows were locked.
     *
     * @return the rows whose epoch ended
     * @throws IllegalStateException when a row was not as it had been read under its lock
     */
    static List<Changed> change(Work work, List<Change> changes, Instant at) {
        record Kind(EventType type, @Nullable String reason) {}
        Map<Kind, List<Change>> kinds = new LinkedHashMap<>();
        changes.stream().filter(c -> c.type() == EventType.ENDED).forEach(c -> kinds.computeIfAbsent(
                        new Kind(c.type(), c.reason()), k -> new ArrayList<>())
                .add(c));
        changes.stream().filter(c -> c.type() != EventType.ENDED).forEach(c -> kinds.computeIfAbsent(
                        new Kind(c.type(), c.reason()), k -> new ArrayList<>())
                .add(c));
        List<Changed> ended = new ArrayList<>();
        kinds.forEach((kind, alike) -> {
            List<Row> rows = work.rows(
                    CHANGE,
                    alike.stream().map(c -> c.session().value()).toArray(UUID[]::new),
                    alike.stream().map(Change::version).toArray(Long[]::new),
                    alike.stream().map(c -> c.eventId().value()).toArray(UUID[]::new),
                    kind.type().text(),
                    kind.reason(),
                    at.atOffset(ZoneOffset.UTC));
            if (rows.size() != alike.size()) {
                throw new IllegalStateException("a locked session had moved");
            }
            if (kind.type() == EventType.ENDED) {
                rows.forEach(row -> ended.add(new Changed(
                        new SessionId(row.getUUID("id")),
                        instant(row, "started_at"),
                        instant(row, "ended_at"),
                        row.getLong("turn_count"))));
            }
        });
        return ended;
    }

    static void clearFailures(Work work, Collection<SessionId> sessions) {
        work.count(CLEAR_FAILURES, (Object) uuids(sessions));
    }

    /** Notes that a session could not be changed; answers how often that has been so. */
    static int failed(Postgres postgres, SessionId session, String reason, Instant at, Duration min, Duration max) {
        List<Row> rows = postgres.rows(
                FAILED,
                session.value(),
                reason,
                at.atOffset(ZoneOffset.UTC),
                min.toMillis() / 1000.0,
                max.toMillis() / 1000.0);
        return rows.isEmpty() ? 0 : rows.getFirst().getInteger("failures");
    }

    static UUID[] uuids(Collection<SessionId> sessions) {
        return sessions.stream().map(SessionId::value).toArray(UUID[]::new);
    }

    private static @Nullable Instant instant(Row row, String column) {
        OffsetDateTime time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant();
    }
}
