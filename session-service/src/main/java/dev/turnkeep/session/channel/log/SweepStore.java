package dev.turnkeep.session.channel.log;

import dev.turnkeep.session.store.Database.Work;
import dev.turnkeep.session.store.Statement;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The statements of the sweep. Each finds what is left to do by an index that holds nothing else, and does a bounded part
 * of it.
 */
final class SweepStore {
    /** Of all sweepers of a database, one is at work. */
    private static final String ALONE =
            "SELECT pg_try_advisory_xact_lock(hashtext('turnkeep channels sweep')) AS alone";

    private static final String EXPIRED = """
            SELECT s.id, s.deadline FROM streams s
            WHERE s.deadline IS NOT NULL AND s.deleted_at IS NULL AND s.deadline <= now()
              AND ($2::timestamptz IS NULL OR (s.deadline, s.id) > ($2::timestamptz, $3::bigint))
            ORDER BY s.deadline, s.id
            LIMIT $1
            """;

    /** What somebody else holds is left for later. */
    private static final String DELETED = """
            SELECT s.id FROM streams s
            WHERE s.deleted_at IS NOT NULL AND s.emptied_at IS NULL
            ORDER BY s.id
            LIMIT $1
            FOR NO KEY UPDATE SKIP LOCKED
            """;

    private static final String TRIMMED = """
            SELECT s.id FROM streams s
            WHERE s.first_seq > s.swept_seq AND s.deleted_at IS NULL AND s.id > $2
            ORDER BY s.id
            LIMIT $1
            """;

    private static final String FIRST = """
            SELECT s.first_seq FROM streams s WHERE s.id = $1 AND s.first_seq > s.swept_seq AND s.deleted_at IS NULL
            """;

    /** The oldest first, so that what a copy sees meanwhile has no hole. At least one, then as many as fit. */
    private static final String RECORDS = """
            WITH doomed AS (
                SELECT sized.stream_id, sized.seq
                FROM (
                    SELECT o.stream_id, o.seq, row_number() OVER oldest AS place,
                           sum(octet_length(o.body)) OVER oldest AS size
                    FROM (
                        SELECT r.stream_id, r.seq, r.body
                        FROM unnest($1::bigint[]) AS d (id)
                        CROSS JOIN LATERAL (
                            SELECT q.stream_id, q.seq, q.body FROM stream_records q
                            WHERE q.stream_id = d.id AND q.seq < $2
                            ORDER BY q.seq
                            LIMIT $3) r
                        LIMIT $3) o
                    WINDOW oldest AS (ORDER BY o.stream_id, o.seq ROWS UNBOUNDED PRECEDING)
                ) sized
                WHERE sized.size <= $4 OR sized.place = 1
            ), gone AS (
                DELETE FROM stream_records r USING doomed d WHERE r.stream_id = d.stream_id AND r.seq = d.seq
                RETURNING 8 + octet_length(r.body) + coalesce(octet_length(r.headers), 0) AS size
            )
            SELECT coalesce(sum(g.size), 0)::bigint AS bytes FROM gone g
            """;

    private static final String PRODUCERS = """
            DELETE FROM stream_producers p
            USING (
                SELECT o.stream_id, o.producer_id
                FROM unnest($1::bigint[]) AS d (id)
                CROSS JOIN LATERAL (
                    SELECT q.stream_id, q.producer_id FROM stream_producers q WHERE q.stream_id = d.id LIMIT $2) o
                LIMIT $2) d
            WHERE p.stream_id = d.stream_id AND p.producer_id = d.producer_id
            """;

    private static final String EMPTY = """
            SELECT d.id FROM unnest($1::bigint[]) AS d (id)
            WHERE NOT EXISTS (SELECT FROM stream_records r WHERE r.stream_id = d.id)
              AND NOT EXISTS (SELECT FROM stream_producers p WHERE p.stream_id = d.id)
            """;

    /** The newest deleted row of an address remembers how often it was used; others, and erased ones, nobody needs. */
    private static final String NEEDLESS = """
            DELETE FROM streams s
            WHERE s.id = ANY ($1::bigint[])
              AND (s.erased_at IS NOT NULL
                   OR EXISTS (SELECT FROM streams n
                              WHERE n.session_id = s.session_id AND n.name = s.name AND n.org_id = s.org_id
                                AND n.environment = s.environment AND n.deleted_at IS NOT NULL AND n.id > s.id))
            """;

