package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.lifecycle.TurnFold.Placed;
import dev.turnkeep.contracts.price.Charge;
import dev.turnkeep.contracts.turn.UsagePartsJson;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The statements on {@code turns} and {@code partition_progress}. */
final class TurnStore {
    private static final String KNOWN = """
        SELECT t.turn_id, t.payload_digest
        FROM unnest($1::uuid[], $2::uuid[]) AS k (turn_id, org_id)
        JOIN turns t ON t.turn_id = k.turn_id AND t.org_id = k.org_id
        UNION ALL
        SELECT e.turn_id, ''::bytea
        FROM unnest($1::uuid[], $2::uuid[]) AS k (turn_id, org_id)
        JOIN erased_turns e ON e.turn_id = k.turn_id AND e.org_id = k.org_id
        """;

    private static final String INSERT = """
        INSERT INTO turns (
            turn_id, org_id, environment, session_id, seq, request_id, payload_digest, provider, model, agent,
            thread_id, root_hash, leaf_hash, node_count, system_digest, tools_digest, params_digest, status,
            stop_reason, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens,
            reasoning_tokens, cost_nano_usd, cost_source, tool_calls, tool_errors, latency_nanos, event_at,
            received_at, late, traceparent, kafka_topic, kafka_partition, kafka_offset, meta, created_at, stop_kind,
            error, price_ref, usage_partial, usage_parts, service_tier)
        SELECT
            n.turn_id, n.org_id, n.environment, n.session_id, n.seq, n.request_id, n.payload_digest, n.provider,
            n.model, n.agent, n.thread_id, n.root_hash, n.leaf_hash, n.node_count, n.system_digest,
            n.tools_digest, n.params_digest, n.status, n.stop_reason, n.input_tokens, n.output_tokens,
            n.cache_read_tokens, n.cache_write_tokens, n.cache_write_1h_tokens, n.reasoning_tokens,
            n.cost_nano_usd, n.cost_source, n.tool_calls, n.tool_errors, n.latency_nanos, n.event_at,
            n.received_at, n.late, n.traceparent, n.kafka_topic, n.kafka_partition, n.kafka_offset, n.meta::json,
            n.created_at, n.stop_kind, n.error, n.price_ref, n.usage_partial, n.usage_parts::json,
            n.service_tier
        FROM unnest(
            $1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::bigint[], $6::text[], $7::bytea[], $8::text[],
            $9::text[], $10::text[], $11::text[], $12::bytea[], $13::bytea[], $14::integer[], $15::bytea[],
            $16::bytea[], $17::bytea[], $18::text[], $19::text[], $20::bigint[], $21::bigint[], $22::bigint[],
            $23::bigint[], $24::bigint[], $25::bigint[], $26::bigint[], $27::text[], $28::integer[], $29::integer[],
            $30::bigint[], $31::timestamptz[], $32::timestamptz[], $33::boolean[], $34::text[], $35::text[],
            $36::integer[], $37::bigint[], $38::text[], $39::timestamptz[], $40::text[], $41::text[], $42::text[],
            $43::boolean[], $44::text[], $45::text[])
        AS n (
            turn_id, org_id, environment, session_id, seq, request_id, payload_digest, provider, model, agent,
            thread_id, root_hash, leaf_hash, node_count, system_digest, tools_digest, params_digest, status,
            stop_reason, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens,
            reasoning_tokens, cost_nano_usd, cost_source, tool_calls, tool_errors, latency_nanos, event_at,
            received_at, late, traceparent, kafka_topic, kafka_partition, kafka_offset, meta, created_at, stop_kind,
            error, price_ref, usage_partial, usage_parts, service_tier)
        """;

    /**
     * Never past Postgres' own clock: a watermark only rises, so one that a wrong clock had put into the future would vouch
     * for turns that nobody has read yet.
     */
    private static final String PROGRESS = """
        INSERT INTO partition_progress (topic, partition, processed_through, next_offset, updated_at)
        VALUES ($1, $2, LEAST($3, clock_timestamp()), $4, $5)
        ON CONFLICT (topic, partition) DO UPDATE SET
            processed_through = GREATEST(partition_progress.processed_through, excluded.processed_through),
            next_offset = GREATEST(partition_progress.next_offset, excluded.next_offset),
            updated_at = excluded.updated_at
        """;

