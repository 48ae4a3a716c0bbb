package dev.turnkeep.platform.trace;

import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** The name that an answer and a log line share: the caller's W3C trace id, else one made up. */
public final class TraceIds {
    private TraceIds() {}

    /** Of a value that may be null or malformed. */
    static String of(@Nullable String traceparent) {
        return Traceparent.trace(traceparent).orElseGet(TraceIds::random);
    }

    /** What the lines of this request are logged with, else {@link #of}. */
    public static String logged(@Nullable String traceparent) {
        return Optional.ofNullable(MDC.get(LoggedTrace.TRACE)).orElseGet(() -> of(traceparent));
    }

    private static String random() {
        HexFormat hex = HexFormat.of();
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
    }
}