    private static final String REPLACED = """
            DELETE FROM streams o
            USING streams n
            WHERE n.id = ANY ($1::bigint[])
              AND o.session_id = n.session_id AND o.name = n.name AND o.org_id = n.org_id AND o.environment = n.environment
              AND o.deleted_at IS NOT NULL AND o.emptied_at IS NOT NULL AND o.id < n.id
            """;

    private static final String EMPTIED =
            "UPDATE streams s SET emptied_at = clock_timestamp(), byte_count = 0 WHERE s.id = ANY ($1::bigint[])";

    private static final String FORGET = """
            DELETE FROM streams s
            WHERE s.id IN (
                SELECT d.id FROM streams d
                WHERE d.emptied_at IS NOT NULL AND d.deleted_at < now() - $1::text::interval
                ORDER BY d.deleted_at
                LIMIT $2)
            RETURNING s.id
            """;

    private static final String LIGHTEN = """
            UPDATE streams s SET
                byte_count = GREATEST(s.byte_count - $2, 0),
                swept_seq = CASE WHEN EXISTS (SELECT FROM stream_records r WHERE r.stream_id = s.id AND r.seq < $3)
                    THEN s.swept_seq ELSE GREATEST(s.swept_seq, $3) END
            WHERE s.id = $1 AND s.deleted_at IS NULL
            """;

    private SweepStore() {}

    /** Until the end of the transaction. */
    static boolean alone(Work work) {
        return work.row(Statement.of(ALONE)).orElseThrow().getBoolean("alone");
    }

    /** @param deadline of the last one seen, with its id; null to begin */
    static List<Row> expired(Work work, int limit, @Nullable OffsetDateTime deadline, long id) {
        return work.rows(Statement.of(EXPIRED, limit, deadline, id));
    }

    /** Deleted streams that are not empty yet, held until the end of the transaction. */
    static Long[] deleted(Work work, int limit) {
        return ids(work.rows(Statement.of(DELETED, limit)));
    }

    /**
     * Removes a part of what deleted streams have left, and is done with those that have nothing left.
     *
     * @param bytes about so many at most, so that a transaction is short whatever the records are
     */
    static void empty(Work work, Long[] deleted, int records, long bytes) {
        if (deleted.length == 0) {
            return;
        }
        work.rows(Statement.of(RECORDS, deleted, Long.MAX_VALUE, records, bytes));
        work.rows(Statement.of(PRODUCERS, deleted, records));
        Long[] empty = ids(work.rows(Statement.of(EMPTY, (Object) deleted)));
        if (empty.length > 0) {
            work.rows(Statement.of(NEEDLESS, (Object) empty));
            work.rows(Statement.of(REPLACED, (Object) empty));
            work.rows(Statement.of(EMPTIED, (Object) empty));
        }
    }

    /** How many rows have been remembered for long enough, and are gone now. */
    static int forget(Work work, Duration remembered, int limit) {
        return work.rows(Statement.of(FORGET, remembered.toString(), limit)).size();
    }

    /** @param after the last id seen; the smallest to begin */
    static Long[] trimmed(Work work, int limit, long after) {
        return ids(work.rows(Statement.of(TRIMMED, limit, after)));
    }

    /** Removes a part of what is trimmed of one stream, which is that much lighter; false when nothing was left. */
    static boolean trim(Work work, long stream, int records, long bytes) {
        Row row = work.row(Statement.of(FIRST, stream)).orElse(null);
        if (row == null) {
            return false;
        }
        long first = row.getLong("first_seq");
        long gone = work.row(Statement.of(RECORDS, new Long[] {stream}, first, records, bytes))
                .orElseThrow()
                .getLong("bytes");
        work.rows(Statement.of(LIGHTEN, stream, gone, first));
        return true;
    }

    private static Long[] ids(List<Row> rows) {
        Long[] ids = rows.stream().map(row -> row.getLong("id")).toArray(Long[]::new);
        Arrays.sort(ids);
        return ids;
    }
}
