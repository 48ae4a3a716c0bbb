package dev.turnkeep.session.control;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    /** The words that the client's own signing takes; none else, because half a word may mean another unit. */
    private static final Pattern SPAN = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?) ?([a-z]+)(?: from now)?");

    private static final Map<String, Duration> UNITS = Stream.of(
                    Map.entry(Duration.ofSeconds(1), "s sec secs second seconds"),
                    Map.entry(Duration.ofMinutes(1), "m min mins minute minutes"),
                    Map.entry(Duration.ofHours(1), "h hr hrs hour hours"),
                    Map.entry(Duration.ofDays(1), "d day days"),
                    Map.entry(Duration.ofDays(7), "w week weeks"),
                    Map.entry(Duration.ofHours(8766), "y yr yrs year years"))
            .flatMap(unit -> Stream.of(unit.getValue().split(" ", -1)).map(word -> Map.entry(word, unit.getKey())))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

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
                ? span(value.textValue()).isPresent()
                : value.isIntegralNumber() && value.canConvertToInt();
    }

    /** A number is a moment, in seconds since 1970; a text is a span from now. */
    private static Duration lifetime(JsonNode value, Instant now) {
        return value.isNumber()
                ? Duration.between(now, Instant.ofEpochSecond(value.longValue()))
                : span(value.textValue()).orElseThrow();
    }

    private static Optional<Duration> span(String text) {
        Matcher span = SPAN.matcher(text.toLowerCase(Locale.ROOT));
        if (!span.matches() || !UNITS.containsKey(span.group(2))) {
            return Optional.empty();
        }
        BigDecimal seconds = new BigDecimal(span.group(1))
                .multiply(BigDecimal.valueOf(
                        UNITS.getOrDefault(span.group(2), Duration.ZERO).toSeconds()));
        return Optional.of(
                Duration.ofSeconds(seconds.setScale(0, RoundingMode.HALF_UP).longValueExact()));
    }
}
