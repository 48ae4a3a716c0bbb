package dev.turnkeep.contracts.turn;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why a turn stands on the dead-letter topic. The record's value is what was received, byte for byte; its key is the
 * address's encoding where one could be made; this goes into its headers.
 *
 * @param scope whose turn it is; null where that could not be read
 * @param stage {@code ingest} or {@code session}
 * @param detail what is wrong; never a value of the turn
 * @param appendedAt when the broker got the original record, or when the request came
 * @param source the original record; null for a request
 * @param kind what was received
 */
public record DeadLetter(
        @Nullable Scope scope,
        String stage,
        Problem problem,
        String detail,
        Instant appendedAt,
        @Nullable Source source,
        Kind kind) {
    /**
     * The header that says when the original came. A letter that is put back on the turns topic keeps it: an erasure since
     * then keeps the turn out.
     */
    public static final String APPEND_TIME = "append-time";

    /** The header that says which letter a record was put back from; one that is refused once more keeps it. */
    public static final String REQUEUED_FROM = "requeued-from";

    /** Of a turn. */
    public DeadLetter(
            @Nullable Scope scope,
            String stage,
            Problem problem,
            String detail,
            Instant appendedAt,
            @Nullable Source source) {
        this(scope, stage, problem, detail, appendedAt, source, Kind.TURN);
    }

    /** What was received. */
    public enum Kind {
        TURN,
        TRANSCRIPT
    }

    /** Where the original record is. */
    public record Source(String topic, int partition, long offset) {}

    /** Header names and values, in UTF-8. Absent ones are left out. */
    public Map<String, byte[]> headers() {
        Map<String, byte[]> headers = new LinkedHashMap<>();
        if (scope != null) {
            put(headers, "org", scope.org().toString());
            put(headers, "environment", scope.environment().value());
        }
        put(headers, APPEND_TIME, appendedAt.toString());
        put(headers, "stage", stage);
        if (kind == Kind.TRANSCRIPT) {
            put(headers, "kind", "transcript");
        }
        put(headers, "code", problem.code());
        put(headers, "detail", detail);
        if (source != null) {
            put(headers, "source-topic", source.topic());
            put(headers, "source-partition", Integer.toString(source.partition()));
            put(headers, "source-offset", Long.toString(source.offset()));
        }
        return headers;
    }

    private static void put(Map<String, byte[]> headers, String name, String value) {
        headers.put(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
