package dev.turnkeep.session.channel.s2;

import dev.turnkeep.contracts.problem.Invalid;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a reader begins, and where it ends.
 *
 * @param clamp whether a place after the end means the end
 * @param count the most records; null for any number
 * @param bytes the most metered bytes; null for any number
 * @param until records from this time on are not wanted, in milliseconds since 1970; null for all
 * @param pause the longest between two records; null for what its kind of read has
 */
record ReadQuery(
        Start start,
        boolean clamp,
        @Nullable Long count,
        @Nullable Long bytes,
        @Nullable Long until,
        @Nullable Duration pause) {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,20}");
    private static final long PAGE_COUNT = 1000;
    private static final long PAGE_BYTES = 1024 * 1024;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    /** Where to begin. */
    sealed interface Start {
        record Seq(long seq) implements Start {}

        /** At the first record that is not older, in milliseconds since 1970. */
        record Time(long time) implements Start {}

        /** So many records before the end. */
        record Newest(long records) implements Start {}
    }

    /**
     * @param parameters the values of a name
     * @throws Refused (400) for a parameter of another form
     * @throws Invalid (422) for parameters that contradict each other
     */
    static ReadQuery of(Function<String, List<String>> parameters) {
        Long seq = number(parameters, "seq_num");
        Long time = number(parameters, "timestamp");
        Long newest = number(parameters, "tail_offset");
        Long until = number(parameters, "until");
        Long pause = number(parameters, "wait");
        if (Stream.of(seq != null, time != null, newest != null)
                        .filter(given -> given)
                        .count()
                > 1) {
            throw Invalid.field("seq_num", "one of seq_num, timestamp and tail_offset");
        }
        if (time != null && until != null && time >= until) {
            throw Invalid.field("until", "after the timestamp");
        }
        Start start = seq != null
                ? new Start.Seq(seq)
                : time != null ? new Start.Time(time) : new Start.Newest(newest == null ? 0 : newest);
        return new ReadQuery(
                start,
                truth(parameters, "clamp"),
                number(parameters, "count"),
                number(parameters, "bytes"),
                until,
                pause == null ? null : Duration.ofSeconds(Math.min(pause, Integer.MAX_VALUE)));
    }

    /** As one that is answered in one piece has it. */
    ReadQuery ofOnePage() {
        return new ReadQuery(
                start,
                clamp,
                Math.min(count == null ? PAGE_COUNT : count, PAGE_COUNT),
                Math.min(bytes == null ? PAGE_BYTES : bytes, PAGE_BYTES),
                until,
                pause != null && pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause);
    }

    /** As one has it that comes back after an event: after that record, and with what is left of its limits. */
    ReadQuery after(@Nullable String eventId) {
        if (eventId == null || eventId.isBlank()) {
            return this;
        }
        List<String> parts = List.of(eventId.strip().split(",", -1));
        if (parts.size() != 3
                || !parts.stream().allMatch(part -> NUMBER.matcher(part).matches())) {
            throw Refused.of(400, "bad_header", "Last-Event-ID: one that was handed out");
        }
        return new ReadQuery(
                new Start.Seq(Math.min(parsed(parts.get(0)), Long.MAX_VALUE - 1) + 1),
                clamp,
                count == null ? null : Math.max(0, count - parsed(parts.get(1))),
                bytes == null ? null : Math.max(0, bytes - parsed(parts.get(2))),
                until,
                pause);
    }

    /** Whether it waits at the end for what comes. */
    boolean follows() {
        return (count == null && bytes == null && until == null) || (pause != null && pause.isPositive());
    }

    private static @Nullable Long number(Function<String, List<String>> parameters, String name) {
        List<String> values = parameters.apply(name);
        if (values.isEmpty()) {
            return null;
        }
        if (!NUMBER.matcher(values.getLast()).matches()) {
            throw Refused.of(400, "bad_query", name + ": a whole number");
        }
        return parsed(values.getLast());
    }

    /** What is larger than every seq is as good as the largest. */
    private static long parsed(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    private static boolean truth(Function<String, List<String>> parameters, String name) {
        List<String> values = parameters.apply(name);
        String value = values.isEmpty() ? "false" : values.getLast();
        if (!value.equals("true") && !value.equals("false")) {
            throw Refused.of(400, "bad_query", name + ": true or false");
        }
        return value.equals("true");
    }
}
