package dev.turnkeep.session.list;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a cursor stands, and how many turns of pages led to it. Clients repeat the cursors that they were given before beside
 * the one that they mean, which is the one that took the most turns.
 */
record Place(Key key, int turns) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9}) (.*)", Pattern.DOTALL);

    String position() {
        return turns + " " + key.position();
    }

    /** Of what {@link #position} has written; anything else is nothing. */
    static Optional<Place> at(String position) {
        Matcher form = FORM.matcher(position);
        return form.matches()
                ? Key.at(form.group(2)).map(key -> new Place(key, Integer.parseInt(form.group(1))))
                : Optional.empty();
    }

    /** Whether the page before the one place is meant, and not the page after the other. Of equals it is. */
    static boolean back(@Nullable Place after, @Nullable Place before) {
        return before != null && (after == null || before.turns >= after.turns);
    }
}
