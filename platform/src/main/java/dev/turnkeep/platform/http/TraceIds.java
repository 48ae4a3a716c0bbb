package dev.turnkeep.platform.http;

import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The name that an answer and a log line share: the caller's W3C trace id, else one made up. */
public final class TraceIds {
    private static final Pattern TRACEPARENT =
            Pattern.compile("00-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-[0-9a-f]{2}");

    private TraceIds() {}

    /** The header's value if it is a well-formed version 00 {@code traceparent}. */
    public static Optional<String> traceparent(@Nullable String header) {
        return Optional.ofNullable(header)
                .filter(value -> TRACEPARENT.matcher(value).matches());
    }

    static String of(@Nullable String traceparent) {
        Matcher matcher = TRACEPARENT.matcher(traceparent == null ? "" : traceparent);
        return matcher.matches() ? matcher.group(1) : random();
    }

    private static String random() {
        HexFormat hex = HexFormat.of();
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
    }
}
