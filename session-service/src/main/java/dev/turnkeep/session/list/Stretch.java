package dev.turnkeep.session.list;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list: every session of it between where the walk stood and where it stands now.
 *
 * @param items in the order of the walk
 * @param end the last key that was looked at; null when the walk is over
 */
record Stretch(List<Entry> items, @Nullable Key end) {

    /**
     * Of candidates from two sources. Each may have stopped early; only up to where the first of them stopped is everything
     * known.
     *
     * @param items with current values; the same session may come from both
     * @param stops the last keys of the sources that have more
     */
    static Stretch merged(Walk walk, Collection<Entry> items, Collection<Key> stops) {
        Key end = stops.stream().min(walk.order()).orElse(null);
        Map<Key, Entry> known = new HashMap<>();
        for (Entry item : items) {
            // A candidate is found by its old values: with its current ones it may stand elsewhere.
            if (walk.ahead(item.key()) && (end == null || walk.order().compare(item.key(), end) <= 0)) {
                known.put(item.key(), item);
            }
        }
        List<Entry> sorted = new ArrayList<>(known.values());
        sorted.sort(Comparator.comparing(Entry::key, walk.order()));
        return new Stretch(sorted, end);
    }
}
