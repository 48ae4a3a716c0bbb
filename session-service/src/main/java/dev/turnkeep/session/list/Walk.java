package dev.turnkeep.session.list;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * From where, and in which direction, a list is read. Reading backwards is walking the opposite way: there is no second rule.
 *
 * @param after what the walk has passed already; null at its beginning
 */
record Walk(Sort sort, boolean descending, @Nullable Key after) {

    Walk from(@Nullable Key key) {
        return new Walk(sort, descending, key);
    }

    /** The other way, from a key on. */
    Walk back(Key key) {
        return new Walk(sort, !descending, key);
    }

    /** The order in which the walk meets keys. */
    Comparator<Key> order() {
        return descending ? Comparator.reverseOrder() : Comparator.naturalOrder();
    }

    /** Whether a key is still ahead. */
    boolean ahead(Key key) {
        return after == null || order().compare(after, key) < 0;
    }
}