    /**
     * A count that has changed is remembered with the time up to which producers may go by the old one. An older look of
     * another instance changes nothing. Seconds: how long a producer may go by what it knew.
     */
    private static final String COUNTED = """
        INSERT INTO topic_progress AS known (topic, partition_count, counted_at)
        VALUES ($1, $2, LEAST($3, clock_timestamp()))
        ON CONFLICT (topic) DO UPDATE SET
            counted_since = CASE WHEN known.partition_count <> excluded.partition_count
                THEN clock_timestamp() + make_interval(secs => $4::float8) ELSE known.counted_since END,
            partition_count = excluded.partition_count,
            counted_at = excluded.counted_at
        WHERE known.counted_at < excluded.counted_at
        """;

    private static final String WATERMARK = """
        INSERT INTO partition_progress AS known (topic, partition, processed_through, next_offset, updated_at)
        SELECT $1, p.partition, LEAST($4, clock_timestamp()), p.next_offset, $5
        FROM unnest($2::integer[], $3::bigint[]) AS p (partition, next_offset)
        ORDER BY p.partition
        ON CONFLICT (topic, partition) DO UPDATE SET
            processed_through = GREATEST(known.processed_through, excluded.processed_through),
            next_offset = GREATEST(known.next_offset, excluded.next_offset),
            updated_at = excluded.updated_at
        """;

    private static final String SHORTEST_IDLE = """
        SELECT extract(epoch FROM min(LEAST(e.idle_timeout, h.timeout::interval)))::float8 AS seconds
        FROM environments e
        LEFT JOIN LATERAL jsonb_each_text(e.harness_idle_timeouts) AS h (harness_id, timeout) ON true
        """;

    private TurnStore() {}

    /** A turn with its place and its price. */
    record PlacedTurn(PendingTurn pending, Placed placed, Charge charge) {}

