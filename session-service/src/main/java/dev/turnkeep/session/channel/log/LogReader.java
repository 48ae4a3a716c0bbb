package dev.turnkeep.session.channel.log;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.channel.ChannelsConfig;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads streams. One statement gives a stream's end and its records: closed is never seen without the last record. */
@Singleton
public class LogReader {
    /** From the beginning, wherever that is. */
    public static final long START = -1;

    /** From the end: nothing but what comes. */
    public static final long NOW = Long.MAX_VALUE;

    private static final int RECORDS = 1000;
    private static final int BYTES = 1024 * 1024;
    /** Of a reader that goes on by itself: its queue is not to hold more. */
    private static final int LIVE_BYTES = 64 * 1024;

    /** Records that are looked at to find how much has to go. */
    private static final int TRIMMED_AT_ONCE = 100_000;

    private static final String VIEW = """
            s.id, s.incarnation, s.content_type, s.first_seq, s.next_seq, s.closed_at IS NOT NULL AS closed,
            s.hidden_at IS NOT NULL AS hidden, s.ttl_seconds,
            coalesce(s.last_time, s.last_at) AS last_at,
            coalesce(s.expires_at, CASE WHEN s.ttl_seconds IS NULL THEN s.deadline END) AS expires_at
            """;

    private static final String LIVE = """
            s.deleted_at IS NULL AND (s.deadline IS NULL OR s.deadline > clock_timestamp())
            """;

    private static final String ADDRESSED = """
            s.session_id = $1 AND s.name = $2 AND s.org_id = $3 AND s.environment = $4 AND
            """ + LIVE;

    /** At least one record, then as many as fit. */
    private static final String RECORDS_FROM = """
            LEFT JOIN LATERAL (
                SELECT sized.seq, sized.kind, sized.body, sized.headers, sized.part_id, sized.at
                FROM (
                    SELECT r.seq, r.kind, r.body, r.headers, r.part_id, r.at,
                           sum(octet_length(r.body) + 64) OVER (ORDER BY r.seq ROWS UNBOUNDED PRECEDING) AS size,
                           row_number() OVER (ORDER BY r.seq) AS place
                    FROM (
                        SELECT q.seq, q.kind, q.body, q.headers, q.part_id, q.at FROM stream_records q
                        WHERE q.stream_id = s.id AND q.seq >= GREATEST(%1$s, s.first_seq) AND q.seq < s.next_seq
                        ORDER BY q.seq
                        LIMIT %2$d
                    ) r
                ) sized
                WHERE sized.size <= %3$d OR sized.place = 1
            ) r ON true
            """;

    private static final String PAGE = "SELECT " + VIEW
            + ", r.seq, r.kind, r.body, r.headers, r.part_id, r.at FROM streams s\n"
            + RECORDS_FROM.formatted("$5::bigint", RECORDS, BYTES) + "WHERE " + ADDRESSED + "ORDER BY r.seq";

    private static final String PAGE_OF = "SELECT " + VIEW
            + ", r.seq, r.kind, r.body, r.headers, r.part_id, r.at FROM streams s\n"
            + RECORDS_FROM.formatted("$2::bigint", RECORDS, LIVE_BYTES) + "WHERE s.id = $1 AND " + LIVE
            + "ORDER BY r.seq";

    /** Where so many bytes of the oldest records end. Of very many small ones, fewer: it is found in bounded time. */
    private static final String OLDEST = """
            SELECT s.id, s.first_seq > s.swept_seq AS unswept, coalesce(
                (SELECT min(k.seq) + 1
                 FROM (
                     SELECT o.seq, sum(o.size) OVER (ORDER BY o.seq ROWS UNBOUNDED PRECEDING) AS size
                     FROM (
                         SELECT r.seq, 8 + octet_length(r.body) + coalesce(octet_length(r.headers), 0) AS size
                         FROM stream_records r
                         WHERE r.stream_id = s.id AND r.seq >= s.first_seq AND r.seq < s.next_seq
                         ORDER BY r.seq
                         LIMIT %1$d
                     ) o
                 ) k
                 WHERE k.size >= $5), LEAST(s.first_seq + %1$d, s.next_seq)) AS seq
            FROM streams s WHERE
            """.formatted(TRIMMED_AT_ONCE) + ADDRESSED.stripTrailing();

    /**
     * The first record that is not older, or the end. Times never decrease, so the place is found by halving: each step looks
     * at one record by its key.
     */
    private static final String FROM_TIME = """
            WITH RECURSIVE stream AS (
                SELECT s.id, s.first_seq, s.next_seq FROM streams s WHERE
            """ + ADDRESSED.stripTrailing() + """
            ), halved AS (
                SELECT s.id, s.first_seq AS low, s.next_seq AS high FROM stream s
                UNION ALL
                SELECT h.id, CASE WHEN m.older THEN m.seq + 1 ELSE h.low END, CASE WHEN m.older THEN h.high ELSE m.seq END
                FROM halved h
                CROSS JOIN LATERAL (
                    SELECT p.seq, coalesce(
                        (SELECT r.at < $5 FROM stream_records r WHERE r.stream_id = h.id AND r.seq = p.seq), true) AS older
                    FROM (SELECT (h.low + h.high) / 2 AS seq) p
                ) m
                WHERE h.low < h.high
            )
            SELECT h.low AS seq FROM halved h WHERE h.low = h.high
            """;

