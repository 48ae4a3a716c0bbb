package dev.turnkeep.ingest.turn;

import dev.turnkeep.contracts.problem.Invalid;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import org.jspecify.annotations.Nullable;

/**
 * The caller's own times.
 *
 * @param completedAt when the turn was complete; null when the caller did not say
 * @param asWritten {@code captured_at}, else {@code ts_request}, letter by letter: a part of the turn's identity
 * @param elapsed from the request to the end of the response; null when not told, or of no use
 */
record CallersTimes(
        @Nullable Instant completedAt,
        @Nullable String asWritten,
        @Nullable Duration elapsed) {
    private static final double LONGEST_SECONDS = Duration.ofDays(7).toSeconds();
    private static final double NANOS = 1e9;
    /** Go writes a time that was never set as the first of January of the year 1. */
    private static final int NEVER = 1;

    private static final int FIRST_YEAR = 1970;
    private static final int LAST_YEAR = 9999;
    private static final DateTimeFormatter RFC3339 = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_OFFSET_DATE_TIME)
            .toFormatter()
            .withResolverStyle(ResolverStyle.STRICT);

    /**
     * Reads the times of {@code meta}.
     *
     * @throws Invalid (422) for a time that is none
     */
    static CallersTimes of(Fields meta) {
        Instant captured = instant("meta.captured_at", meta.filled("captured_at"));
        Instant requested = instant("meta.ts_request", meta.filled("ts_request"));
        Duration elapsed = elapsed(meta.number("elapsed_seconds"));
        if (captured != null) {
            return new CallersTimes(captured, meta.text("captured_at"), elapsed);
        }
        if (requested != null) {
            Instant completed = elapsed == null ? requested : requested.plus(elapsed);
            return new CallersTimes(completed, meta.text("ts_request"), elapsed);
        }
        return new CallersTimes(null, null, elapsed);
    }

    /** A time as RFC 3339 writes it; null when absent or never set. */
    static @Nullable Instant instant(String field, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            OffsetDateTime time = OffsetDateTime.parse(text, RFC3339);
            if (time.getYear() == NEVER) {
                return null;
            }
            if (time.getYear() < FIRST_YEAR || time.getYear() > LAST_YEAR) {
                throw Invalid.field(field, "must be between the years 1970 and 9999");
            }
            return time.toInstant();
        } catch (DateTimeException e) {
            throw Invalid.field(field, "must be a time as in RFC 3339");
        }
    }

    /** A time from elsewhere, if it can be one of a turn; else null. */
    static @Nullable Instant plausible(@Nullable Instant time) {
        int year = time == null ? NEVER : time.atOffset(ZoneOffset.UTC).getYear();
        return year < FIRST_YEAR || year > LAST_YEAR ? null : time;
    }

    private static @Nullable Duration elapsed(@Nullable Double seconds) {
        return seconds != null && seconds > 0 && seconds <= LONGEST_SECONDS
                ? Duration.ofNanos(Math.round(seconds * NANOS))
                : null;
    }
}
