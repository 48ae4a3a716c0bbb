package dev.turnkeep.session.channel.log;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The statements of an append transaction. All take and give sets; all are sent without waiting for the one before. */
final class AppendStore {
    private static final String ADDRESSED = """
            JOIN streams s ON s.session_id = a.session_id AND s.name = a.name AND s.org_id = a.org_id
                AND s.environment = a.environment AND s.deleted_at IS NULL
                AND (s.deadline IS NULL OR s.deadline > clock_timestamp())
            """;

    /** Rows are locked in the order of their ids: two nodes that write to the same streams wait, and never for each other. */
    private static final String LOCK = """
            SELECT a.place, s.id, s.incarnation, s.content_type, s.first_seq, s.next_seq, s.byte_count, s.producer_count,
                   s.writer_seq, s.last_at, s.closed_at, s.closed_by, s.closed_epoch, s.closed_seq,
                   s.hidden_at IS NOT NULL AS hidden, s.fencing_token, s.last_time
            FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[])
                WITH ORDINALITY AS a (org_id, environment, session_id, name, place)
            """ + ADDRESSED + """
            ORDER BY s.id
            FOR NO KEY UPDATE OF s
            """;

    private static final String LOCK_FREE = LOCK.stripTrailing() + " SKIP LOCKED";

    private static final String EXISTING = """
            SELECT a.place
            FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[])
                WITH ORDINALITY AS a (org_id, environment, session_id, name, place)
            """ + ADDRESSED;

    /** Sent after the lock: what it reads is at least as new. */
    private static final String PRODUCERS = """
            SELECT p.stream_id, p.producer_id, p.epoch, p.last_seq
            FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[])
                AS a (org_id, environment, session_id, name, producer_id)
            """ + ADDRESSED + """
            JOIN stream_producers p ON p.stream_id = s.id AND p.producer_id = a.producer_id
            """;

    private static final String PARTS = """
            SELECT r.stream_id, r.part_id, r.seq, r.at
            FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[])
                AS a (org_id, environment, session_id, name, part_id)
            """ + ADDRESSED + """
            JOIN stream_records r ON r.stream_id = s.id AND r.part_id = a.part_id
            """;

    /** What was said last in each stream, where it was a mark. */
    private static final String MARKS = """
            SELECT s.id AS stream_id, r.seq, r.kind, r.body, r.headers, r.part_id, r.at
            FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[]) AS a (org_id, environment, session_id, name)
            """ + ADDRESSED + """
            JOIN LATERAL (
                SELECT q.seq, q.kind, q.body, q.headers, q.part_id, q.at FROM stream_records q
                WHERE q.stream_id = s.id AND q.seq >= s.first_seq AND q.seq < s.next_seq AND q.kind <> 3
                ORDER BY q.seq DESC
                LIMIT 1) r ON r.kind = 2
            """;

    private static final String RECORDS = """
            INSERT INTO stream_records (stream_id, seq, kind, body, headers, part_id, at)
            SELECT w.stream_id, w.seq, w.kind, w.body, w.headers, w.part_id, w.at
            FROM unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::bytea[], $5::bytea[], $6::text[], $7::timestamptz[])
                AS w (stream_id, seq, kind, body, headers, part_id, at)
            """;

    private static final String TAILS = """
            UPDATE streams s SET first_seq = w.first_seq, next_seq = w.next_seq, byte_count = w.byte_count,
                producer_count = w.producer_count, writer_seq = w.writer_seq, last_at = w.last_at, closed_at = w.closed_at,
                closed_by = w.closed_by, closed_epoch = w.closed_epoch, closed_seq = w.closed_seq,
                fencing_token = w.fencing_token, last_time = w.last_time,
                deadline = CASE WHEN s.ttl_seconds IS NULL THEN s.deadline
                    ELSE clock_timestamp() + make_interval(secs => s.ttl_seconds) END
            FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::integer[], $6::text[], $7::timestamptz[],
                        $8::timestamptz[], $9::text[], $10::bigint[], $11::bigint[], $12::text[], $13::timestamptz[])
                AS w (id, first_seq, next_seq, byte_count, producer_count, writer_seq, last_at, closed_at, closed_by,
                      closed_epoch, closed_seq, fencing_token, last_time)
            WHERE s.id = w.id
            """;

    private static final String PRODUCED = """
            INSERT INTO stream_producers (stream_id, producer_id, epoch, last_seq, guest, used_at)
            SELECT w.stream_id, w.producer_id, w.epoch, w.last_seq, w.guest, clock_timestamp()
            FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::boolean[])
                AS w (stream_id, producer_id, epoch, last_seq, guest)
            ON CONFLICT (stream_id, producer_id) DO UPDATE SET epoch = excluded.epoch, last_seq = excluded.last_seq,
                used_at = excluded.used_at
            """;