    /** What commands follow it tells readers nothing. */
    private static final String LAST_SAID = """
            SELECT s.next_seq, r.headers
            FROM streams s
            LEFT JOIN LATERAL (
                SELECT q.headers FROM stream_records q
                WHERE q.stream_id = s.id AND q.seq >= s.first_seq AND q.seq < s.next_seq AND q.kind <> 3
                ORDER BY q.seq DESC
                LIMIT 1
            ) r ON true
            WHERE
            """ + ADDRESSED.stripTrailing();

    /** Of the newest marks, and of no more records than that are looked at. */
    private static final String MARKS = """
            SELECT n.headers
            FROM streams s
            CROSS JOIN LATERAL (
                SELECT q.seq, q.kind, q.headers FROM stream_records q
                WHERE q.stream_id = s.id AND q.seq >= s.first_seq AND q.seq < s.next_seq
                ORDER BY q.seq DESC
                LIMIT 10000
            ) n
            WHERE n.kind = 2 AND
            """ + ADDRESSED.stripTrailing() + "\nORDER BY n.seq DESC LIMIT 100";

    private static final String HEAD = "SELECT " + VIEW + "FROM streams s WHERE " + ADDRESSED;

    /**
     * Seldom: a reader that comes back often must not write each time. It never waits: whoever holds the row appends, and
     * renews it with that, or removes it.
     */
    private static final String TOUCH = """
            WITH renewed AS (
                SELECT t.id FROM streams t
                WHERE t.id = ANY ($1::bigint[]) AND t.ttl_seconds IS NOT NULL AND t.deleted_at IS NULL
                  AND t.deadline > clock_timestamp()
                  AND t.deadline < clock_timestamp() + make_interval(secs => 0.9 * t.ttl_seconds)
                ORDER BY t.id
                FOR NO KEY UPDATE SKIP LOCKED
            )
            UPDATE streams s SET deadline = clock_timestamp() + make_interval(secs => s.ttl_seconds)
            FROM renewed WHERE s.id = renewed.id
            """;

    private static final String ENDS = """
            SELECT s.id, s.incarnation, s.next_seq, s.closed_at IS NOT NULL AS closed
            FROM streams s WHERE s.hidden_at IS NULL AND
            """ + LIVE;

    private static final String ENDS_BY_ID = ENDS + "AND s.id = ANY ($1::bigint[])";

    private static final String ENDS_BY_SESSION =
            ENDS + "AND s.session_id = $1 AND s.org_id = $2 AND s.environment = $3";

    /** Questions of readers at a time, and of the node for the ends of its streams: the pool's queue holds both, and more. */
    private static final int ASKED_AT_ONCE = 64;

    private static final int FETCHED_AT_ONCE = 32;

    private final Pool pool;
    private final long patience;
    private final Turns readers;
    private final Turns fetches;

    LogReader(ChannelPool pool, ChannelsConfig config, LogMetrics metrics) {
        this.pool = pool.pool();
        this.patience = config.postgresTimeout().toMillis();
        this.readers = new Turns(ASKED_AT_ONCE, config.postgresTimeout());
        this.fetches = new Turns(FETCHED_AT_ONCE, config.postgresTimeout());
        metrics.watch("turnkeep_channels_waiting_reads", readers, Turns::waiting);
    }

    /** Postgres may be gone without a word: whoever waits has to hear of it. */
    private Future<RowSet<Row>> ask(String sql, Tuple parameters) {
        return pool.preparedQuery(sql).execute(parameters).timeout(patience, TimeUnit.MILLISECONDS);
    }

    /** What a reader finds: the stream, and the records from where it asked. */
    public record Found(StreamView view, Page page) {}

    /** Empty when there is no such stream. */
    public Future<Optional<StreamView>> head(StreamAddress stream) {
        return readers.ask(() -> ask(HEAD, address(stream))).map(rows -> {
            for (Row row : rows) {
                return Optional.of(view(row));
            }
            return Optional.empty();
        });
    }

    /**
     * The newest record but for commands.
     *
     * @param next the stream's next seq when it was the newest
     * @param headers none when there is no such record
     */
    public record LastSaid(long next, List<RecordHeader> headers) {}

    public Future<Optional<LastSaid>> lastSaid(StreamAddress stream) {
        return ask(LAST_SAID, address(stream)).map(rows -> rows.stream()
                .findFirst()
                .map(row -> new LastSaid(row.getLong("next_seq"), RecordHeader.decode(row.getBuffer("headers")))));
    }

