package dev.turnkeep.session.list;

import dev.turnkeep.contracts.id.SessionId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A session's place in a list: what the list is sorted by, then its id, so that no two sessions share a place. Postgres,
 * ClickHouse and this class order keys alike: text by its bytes in UTF-8, ids by their bits.
 *
 * @param number of a list that is sorted by a number or a time (microseconds since 1970); else 0
 * @param text of a list that is sorted by a text; else empty
 */
record Key(long number, String text, SessionId id) implements Comparable<Key> {
    private static final Pattern FORM = Pattern.compile("(-?[0-9]{1,19}) ([0-9a-f-]{36}) (.*)", Pattern.DOTALL);
    private static final Comparator<Key> ORDER = Comparator.comparingLong(Key::number)
            .thenComparing(key -> key.text.getBytes(StandardCharsets.UTF_8), (a, b) -> Arrays.compareUnsigned(a, b))
            .thenComparing(Key::id);

    @Override
    public int compareTo(Key other) {
        return ORDER.compare(this, other);
    }

    String position() {
        return number + " " + id + " " + text;
    }

    /** Of what {@link #position} has written; anything else is nothing. */
    static Optional<Key> at(String position) {
        Matcher form = FORM.matcher(position);
        if (!form.matches()) {
            return Optional.empty();
        }
        try {
            long number = Long.parseLong(form.group(1));
            return SessionId.parse(form.group(2)).map(id -> new Key(number, form.group(3), id));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
