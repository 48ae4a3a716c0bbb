package dev.turnkeep.session.channel.durable;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The names of the protocol, and its cursor. */
final class Protocol {
    static final String NEXT_OFFSET = "Stream-Next-Offset";
    static final String UP_TO_DATE = "Stream-Up-To-Date";
    static final String CLOSED = "Stream-Closed";
    static final String CURSOR = "Stream-Cursor";
    static final String TTL = "Stream-TTL";
    static final String EXPIRES_AT = "Stream-Expires-At";
    static final String SEQ = "Stream-Seq";
    static final String FORKED_FROM = "Stream-Forked-From";
    static final String FORK_OFFSET = "Stream-Fork-Offset";
    static final String FORK_PART = "Stream-Fork-Sub-Offset";
    static final String ENCODING = "Stream-SSE-Data-Encoding";
    static final String PRODUCER_ID = "Producer-Id";
    static final String PRODUCER_EPOCH = "Producer-Epoch";
    static final String PRODUCER_SEQ = "Producer-Seq";
    static final String EXPECTED_SEQ = "Producer-Expected-Seq";
    static final String RECEIVED_SEQ = "Producer-Received-Seq";
    /** Our own: what a writer calls its record. */
    static final String PART_ID = "X-Part-Id";

    static final String TRUE = "true";

    /** What a browser may read of our answers. */
    static final String EXPOSED = String.join(
            ", ",
            NEXT_OFFSET,
            UP_TO_DATE,
            CLOSED,
            CURSOR,
            TTL,
            EXPIRES_AT,
            ENCODING,
            PRODUCER_EPOCH,
            PRODUCER_SEQ,
            EXPECTED_SEQ,
            RECEIVED_SEQ,
            "ETag",
            "Location",
            "Retry-After");

    static final String ALLOWED_HEADERS = String.join(
            ", ",
            "Authorization",
            "Content-Type",
            "If-None-Match",
            CLOSED,
            TTL,
            EXPIRES_AT,
            SEQ,
            FORKED_FROM,
            FORK_OFFSET,
            FORK_PART,
            PRODUCER_ID,
            PRODUCER_EPOCH,
            PRODUCER_SEQ,
            PART_ID,
            "Traceparent",
            "Tracestate");

    private static final Instant EPOCH = Instant.parse("2024-10-09T00:00:00Z");
    private static final Duration INTERVAL = Duration.ofSeconds(20);
    private static final int JITTER_SECONDS = 3600;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,15}");

    private Protocol() {}

    /**
     * The interval that it is, or one after the caller's: caches in between collapse readers by it, and must never give a
     * reader the answer that it has already.
     */
    static String cursor(@Nullable String callers, Instant now) {
        long current = Duration.between(EPOCH, now).dividedBy(INTERVAL);
        if (callers == null || !NUMBER.matcher(callers).matches() || Long.parseLong(callers) < current) {
            return Long.toString(current);
        }
        long jitter = ThreadLocalRandom.current().nextLong(1, JITTER_SECONDS + 1L) / INTERVAL.toSeconds();
        return Long.toString(Long.parseLong(callers) + Math.max(1, jitter));
    }
}
