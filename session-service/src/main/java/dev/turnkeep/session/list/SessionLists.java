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
     * @param cursor where it begins; null for the list's first page
     * @param back whether the page before the cursor is meant
     * @param neighbours whether the answer says what lies on the other side of the page as well
     */
    record Wanted(
            Scope scope,
            Filter filter,
            String name,
            Sort sort,
            boolean descending,
            @Nullable String cursor,
            String cursorField,
            boolean back,
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
        Key after = wanted.cursor() == null ? null : key(wanted, wanted.cursor());
        Walk list = new Walk(wanted.sort(), wanted.descending(), null);
        boolean back = wanted.back() && after != null;
        Walk walk = wanted.back() && after != null ? list.back(after) : list.from(after);
        Pager pager = new Pager(source(wanted));
        Pager.Found found = pager.find(walk, wanted.limit());
        List<Entry> items = back ? found.items().reversed() : found.items();
        Key ahead = found.next();
        Key behind = !wanted.neighbours() || items.isEmpty() || after == null
                ? null
                : behind(pager, walk, found.items().getFirst().key());
        timer.stop(registry.timer("turnkeep_list", "sort", wanted.sort().parameter()));
        return new Listed(items, cursor(wanted, back ? behind : ahead), cursor(wanted, back ? ahead : behind));
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

    private Key key(Wanted wanted, String cursor) {
        return Key.at(cursors.open(list(wanted), cursor, wanted.cursorField()))
                .orElseThrow(() -> Given.malformed(wanted.cursorField(), "must be a cursor"));
    }

    private @Nullable String cursor(Wanted wanted, @Nullable Key key) {
        return key == null ? null : cursors.seal(list(wanted), key.position());
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