    /** The payload digests of the turns that are stored already; {@link Sifted#ERASED} for those that were. */
    static Future<Map<TurnId, byte[]>> known(SqlClient client, Collection<PendingTurn> turns) {
        if (turns.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        Columns<PendingTurn> columns = Columns.of(List.copyOf(turns))
                .uuid(t -> t.id().value())
                .uuid(t -> t.scope().org().value());
        return client.preparedQuery(KNOWN).execute(columns.tuple()).map(rows -> {
            Map<TurnId, byte[]> known = new HashMap<>();
            for (Row row : rows) {
                known.put(
                        new TurnId(row.getUUID("turn_id")),
                        row.getBuffer("payload_digest").getBytes());
            }
            return known;
        });
    }

    static Future<Integer> insert(SqlConnection connection, List<PlacedTurn> rows, Instant now) {
        if (rows.isEmpty()) {
            return Future.succeededFuture(0);
        }
        Columns<PlacedTurn> columns = Columns.of(rows)
                .uuid(r -> r.pending().id().value())
                .uuid(r -> r.pending().scope().org().value())
                .text(r -> r.pending().scope().environment().value())
                .uuid(r -> r.placed().session().value())
                .bigint(r -> r.placed().seq())
                .text(r -> r.pending().turn().requestId())
                .bytes(r -> r.pending().payloadDigest())
                .text(r -> r.pending().turn().provider())
                .text(r -> r.pending().turn().model())
                .text(r -> r.pending().turn().agent())
                .text(r -> r.pending().turn().threadId())
                .bytes(r -> hash(r.pending().turn().root().hash()))
                .bytes(r -> hash(r.pending().turn().leaf().hash()))
                .integer(r -> r.pending().turn().nodes().size())
                .bytes(r -> digest(r.pending().blobs().system()))
                .bytes(r -> digest(r.pending().blobs().tools()))
                .bytes(r -> digest(r.pending().blobs().params()))
                .text(r -> r.pending().turn().status())
                .text(r -> r.pending().turn().stopReason())
                .bigint(r -> r.pending().turn().usage().inputTokens())
                .bigint(r -> r.pending().turn().usage().outputTokens())
                .bigint(r -> r.pending().turn().usage().cacheReadTokens())
                .bigint(r -> r.pending().turn().usage().cacheWriteTokens())
                .bigint(r -> r.pending().turn().usage().cacheWrite1hTokens())
                .bigint(r -> r.pending().turn().usage().reasoningTokens())
                .bigint(r -> r.charge().nanoUsd())
                .text(r -> r.charge().source().text())
                .integer(r -> r.pending().turn().toolCalls())
                .integer(r -> r.pending().turn().toolErrors())
                .bigint(r -> r.pending().turn().latencyNanos())
                .time(r -> r.pending().times().eventAt())
                .time(r -> r.pending().times().receivedAt())
                .bool(r -> r.placed().late())
                .text(r -> r.pending().turn().traceparent())
                .text(r -> r.pending().source().topic())
                .integer(r -> r.pending().source().partition())
                .bigint(r -> r.pending().source().offset())
                .text(r -> meta(r.pending().turn().meta()))
                .time(r -> now)
                .text(r -> r.pending().turn().stopKind().word())
                .text(r -> r.pending().turn().error())
                .text(r -> r.charge().ref())
                .bool(r -> r.pending().turn().usage().partial())
                .text(r -> UsagePartsJson.write(r.pending().turn().usage().parts()))
                .text(r -> r.pending().turn().usage().serviceTier());
        return connection.preparedQuery(INSERT).execute(columns.tuple()).map(inserted -> inserted.rowCount());
    }

    /** Every turn of the partition up to this append time, and before this offset, is in these tables. */
    static Future<Integer> progress(
            SqlClient client, String topic, int partition, Instant through, long nextOffset, Instant now) {
        return client.preparedQuery(PROGRESS)
                .execute(Tuple.of(
                        topic, partition, through.atOffset(ZoneOffset.UTC), nextOffset, now.atOffset(ZoneOffset.UTC)))
                .map(rows -> rows.rowCount());
    }

    /**
     * A topic had so many partitions at a moment.
     *
     * @param producersAge how long a producer may go by an older count
     */
    static Future<Integer> counted(SqlClient client, String topic, int partitions, Instant at, Duration producersAge) {
        return client.preparedQuery(COUNTED)
                .execute(Tuple.of(topic, partitions, at.atOffset(ZoneOffset.UTC), producersAge.toMillis() / 1000.0))
                .map(result -> result.rowCount());
    }

    /**
     * Every turn of these partitions up to this append time is in these tables.
     *
     * @param nextOffsets by partition
     */
    static Future<Integer> watermark(
            SqlClient client, String topic, Map<Integer, Long> nextOffsets, Instant through, Instant now) {
        List<Map.Entry<Integer, Long>> rows = List.copyOf(nextOffsets.entrySet());
        return client.preparedQuery(WATERMARK)
                .execute(Tuple.of(
                        topic,
                        rows.stream().map(Map.Entry::getKey).toArray(Integer[]::new),
                        rows.stream().map(Map.Entry::getValue).toArray(Long[]::new),
                        through.atOffset(ZoneOffset.UTC),
                        now.atOffset(ZoneOffset.UTC)))
                .map(result -> result.rowCount());
    }

    /** The shortest idle timeout of any environment or harness; empty while there is none. */
    static Future<Optional<Duration>> shortestIdle(SqlClient client) {
        return client.preparedQuery(SHORTEST_IDLE).execute().map(rows -> {
            @Nullable Double seconds = rows.iterator().next().getDouble("seconds");
            return Optional.ofNullable(seconds).map(s -> Duration.ofMillis(Math.round(s * 1000)));
        });
    }

    private static byte[] hash(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static byte @Nullable [] digest(Blobs.@Nullable Blob blob) {
        return blob == null ? null : blob.digest();
    }

    private static String meta(@Nullable RawJson meta) {
        return meta == null ? "{}" : meta.toString();
    }
}
