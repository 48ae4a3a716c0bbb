package dev.turnkeep.session.list;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.clickhouse.ClickHouse;
import dev.turnkeep.session.page.Cursors;
import dev.turnkeep.session.request.Given;
import dev.turnkeep.session.store.Database;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Pages of sessions, in both directions. */
@Singleton
class SessionLists {
    private final Database database;
    private final ClickHouse clickHouse;
    private final ListConfig config;
    private final Cursors cursors;
    private final MeterRegistry registry;
    private final Clock clock;

    SessionLists(
            Database database,
            ClickHouse clickHouse,
            ListConfig config,
            Cursors cursors,
            MeterRegistry registry,
            Clock clock) {
        this.database = database;
        this.clickHouse = clickHouse;
        this.config = config;
        this.cursors = cursors;
        this.registry = registry;
        this.clock = clock;
    }

    /**
     * How sessions are shown.
     *
     * @param columns of {@code sessions s}, its id among them
     */
    record Shape(String columns, Function<Row, Map<String, @Nullable Object>> members) {}

    /**
     * Which page of which list.
     *
     * @param name what its cursors are called for, besides sort and filter: the filter's own times may be relative
     * @param after where it begins; null, and nothing before, for the list's first page
     * @param before where it ends: of both the one that was handed out later is meant
     * @param neighbours whether the answer says what lies on the other side of the page as well
     */
    record Wanted(
            Scope scope,
            Filter filter,
            String name,
            Sort sort,
            boolean descending,
            @Nullable String after,
            String afterField,
            @Nullable String before,
            String beforeField,
            int limit,
            boolean neighbours,
            Shape shape) {}

    /**
     * A page.
     *
     * @param items in the list's order, also when it was read backwards
     * @param next the cursor of what comes after it; null when nothing does
     * @param previous of what comes before it
     */
    record Listed(
            List<Entry> items,
            @Nullable String next,
            @Nullable String previous) {}

    /**
     * @throws dev.turnkeep.contracts.problem.Invalid 400 for a cursor that is not this list's
     * @throws RetryLater 503 when it cannot be answered without ClickHouse
     */
    Listed page(Wanted wanted) {
        Timer.Sample timer = Timer.start(registry);
        Place after = wanted.after() == null ? null : place(wanted, wanted.after(), wanted.afterField());
        Place before = wanted.before() == null ? null : place(wanted, wanted.before(), wanted.beforeField());
        boolean back = Place.back(after, before);
        Place from = back ? before : after;
        int turns = from == null ? 1 : from.turns() + 1;
        Walk list = new Walk(wanted.sort(), wanted.descending(), null);
        Walk walk = from == null ? list : back ? list.back(from.key()) : list.from(from.key());
        Pager pager = new Pager(source(wanted));
        Pager.Found found = pager.find(walk, wanted.limit());
        List<Entry> items = back ? found.items().reversed() : found.items();
        Key ahead = found.next();
        Key behind = !wanted.neighbours() || items.isEmpty() || from == null
                ? null
                : behind(pager, walk, found.items().getFirst().key());
        timer.stop(registry.timer("turnkeep_list", "sort", wanted.sort().parameter()));
        return new Listed(
                items, cursor(wanted, back ? behind : ahead, turns), cursor(wanted, back ? ahead : behind, turns));
    }

    /** The page's first key where something lies before it: a cursor for walking the other way. */
    private static @Nullable Key behind(Pager pager, Walk walk, Key first) {
        try {
            return pager.find(walk.back(first), 0).next() == null ? null : first;
        } catch (RetryLater e) {
            // It cannot be seen now. Where a page has been left, something is likely to be.
            return first;
        }
    }

    private SessionSource source(Wanted wanted) {
        return new SessionSource(
                database, clickHouse, config, wanted.scope(), wanted.filter(), wanted.shape(), clock.instant());
    }

    private Place place(Wanted wanted, String cursor, String field) {
        return Place.at(cursors.open(list(wanted), cursor, field))
                .orElseThrow(() -> Given.malformed(field, "must be a cursor"));
    }

    private @Nullable String cursor(Wanted wanted, @Nullable Key key, int turns) {
        return key == null ? null : cursors.seal(list(wanted), new Place(key, turns).position());
    }

    private static List<String> list(Wanted wanted) {
        return List.of(
                wanted.name(),
                wanted.scope().org().toString(),
                wanted.scope().environment().value(),
                wanted.sort().parameter(),
                String.valueOf(wanted.descending()),
                wanted.filter().canonical());
    }
}
