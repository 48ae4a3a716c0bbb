package dev.turnkeep.session.channel.log;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.store.Database.Work;
import dev.turnkeep.session.store.Statement;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The statements that make streams, inside one tenant's transaction. */
final class StreamStore {
    private static final String COLUMNS = """
            s.id, s.incarnation, s.content_type, s.first_seq, s.next_seq, s.closed_at IS NOT NULL AS closed,
            s.hidden_at IS NOT NULL AS hidden, s.ttl_seconds, s.expires_at, s.byte_count,
            coalesce(s.deadline <= clock_timestamp(), false) AS expired, s.forked_address, s.fork_seq, s.fork_part,
            coalesce(s.last_time, s.last_at) AS last_at
            """;

    private static final String ADDRESSED = "SELECT " + COLUMNS + """
            FROM streams s
            WHERE s.session_id = $1 AND s.name = $2 AND s.org_id = $3 AND s.environment = $4 AND s.deleted_at IS NULL
            """;

    private static final String LOCK = ADDRESSED + "FOR UPDATE";

    /** Against its removal only: appends, and trims, go on beside it. */
    private static final String KEEP = ADDRESSED + "FOR KEY SHARE";

    private static final String EXPIRED = """
            SELECT s.id FROM streams s
            WHERE s.session_id = $1 AND s.name = $2 AND s.org_id = $3 AND s.environment = $4 AND s.deleted_at IS NULL
              AND s.deadline <= clock_timestamp()
            """;

    private static final String NAMED = """
            SELECT count(*) AS named FROM streams s
            WHERE s.session_id = $1 AND s.org_id = $2 AND s.environment = $3 AND s.deleted_at IS NULL
              AND s.name NOT IN ('in', 'out')
            """;

    private static final String BY_ID = "SELECT " + COLUMNS + "FROM streams s WHERE s.id = $1";

    private static final String SWEPT = """
            SELECT s.id FROM streams s
            WHERE s.session_id = $1 AND s.name = $2 AND s.org_id = $3 AND s.environment = $4 AND s.deleted_at IS NOT NULL
            LIMIT 1
            """;

    /** Shared: channels are made side by side, but not while the session is being closed. */
    private static final String OWNER = """
            SELECT s.state IN ('closed', 'retired') OR coalesce(s.expires_at <= clock_timestamp(), false) AS over,
                   coalesce(s.closed_at, s.retired_at, LEAST(s.expires_at, clock_timestamp())) AS over_at,
                   e.channel_retention
            FROM sessions s
            JOIN environments e ON e.org_id = s.org_id AND e.name = s.environment
            WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3 AND NOT s.is_placeholder
            FOR SHARE OF s
            """;

    private static final String INSERT = """
            INSERT INTO streams (org_id, environment, session_id, name, incarnation, content_type, first_seq, next_seq,
                                 byte_count, last_at, closed_at, ttl_seconds, expires_at, deadline, forked_from,
                                 forked_address, fork_seq, fork_part)
            SELECT $3, $4, $1, $2,
                   GREATEST($5::bigint, (SELECT max(d.incarnation) + 1 FROM streams d
                        WHERE d.session_id = $1 AND d.name = $2 AND d.org_id = $3 AND d.environment = $4
                          AND d.deleted_at IS NOT NULL)),
                   $6, $7, $8, 0, $9::timestamptz, $10::timestamptz, $11::bigint, $12::timestamptz,
                   LEAST($12::timestamptz, clock_timestamp() + make_interval(secs => $11::bigint),
                         $10::timestamptz + $13::interval),
                   $14::bigint, $15, $16::bigint, $17::bigint
            ON CONFLICT DO NOTHING
            RETURNING id, incarnation
            """;

    private static final String RECORDS = """
            INSERT INTO stream_records (stream_id, seq, kind, body, headers, part_id, at)
            SELECT $1, $2::bigint + w.place - 1, w.kind, w.body, w.headers, w.part_id, $7::timestamptz
            FROM unnest($3::smallint[], $4::bytea[], $5::bytea[], $6::text[])
                WITH ORDINALITY AS w (kind, body, headers, part_id, place)
            """;

    private static final String COPY = """
            INSERT INTO stream_records (stream_id, seq, kind, body, headers, at)
            SELECT $2, r.seq, r.kind, r.body, r.headers, r.at
            FROM stream_records r
            WHERE r.stream_id = $1 AND r.seq >= $3 AND r.seq < $4
            """;

    private static final String COPY_PART = """
            INSERT INTO stream_records (stream_id, seq, kind, body, at)
            SELECT $2, r.seq, r.kind, substring(r.body FROM 1 FOR $4::integer), r.at
            FROM stream_records r
            WHERE r.stream_id = $1 AND r.seq = $3 AND octet_length(r.body) >= $4::integer
            RETURNING seq
            """;

    /** What a copy came to. It begins later than planned when its source was trimmed meanwhile. */
    private static final String COPIED = """
            UPDATE streams s SET byte_count = c.bytes, first_seq = GREATEST(s.first_seq, coalesce(c.oldest, s.next_seq))
            FROM (
                SELECT coalesce(sum(8 + octet_length(r.body) + coalesce(octet_length(r.headers), 0)), 0) AS bytes,
                       min(r.seq) AS oldest
                FROM stream_records r WHERE r.stream_id = $1
            ) c
            WHERE s.id = $1
            """;