    /** The longest unused first; never one that the batch names. Guests and others make room for their like only. */
    private static final String FORGET_PRODUCERS = """
            WITH counted AS (
                SELECT s.id, g.guests, s.producer_count - g.guests AS others
                FROM unnest($1::bigint[]) AS f (id)
                JOIN streams s ON s.id = f.id
                CROSS JOIN LATERAL (
                    SELECT count(*)::integer AS guests FROM stream_producers q WHERE q.stream_id = f.id AND q.guest) g
            ), idle AS (
                SELECT p.stream_id, p.producer_id
                FROM counted c
                CROSS JOIN LATERAL (
                    SELECT q.stream_id, q.producer_id FROM stream_producers q
                    WHERE q.stream_id = c.id AND q.producer_id <> ALL ($2::text[])
                      AND CASE WHEN q.guest
                          THEN c.guests >= $3 AND q.used_at < clock_timestamp() - make_interval(secs => $4::bigint)
                          ELSE c.others >= $5 AND q.used_at < clock_timestamp() - make_interval(secs => $6::bigint) END
                    ORDER BY q.used_at
                    LIMIT 100) p
            ), gone AS (
                DELETE FROM stream_producers p USING idle i
                WHERE p.stream_id = i.stream_id AND p.producer_id = i.producer_id
                RETURNING p.stream_id, p.guest
            )
            SELECT c.id,
                   (SELECT count(*) FROM gone g WHERE g.stream_id = c.id)::integer AS forgotten,
                   c.guests - (SELECT count(*) FROM gone g WHERE g.stream_id = c.id AND g.guest)::integer AS guests
            FROM counted c
            """;

    private AppendStore() {}

    /** A name that a request to a stream gives: of its producer, or of a part. */
    record Named(StreamAddress stream, String name) {}

    /** A row that was locked, and which of the addresses led to it. */
    record Locked(int place, StreamRow row) {}

    static Future<List<Locked>> lock(SqlConnection connection, List<StreamAddress> streams, boolean onlyFree) {
        return connection
                .preparedQuery(onlyFree ? LOCK_FREE : LOCK)
                .execute(addresses(streams))
                .map(rows -> {
                    List<Locked> locked = new ArrayList<>();
                    rows.forEach(row -> locked.add(new Locked(Math.toIntExact(row.getLong("place") - 1), row(row))));
                    return locked;
                });
    }

    /** Those of the streams that are there. */
    static Future<Set<StreamAddress>> existing(SqlConnection connection, List<StreamAddress> streams) {
        return connection.preparedQuery(EXISTING).execute(addresses(streams)).map(rows -> {
            Set<StreamAddress> existing = new HashSet<>();
            rows.forEach(row -> existing.add(streams.get(Math.toIntExact(row.getLong("place") - 1))));
            return existing;
        });
    }

    static Future<RowSet<Row>> producers(SqlConnection connection, List<Named> producers) {
        return connection.preparedQuery(PRODUCERS).execute(named(producers));
    }

    static Future<RowSet<Row>> parts(SqlConnection connection, List<Named> parts) {
        return connection.preparedQuery(PARTS).execute(named(parts));
    }

    /** By stream, the newest record but for commands, where it is a mark. */
    static Future<Map<Long, LogRecord>> marks(SqlConnection connection, List<StreamAddress> streams) {
        return connection.preparedQuery(MARKS).execute(addresses(streams)).map(rows -> {
            Map<Long, LogRecord> marks = new HashMap<>();
            rows.forEach(row -> marks.put(row.getLong("stream_id"), LogReader.record(row)));
            return marks;
        });
    }

    /** Where a stream has as many as it may have, those unused for long are forgotten. By stream, what is left. */
    static Future<Map<Long, Producers>> forgetProducers(
            SqlConnection connection, List<Long> streams, LogLimits limits, List<Named> present) {
        return connection
                .preparedQuery(FORGET_PRODUCERS)
                .execute(Tuple.tuple()
                        .addArrayOfLong(streams.toArray(Long[]::new))
                        .addArrayOfString(present.stream().map(Named::name).toArray(String[]::new))
                        .addInteger(limits.guests())
                        .addLong(limits.guestAge().toSeconds())
                        .addInteger(limits.producers())
                        .addLong(limits.producerAge().toSeconds()))
                .map(rows -> {
                    Map<Long, Producers> found = new HashMap<>();
                    rows.forEach(row -> found.put(
                            row.getLong("id"), new Producers(row.getInteger("forgotten"), row.getInteger("guests"))));
                    return found;
                });
    }

    static Future<RowSet<Row>> insertRecords(SqlConnection connection, Collection<StreamFold> folds) {
        List<Long> streams = new ArrayList<>();
        List<LogRecord> records = new ArrayList<>();
        for (StreamFold fold : folds) {
            for (LogRecord written : fold.written()) {
                streams.add(fold.end().id());
                records.add(written);
            }
        }
        return connection
                .preparedQuery(RECORDS)
                .execute(Tuple.tuple()
                        .addArrayOfLong(streams.toArray(Long[]::new))
                        .addArrayOfLong(records.stream().map(LogRecord::seq).toArray(Long[]::new))
                        .addArrayOfShort(records.stream()
                                .map(written -> written.kind().code())
                                .toArray(Short[]::new))
                        .addArrayOfBuffer(records.stream().map(LogRecord::body).toArray(Buffer[]::new))
                        .addArrayOfBuffer(
                                records.stream().map(LogRecord::headers).toArray(Buffer[]::new))
                        .addArrayOfString(
                                records.stream().map(LogRecord::partId).toArray(String[]::new))
                        .addArrayOfOffsetDateTime(records.stream()
                                .map(written -> utc(written.at()))
                                .toArray(OffsetDateTime[]::new)));
    }

