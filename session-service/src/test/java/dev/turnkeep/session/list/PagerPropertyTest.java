package dev.turnkeep.session.list;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.clickhouse.ClickHouseAway;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Predicate;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/** Pages over stores in memory: one that knows everything, and one that lags behind it. */
class PagerPropertyTest {
    /**
     * A session.
     *
     * @param wanted whether the filter lets it through now
     * @param before whether it did when the lagging store last heard of it; null when that has never heard of it
     * @param deleted whether it is gone since
     */
    record Row(Key key, boolean wanted, @Nullable Boolean before, boolean deleted) {
        boolean shown() {
            return wanted && !deleted;
        }

        /** What the truth tells besides: whoever changed after the position that the lagging store has reached. */
        boolean changed() {
            return before == null || before != wanted;
        }
    }

    /** @param stretch how many rows the near store looks at */
    record Stores(List<Row> rows, int stretch, int limitOfRounds, boolean away) implements Source {
        @Override
        public boolean hasNear(Walk walk) {
            return true;
        }

        @Override
        public int patience() {
            return rows.size();
        }

        @Override
        public Stretch near(Walk walk, int wanted) {
            List<Row> ahead = ahead(walk, row -> !row.deleted());
            List<Row> looked = ahead.subList(0, Math.min(stretch, ahead.size()));
            List<Entry> items =
                    items(looked.stream().filter(Row::shown).limit(wanted).toList());
            Key end = ahead.size() >= stretch ? looked.getLast().key() : null;
            return new Stretch(items, items.size() == wanted ? items.getLast().key() : end);
        }

        @Override
        public Stretch far(Walk walk, int wanted) {
            if (away) {
                throw new ClickHouseAway("away");
            }
            List<Row> candidates = first(walk, row -> Boolean.TRUE.equals(row.before()));
            List<Row> changed = first(walk, row -> row.changed() && row.shown());
            List<Key> stops = new ArrayList<>();
            for (List<Row> found : List.of(candidates, changed)) {
                if (found.size() == limitOfRounds) {
                    stops.add(found.getLast().key());
                }
            }
            List<Entry> items = new ArrayList<>(items(changed));
            items.addAll(items(candidates.stream().filter(Row::shown).toList()));
            return Stretch.merged(walk, items, stops);
        }

        private List<Row> first(Walk walk, Predicate<Row> which) {
            return ahead(walk, which).stream().limit(limitOfRounds).toList();
        }

        private List<Row> ahead(Walk walk, Predicate<Row> which) {
            return rows.stream()
                    .filter(which)
                    .filter(row -> walk.ahead(row.key()))
                    .sorted(Comparator.comparing(Row::key, walk.order()))
                    .toList();
        }

        private static List<Entry> items(Collection<Row> rows) {
            return rows.stream().map(row -> new Entry(row.key(), Map.of())).toList();
        }
    }

    @Provide
    Arbitrary<List<Row>> rows() {
        // Few times, so that many are equal; ids with high bits, so that signed and unsigned order differ.
        Arbitrary<Key> keys = Combinators.combine(
                        Arbitraries.longs().between(0, 5), Arbitraries.longs(), Arbitraries.longs())
                .as((time, high, low) -> new Key(time, "", new SessionId(new UUID(high, low))));
        return Combinators.combine(
                        keys,
                        Arbitraries.of(true, true, false),
                        Arbitraries.of(true, false).injectNull(0.3),
                        Arbitraries.of(false, false, true))
                .as(Row::new)
                .list()
                .ofMaxSize(60)
                .uniqueElements(Row::key);
    }

    @Property(tries = 500)
    void pagesInBothDirectionsShowEverySessionOnceAndInOrder(
            @ForAll("rows") List<Row> rows,
            @ForAll boolean descending,
            @ForAll boolean away,
            @ForAll @IntRange(min = 1, max = 7) int page,
            @ForAll @IntRange(min = 1, max = 20) int stretch,
            @ForAll @IntRange(min = 1, max = 9) int round) {
        // Given
        Pager pager = new Pager(new Stores(rows, stretch, round, away));
        Walk forward = new Walk(Sort.CREATED_AT, descending, null);
        List<Key> expected = rows.stream()
                .filter(Row::shown)
                .map(Row::key)
                .sorted(forward.order())
                .toList();

        // When
        List<Key> there = walk(pager, forward, page);

        // Then
        assertThat(there).isEqualTo(expected);

        // When
        List<Key> back = expected.isEmpty() ? List.of() : walk(pager, forward.back(expected.getLast()), page);

        // Then
        List<Key> others = expected.isEmpty() ? List.of() : expected.subList(0, expected.size() - 1);
        assertThat(back).isEqualTo(others.reversed());
    }

    private static List<Key> walk(Pager pager, Walk walk, int page) {
        List<Key> seen = new ArrayList<>();
        Walk rest = walk;
        Key next;
        do {
            Pager.Found found = pager.find(rest, page);
            assertThat(found.items()).hasSizeLessThanOrEqualTo(page);
            next = found.next();
            // More is promised only after a page with something in it, and the promise is kept by the next one.
            boolean promised = !Objects.equals(rest.after(), walk.after());
            assertThat(found.items().isEmpty() && (promised || next != null)).isFalse();
            found.items().forEach(item -> seen.add(item.key()));
            rest = rest.from(next);
        } while (next != null);
        return seen;
    }

    @Property
    void aKeyIsReadAsItWasWritten(@ForAll long number, @ForAll String text, @ForAll long high, @ForAll long low) {
        Key key = new Key(number, text, new SessionId(new UUID(high, low)));
        assertThat(Key.at(key.position())).contains(key);
    }
}
