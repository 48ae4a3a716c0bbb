package dev.turnkeep.platform.trace;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The header of W3C trace context, version 00: {@code 00-<trace>-<span>-<flags>}. */
public final class Traceparent {
    /** Its name in requests and in records. */
    public static final String HEADER = "traceparent";

    private static final Pattern FORM =
            Pattern.compile("00-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})");
    private static final int TRACE = 3;
    private static final int SPAN = 36;
    private static final int FLAGS = 53;

    private Traceparent() {}

    /** The value if it is well-formed. */
    public static Optional<String> wellFormed(@Nullable String header) {
        return Optional.ofNullable(header).filter(value -> FORM.matcher(value).matches());
    }

    /** The trace id of a value, if that is well-formed: 32 hexadecimal digits. */
    public static Optional<String> trace(@Nullable String header) {
        return wellFormed(header).map(value -> value.substring(TRACE, SPAN - 1));
    }

    static Optional<SpanContext> parse(@Nullable String header) {
        return wellFormed(header)
                .map(value -> SpanContext.createFromRemoteParent(
                        value.substring(TRACE, SPAN - 1),
                        value.substring(SPAN, FLAGS - 1),
                        TraceFlags.fromHex(value, FLAGS),
                        TraceState.getDefault()));
    }

    static String of(SpanContext span) {
        return "00-" + span.getTraceId() + "-" + span.getSpanId() + "-"
                + span.getTraceFlags().asHex();
    }
}
