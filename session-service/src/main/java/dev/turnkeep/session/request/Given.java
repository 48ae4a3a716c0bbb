package dev.turnkeep.session.request;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a caller gave, read or refused. */
public final class Given {
    /** What no store takes: NUL, and a surrogate without its other half. */
    private static final Pattern UNSTORABLE = Pattern.compile("[\\x00\\ud800-\\udfff]");

    private static final Instant EARLIEST = Instant.parse("1900-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("2299-12-31T00:00:00Z");

    private Given() {}

    /** A session's id of a path, in either form; what has no form of one names no session: 404. */
    public static SessionId session(String text) {
        return SessionId.parse(text).orElseThrow(() -> new Invalid(Problem.NOT_FOUND, null, Problem.NOT_FOUND.title()));
    }

    public static boolean storable(String text) {
        return !UNSTORABLE.matcher(text).find();
    }

    /** A text of a query: 400 when it is too long or no text at all. */
    public static String text(String field, String value, int cap) {
        if (value.length() > cap || !storable(value)) {
            throw malformed(field, "at most " + cap + " characters, no NUL and no lone surrogate");
        }
        return value;
    }

    /** The number of items of a page that is asked for, at least 1; null when none was. */
    public static @Nullable Integer limit(String field, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            return null;
        }
        if (!value.matches("[0-9]{1,9}")) {
            throw malformed(field, "must be a whole number");
        }
        return Integer.valueOf(value);
    }

    /** A time in RFC 3339, such as {@code 2026-01-31T12:00:00Z}. */
    public static Instant time(String field, String value) {
        try {
            return within(field, OffsetDateTime.parse(value).toInstant());
        } catch (DateTimeException e) {
            throw malformed(field, "must be a time in RFC 3339");
        }
    }

    /** Refuses what the stores cannot hold. */
    public static Instant within(String field, Instant time) {
        if (time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
            throw malformed(field, "must be a time from 1900 to 2299");
        }
        return time;
    }

    /** 400, for a parameter of the query. */
    public static Invalid malformed(String field, String rule) {
        return new Invalid(Problem.MALFORMED, field, field + ": " + rule);
    }
}
