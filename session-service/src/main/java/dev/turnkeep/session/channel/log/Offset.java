package dev.turnkeep.session.channel.log;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The place before a record, as clients see it: two numbers of 16 digits, which sort as text. It names the next seq to
 * read.
 *
 * @param incarnation how often the stream's address was used before
 */
public record Offset(long incarnation, long seq) implements Comparable<Offset> {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,16})_([0-9]{1,16})");
    private static final int DIGITS = 16;

    /** Empty for anything but two runs of at most 16 digits with an underscore between. */
    public static Optional<Offset> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new Offset(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    @Override
    public int compareTo(Offset other) {
        int byIncarnation = Long.compare(incarnation, other.incarnation);
        return byIncarnation != 0 ? byIncarnation : Long.compare(seq, other.seq);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(2 * DIGITS + 1);
        pad(text, incarnation);
        text.append('_');
        pad(text, seq);
        return text.toString();
    }

    private static void pad(StringBuilder text, long number) {
        String digits = Long.toString(number);
        text.repeat('0', Math.max(0, DIGITS - digits.length())).append(digits);
    }
}