    /** Of the newest marks in a stream, the newest first; of a hundred, and of so many records, at most. */
    public Future<List<List<RecordHeader>>> marks(StreamAddress stream) {
        return readers.ask(() -> ask(MARKS, address(stream))).map(rows -> rows.stream()
                .map(row -> RecordHeader.decode(row.getBuffer("headers")))
                .toList());
    }

    /**
     * Where the oldest of a stream's records end.
     *
     * @param unswept whether some are trimmed, and still count
     */
    public record Oldest(long stream, long end, boolean unswept) {}

    /** @param bytes that they are at least, but for very many small ones */
    public Future<Optional<Oldest>> oldest(StreamAddress stream, long bytes) {
        return ask(OLDEST, address(stream).addLong(bytes)).map(rows -> rows.stream()
                .findFirst()
                .map(row -> new Oldest(row.getLong("id"), row.getLong("seq"), row.getBoolean("unswept"))));
    }

    /** The seq of the first record that is not older than the time, or of the next one; empty when there is no such stream. */
    public Future<Optional<Long>> fromTime(StreamAddress stream, Instant time) {
        return ask(FROM_TIME, address(stream).addOffsetDateTime(time.atOffset(ZoneOffset.UTC)))
                .map(rows -> rows.stream().findFirst().map(row -> row.getLong("seq")));
    }

    /**
     * At most 1,000 records and about 1 MiB.
     *
     * @param from a seq, {@link #START} or {@link #NOW}; what is trimmed is left out, what is beyond the end is the end
     */
    public Future<Optional<Found>> page(StreamAddress stream, long from) {
        return readers.ask(() -> ask(PAGE, address(stream).addLong(from))).map(rows -> found(rows, from));
    }

    /** The same of a stream whose reader was let in before. */
    public Future<Optional<Found>> page(Tail tail, long from) {
        return readers.ask(() -> pageOf(tail.id(), from));
    }

    /** For all readers of a stream together. */
    Future<Optional<Found>> page(long stream, long from) {
        return fetches.ask(() -> pageOf(stream, from));
    }

    private Future<Optional<Found>> pageOf(long stream, long from) {
        return ask(PAGE_OF, Tuple.of(stream, from)).map(rows -> found(rows, from));
    }

    /** Streams with a sliding lifetime live on, because somebody reads them. */
    public Future<Void> touch(Collection<Long> streams) {
        return ask(TOUCH, Tuple.tuple().addArrayOfLong(streams.toArray(Long[]::new)))
                .mapEmpty();
    }

    /** The ends of those that can still be read. */
    Future<List<StreamEnd>> ends(Collection<Long> streams) {
        return ask(ENDS_BY_ID, Tuple.tuple().addArrayOfLong(streams.toArray(Long[]::new)))
                .map(LogReader::ends);
    }

    Future<List<StreamEnd>> ends(Scope scope, SessionId session) {
        return ask(
                        ENDS_BY_SESSION,
                        Tuple.of(
                                session.value(),
                                scope.org().value(),
                                scope.environment().value()))
                .map(LogReader::ends);
    }

    private static List<StreamEnd> ends(RowSet<Row> rows) {
        List<StreamEnd> ends = new ArrayList<>();
        for (Row row : rows) {
            ends.add(new StreamEnd(
                    row.getLong("id"), row.getLong("incarnation"), row.getLong("next_seq"), row.getBoolean("closed")));
        }
        return ends;
    }

    private static Tuple address(StreamAddress stream) {
        return Tuple.of(
                stream.owner().value(),
                stream.name(),
                stream.scope().org().value(),
                stream.scope().environment().value());
    }

    private static Optional<Found> found(RowSet<Row> rows, long from) {
        StreamView view = null;
        List<LogRecord> records = new ArrayList<>();
        for (Row row : rows) {
            view = view == null ? view(row) : view;
            if (row.getLong("seq") != null) {
                records.add(record(row));
            }
        }
        if (view == null) {
            return Optional.empty();
        }
        long start = Math.clamp(from, view.first(), view.next());
        long next = records.isEmpty() ? start : records.getLast().seq() + 1;
        return Optional.of(new Found(view, new Page(start, records, next, view.end())));
    }

    static LogRecord record(Row row) {
        Buffer headers = row.getBuffer("headers");
        return new LogRecord(
                row.getLong("seq"),
                Kind.of(row.getShort("kind")),
                row.getBuffer("body"),
                headers,
                row.getString("part_id"),
                row.getOffsetDateTime("at").toInstant());
    }

    static StreamView view(Row row) {
        @Nullable OffsetDateTime expiresAt = row.getOffsetDateTime("expires_at");
        @Nullable OffsetDateTime lastAt = row.getOffsetDateTime("last_at");
        return new StreamView(
                row.getLong("id"),
                row.getLong("incarnation"),
                row.getString("content_type"),
                row.getLong("first_seq"),
                row.getLong("next_seq"),
                row.getBoolean("closed"),
                row.getBoolean("hidden"),
                row.getLong("ttl_seconds"),
                expiresAt == null ? null : expiresAt.toInstant(),
                lastAt == null ? null : lastAt.toInstant());
    }
}