    private static final String COUNT_FORK = "UPDATE streams s SET fork_count = s.fork_count + 1 WHERE s.id = $1";

    private StreamStore() {}

    /** A stream's row, read under its lock. */
    record Locked(
            StreamView view,
            boolean expired,
            @Nullable String forkedAddress,
            @Nullable Long forkSeq,
            @Nullable Long forkPart) {}

    /** Whose channel it is to be. */
    record Owner(boolean over, @Nullable OffsetDateTime overAt, io.vertx.pgclient.data.Interval retention) {}

    /** What a new row begins with. */
    record Beginning(
            long incarnation,
            String contentType,
            long first,
            long next,
            @Nullable Instant lastAt,
            @Nullable Instant closedAt,
            @Nullable Long ttl,
            @Nullable Instant expiresAt,
            io.vertx.pgclient.data.@Nullable Interval retention,
            @Nullable Long forkedFrom,
            @Nullable String forkedAddress,
            @Nullable Long forkSeq,
            @Nullable Long forkPart) {}

    static Optional<Locked> lock(Work work, StreamAddress stream) {
        return work.row(new Statement(LOCK, address(stream))).map(StreamStore::locked);
    }

    /** As {@link #lock}, but held against its removal only. */
    static Optional<Locked> keep(Work work, StreamAddress stream) {
        return work.row(new Statement(KEEP, address(stream))).map(StreamStore::locked);
    }

    /** The stream of the address if it has expired, for which there is no way back. */
    static Optional<Long> expired(Work work, StreamAddress stream) {
        return work.row(new Statement(EXPIRED, address(stream))).map(row -> row.getLong("id"));
    }

    /** How many channels the session has besides those that every session has. */
    static long named(Work work, StreamAddress stream) {
        return work.row(Statement.of(
                        NAMED,
                        stream.owner().value(),
                        stream.scope().org().value(),
                        stream.scope().environment().value()))
                .orElseThrow()
                .getLong("named");
    }

    /** Whether its retention is over and it was removed. */
    static boolean wasSwept(Work work, StreamAddress stream) {
        return work.row(new Statement(SWEPT, address(stream))).isPresent();
    }

    static Locked read(Work work, long id) {
        return work.row(Statement.of(BY_ID, id)).map(StreamStore::locked).orElseThrow();
    }

    static Optional<Owner> owner(Work work, StreamAddress stream) {
        SessionId session = stream.owner();
        return work.row(Statement.of(
                        OWNER,
                        stream.scope().org().value(),
                        stream.scope().environment().value(),
                        session.value()))
                .map(row -> new Owner(
                        row.getBoolean("over"),
                        row.getOffsetDateTime("over_at"),
                        row.get(io.vertx.pgclient.data.Interval.class, "channel_retention")));
    }

    /** The new row's id; empty when somebody else was faster. */
    static Optional<Long> insert(Work work, StreamAddress stream, Beginning row) {
        Tuple values = address(stream)
                .addLong(row.incarnation())
                .addString(row.contentType())
                .addLong(row.first())
                .addLong(row.next())
                .addOffsetDateTime(utc(row.lastAt()))
                .addOffsetDateTime(utc(row.closedAt()))
                .addLong(row.ttl())
                .addOffsetDateTime(utc(row.expiresAt()))
                .addValue(row.retention())
                .addLong(row.forkedFrom())
                .addString(row.forkedAddress())
                .addLong(row.forkSeq())
                .addLong(row.forkPart());
        return work.row(new Statement(INSERT, values)).map(made -> made.getLong("id"));
    }

    static void insertRecords(Work work, long id, long from, List<NewRecord> records, Instant at) {
        if (records.isEmpty()) {
            return;
        }
        work.rows(new Statement(
                RECORDS,
                Tuple.of(id, from)
                        .addArrayOfShort(records.stream()
                                .map(added -> added.kind().code())
                                .toArray(Short[]::new))
                        .addArrayOfBuffer(records.stream().map(NewRecord::body).toArray(Buffer[]::new))
                        .addArrayOfBuffer(records.stream()
                                .map(added -> RecordHeader.encode(added.headers()))
                                .toArray(Buffer[]::new))
                        .addArrayOfString(
                                records.stream().map(NewRecord::partId).toArray(String[]::new))
                        .addOffsetDateTime(utc(at))));
    }

    static void copy(Work work, long source, long fork, long first, long end) {
        work.rows(Statement.of(COPY, source, fork, first, end));
    }

    /** Whether the record is there and long enough. */
    static boolean copyPart(Work work, long source, long fork, long seq, int bytes) {
        return work.row(Statement.of(COPY_PART, source, fork, seq, bytes)).isPresent();
    }

    static void measure(Work work, long id) {
        work.rows(Statement.of(COPIED, id));
    }

    static void countFork(Work work, long source) {
        work.rows(Statement.of(COUNT_FORK, source));
    }

    private static Locked locked(Row row) {
        return new Locked(
                LogReader.view(row),
                row.getBoolean("expired"),
                row.getString("forked_address"),
                row.getLong("fork_seq"),
                row.getLong("fork_part"));
    }

    private static Tuple address(StreamAddress stream) {
        return Tuple.of(
                stream.owner().value(),
                stream.name(),
                stream.scope().org().value(),
                stream.scope().environment().value());
    }

    private static @Nullable OffsetDateTime utc(@Nullable Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }
}
