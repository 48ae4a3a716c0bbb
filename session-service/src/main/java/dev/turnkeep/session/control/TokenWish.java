package dev.turnkeep.session.control;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A public token as the holder of a key wants it made.
 *
 * @param lifetime from now; positive, at most {@link #LONGEST}
 */
record TokenWish(List<String> scopes, Duration lifetime) {
    private static final int SCOPES = 100;
    private static final int SCOPE = 512;
    private static final Duration USUAL = Duration.ofMinutes(15);
    static final Duration LONGEST = Duration.ofDays(365);

    private static final Pattern SPAN = Pattern.compile("([0-9]{1,9}) ?(s|m|h|d|w)[a-z]*");
    private static final Map<String, Duration> UNITS = Map.of(
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1),
            "w", Duration.ofDays(7));

    static TokenWish of(Fields fields, Instant now) {
        List<String> scopes =
                fields.texts("scopes", SCOPES, SCOPE).orElseThrow(() -> Fields.refused("scopes", "Required"));
        if (scopes.isEmpty()) {
            throw Fields.refused("scopes", "At least one");
        }
        Duration lifetime = fields.where("expirationTime", "A duration or seconds since 1970", TokenWish::isTime)
                .map(value -> lifetime(value, now))
                .orElse(USUAL);
        if (!lifetime.isPositive() || lifetime.compareTo(LONGEST) > 0) {
            throw Fields.refused("expirationTime", "Within a year from now");
        }
        return new TokenWish(scopes, lifetime);
    }

    private static boolean isTime(JsonNode value) {
        return value.isTextual()
                ? SPAN.matcher(value.textValue()).matches()
                : value.isIntegralNumber() && value.canConvertToInt();
    }

    /** A number is a moment, in seconds since 1970; a text is a span from now. */
    private static Duration lifetime(JsonNode value, Instant now) {
        if (value.isNumber()) {
            return Duration.between(now, Instant.ofEpochSecond(value.longValue()));
        }
        Matcher span = SPAN.matcher(value.textValue());
        if (!span.matches()) {
            throw new IllegalStateException("it was seen to match");
        }
        Duration unit = UNITS.getOrDefault(span.group(2), Duration.ZERO);
        return unit.multipliedBy(Long.parseLong(span.group(1)));
    }
}
