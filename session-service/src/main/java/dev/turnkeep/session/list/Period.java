package dev.turnkeep.session.list;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How far back, as in {@code 7d}, {@code 1h 30m} or {@code 2 weeks}. A month has 30 days here, a year 365. */
final class Period {
    private static final Pattern PART = Pattern.compile("\\s*([0-9]{1,9}(?:\\.[0-9]{1,6})?)\\s*([a-z]{1,12})\\s*,?");
    private static final long DAY = 86_400_000;
    private static final Map<String, Long> MILLIS = Map.ofEntries(
            Map.entry("ms", 1L),
            Map.entry("millisecond", 1L),
            Map.entry("s", 1000L),
            Map.entry("sec", 1000L),
            Map.entry("second", 1000L),
            Map.entry("m", 60_000L),
            Map.entry("min", 60_000L),
            Map.entry("minute", 60_000L),
            Map.entry("h", 3_600_000L),
            Map.entry("hr", 3_600_000L),
            Map.entry("hour", 3_600_000L),
            Map.entry("d", DAY),
            Map.entry("day", DAY),
            Map.entry("w", 7 * DAY),
            Map.entry("wk", 7 * DAY),
            Map.entry("week", 7 * DAY),
            Map.entry("mo", 30 * DAY),
            Map.entry("month", 30 * DAY),
            Map.entry("y", 365 * DAY),
            Map.entry("yr", 365 * DAY),
            Map.entry("year", 365 * DAY));

    private Period() {}

    /** The time so long before another; empty for what is no period, for nothing at all, and for more than a hundred years. */
    static Optional<Instant> before(Instant now, String text) {
        Matcher part = PART.matcher(text.toLowerCase(Locale.ROOT));
        double millis = 0;
        int end = 0;
        while (end < text.length()) {
            part.region(end, text.length());
            if (!part.lookingAt()) {
                return Optional.empty();
            }
            String unit = part.group(2);
            Long factor = MILLIS.get(unit);
            if (factor == null && unit.endsWith("s")) {
                factor = MILLIS.get(unit.substring(0, unit.length() - 1));
            }
            if (factor == null) {
                return Optional.empty();
            }
            millis += Double.parseDouble(part.group(1)) * factor;
            end = part.end();
        }
        if (millis <= 0 || millis > 100.0 * 365 * DAY) {
            return Optional.empty();
        }
        try {
            return Optional.of(now.minus(Duration.ofMillis(Math.round(millis))));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
