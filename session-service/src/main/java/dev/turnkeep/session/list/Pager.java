package dev.turnkeep.session.list;

import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.clickhouse.ClickHouseAway;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fills a page: first from the near stretch, then from afar, until there is one session more than fits. */
final class Pager {
    private static final int ROUNDS = 100;

    private final Source source;

    Pager(Source source) {
        this.source = source;
    }

    /**
     * What a walk found.
     *
     * @param items at most as many as wanted
     * @param next where the walk goes on; null when nothing is left
     */
    record Found(List<Entry> items, @Nullable Key next) {}

    /**
     * @throws RetryLater 503 when nothing was found and something may be where nobody can look at the moment: an empty page
     *     never says that there is more
     */
    Found find(Walk walk, int wanted) {
        List<Entry> found = new ArrayList<>();
        Walk rest = walk;
        int near = 0;
        if (source.hasNear(rest)) {
            Stretch stretch = source.near(rest, wanted + 1);
            near++;
            found.addAll(stretch.items());
            if (found.size() > wanted || stretch.end() == null) {
                return page(found, wanted);
            }
            rest = rest.from(stretch.end());
        }
        for (int round = 0; round < ROUNDS; round++) {
            Stretch stretch;
            try {
                stretch = source.far(rest, wanted + 1 - found.size());
            } catch (ClickHouseAway away) {
                if (!source.hasNear(rest) || near > source.patience()) {
                    return cut(found, wanted, rest);
                }
                stretch = source.near(rest, wanted + 1 - found.size());
                near++;
            }
            found.addAll(stretch.items());
            if (found.size() > wanted || stretch.end() == null) {
                return page(found, wanted);
            }
            rest = rest.from(stretch.end());
        }
        return cut(found, wanted, rest);
    }

    private static Found page(List<Entry> found, int wanted) {
        if (found.size() <= wanted) {
            return new Found(found, null);
        }
        List<Entry> items = List.copyOf(found.subList(0, wanted));
        // One that does not fit: the walk goes on before it.
        return new Found(
                items,
                items.isEmpty() ? found.getFirst().key() : items.getLast().key());
    }

    private static Found cut(List<Entry> found, int wanted, Walk rest) {
        if (found.isEmpty()) {
            throw RetryLater.unavailable("ClickHouse does not answer, and Postgres alone cannot answer this list");
        }
        return new Found(List.copyOf(found.subList(0, Math.min(wanted, found.size()))), rest.after());
    }
}