    static Future<RowSet<Row>> moveTails(SqlConnection connection, Collection<StreamFold> folds) {
        List<StreamRow> rows = folds.stream().map(StreamFold::after).toList();
        return connection
                .preparedQuery(TAILS)
                .execute(Tuple.tuple()
                        .addArrayOfLong(rows.stream().map(StreamRow::id).toArray(Long[]::new))
                        .addArrayOfLong(rows.stream().map(StreamRow::first).toArray(Long[]::new))
                        .addArrayOfLong(rows.stream().map(StreamRow::next).toArray(Long[]::new))
                        .addArrayOfLong(rows.stream().map(StreamRow::bytes).toArray(Long[]::new))
                        .addArrayOfInteger(
                                rows.stream().map(StreamRow::producers).toArray(Integer[]::new))
                        .addArrayOfString(
                                rows.stream().map(StreamRow::writerSeq).toArray(String[]::new))
                        .addArrayOfOffsetDateTime(
                                rows.stream().map(row -> utc(row.lastAt())).toArray(OffsetDateTime[]::new))
                        .addArrayOfOffsetDateTime(
                                rows.stream().map(row -> utc(row.closedAt())).toArray(OffsetDateTime[]::new))
                        .addArrayOfString(rows.stream()
                                .map(row -> row.closedBy() == null
                                        ? null
                                        : row.closedBy().id())
                                .toArray(String[]::new))
                        .addArrayOfLong(rows.stream()
                                .map(row -> row.closedBy() == null
                                        ? null
                                        : row.closedBy().epoch())
                                .toArray(Long[]::new))
                        .addArrayOfLong(rows.stream()
                                .map(row -> row.closedBy() == null
                                        ? null
                                        : row.closedBy().seq())
                                .toArray(Long[]::new))
                        .addArrayOfString(rows.stream().map(StreamRow::fence).toArray(String[]::new))
                        .addArrayOfOffsetDateTime(
                                rows.stream().map(row -> utc(row.lastTime())).toArray(OffsetDateTime[]::new)));
    }

    static Future<RowSet<Row>> moveProducers(SqlConnection connection, Collection<StreamFold> folds) {
        List<Long> streams = new ArrayList<>();
        List<ProducerStamp> producers = new ArrayList<>();
        List<Boolean> guests = new ArrayList<>();
        for (StreamFold fold : folds) {
            for (ProducerStamp producer : fold.producers()) {
                streams.add(fold.end().id());
                producers.add(producer);
                guests.add(fold.isGuest(producer));
            }
        }
        return connection
                .preparedQuery(PRODUCED)
                .execute(Tuple.tuple()
                        .addArrayOfLong(streams.toArray(Long[]::new))
                        .addArrayOfString(
                                producers.stream().map(ProducerStamp::id).toArray(String[]::new))
                        .addArrayOfLong(
                                producers.stream().map(ProducerStamp::epoch).toArray(Long[]::new))
                        .addArrayOfLong(
                                producers.stream().map(ProducerStamp::seq).toArray(Long[]::new))
                        .addArrayOfBoolean(guests.toArray(Boolean[]::new)));
    }

    private static Tuple addresses(List<StreamAddress> streams) {
        return Tuple.tuple()
                .addArrayOfUUID(streams.stream()
                        .map(stream -> stream.scope().org().value())
                        .toArray(UUID[]::new))
                .addArrayOfString(streams.stream()
                        .map(stream -> stream.scope().environment().value())
                        .toArray(String[]::new))
                .addArrayOfUUID(
                        streams.stream().map(stream -> stream.owner().value()).toArray(UUID[]::new))
                .addArrayOfString(streams.stream().map(StreamAddress::name).toArray(String[]::new));
    }

    private static Tuple named(List<Named> names) {
        return addresses(names.stream().map(Named::stream).toList())
                .addArrayOfString(names.stream().map(Named::name).toArray(String[]::new));
    }

    private static StreamRow row(Row row) {
        String closedBy = row.getString("closed_by");
        return new StreamRow(
                row.getLong("id"),
                row.getLong("incarnation"),
                row.getString("content_type"),
                row.getLong("first_seq"),
                row.getLong("next_seq"),
                row.getLong("byte_count"),
                row.getInteger("producer_count"),
                row.getString("writer_seq"),
                instant(row.getOffsetDateTime("last_at")),
                instant(row.getOffsetDateTime("closed_at")),
                closedBy == null
                        ? null
                        : new ProducerStamp(closedBy, row.getLong("closed_epoch"), row.getLong("closed_seq")),
                row.getBoolean("hidden"),
                row.getString("fencing_token"),
                instant(row.getOffsetDateTime("last_time")));
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    private static @Nullable OffsetDateTime utc(@Nullable Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }
}
