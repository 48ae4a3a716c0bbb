package dev.turnkeep.session.list;

import com.clickhouse.client.api.query.GenericRecord;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.clickhouse.ClickHouse;
import dev.turnkeep.session.clickhouse.ClickHouseAway;
import dev.turnkeep.session.store.Database;
import dev.turnkeep.session.store.Statement;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one tenant that meet a filter. Values always come from Postgres. ClickHouse only says which sessions to look
 * at, and what it may not know yet is added: every session with an event after the position up to which it has
 * everything, and, where turns can change who is listed where, every open one: they change open sessions without an event.
 */
final class SessionSource implements Source {
    /** Candidates beyond those that are wanted: some will have changed. */
    private static final int SPARE = 50;

    private static final String OPEN =
            "UNION SELECT o.id FROM sessions o WHERE o.org_id = $1 AND o.environment = $2 AND o.state = 'open'";

    private final Database database;
    private final ClickHouse clickHouse;
    private final ListConfig config;
    private final Scope scope;
    private final Filter filter;
    private final SessionLists.Shape shape;
    private final Instant now;

    SessionSource(
            Database database,
            ClickHouse clickHouse,
            ListConfig config,
            Scope scope,
            Filter filter,
            SessionLists.Shape shape,
            Instant now) {
        this.database = database;
        this.clickHouse = clickHouse;
        this.config = config;
        this.scope = scope;
        this.filter = filter;
        this.shape = shape;
        this.now = now;
    }

    @Override
    public boolean hasNear(Walk walk) {
        return walk.sort() == Sort.CREATED_AT || filter.externalId() != null;
    }

    @Override
    public int patience() {
        return config.reach() / config.stretch();
    }

    @Override
    public Stretch near(Walk walk, int wanted) {
        if (filter.externalId() != null) {
            return named(walk);
        }
        return database.inOrg(scope.org(), work -> {
            List<Entry> items = items(work.rows(nearRows(walk, wanted)), walk.sort());
            if (items.size() >= wanted) {
                return new Stretch(items, items.getLast().key());
            }
            // Another statement sees other rows than the first: what lies before the end is asked for once more.
            Key end = work.row(nearEnd(walk)).map(row -> key(row, walk.sort())).orElse(null);
            List<Entry> all = items(work.rows(rowsUpTo(walk, end, wanted)), walk.sort());
            return new Stretch(all, all.size() >= wanted ? all.getLast().key() : end);
        });
    }

    /** At most one session has the name: the index finds it, and nothing is left. */
    private Stretch named(Walk walk) {
        PostgresQuery query = select(walk.sort())
                .add("FROM sessions s\nWHERE " + PostgresQuery.SCOPE)
                .created(filter)
                .matching(filter, now)
                .ahead(walk)
                .inOrder(walk);
        return new Stretch(items(rows(query.statement()), walk.sort()), null);
    }

    /** Looks through so many rows in the order of the index, and stops as soon as enough of them match. */
    private Statement nearRows(Walk walk, int wanted) {
        PostgresQuery query = select(walk.sort())
                .add("FROM (\n    SELECT *\n    FROM sessions s\n    WHERE " + PostgresQuery.SCOPE)
                .created(filter)
                .ahead(walk)
                .inOrder(walk)
                .add("\n    LIMIT " + config.stretch() + "\n) s\nWHERE true")
                .matching(filter, now)
                .inOrder(walk);
        return query.add("\nLIMIT " + query.bind(wanted)).statement();
    }

    /** The last row that {@link #nearRows} looks at; none when there are fewer. */
    private Statement nearEnd(Walk walk) {
        return key(walk.sort())
                .add("FROM sessions s\nWHERE " + PostgresQuery.SCOPE)
                .created(filter)
                .ahead(walk)
                .inOrder(walk)
                .add("\nOFFSET " + (config.stretch() - 1) + " LIMIT 1")
                .statement();
    }

    /** Every match as far as the end. */
    private Statement rowsUpTo(Walk walk, @Nullable Key end, int wanted) {
        PostgresQuery query = select(walk.sort())
                .add("FROM sessions s\nWHERE " + PostgresQuery.SCOPE)
                .created(filter)
                .ahead(walk)
                .notBeyond(walk, end)
                .matching(filter, now)
                .inOrder(walk);
        return query.add("\nLIMIT " + query.bind(wanted)).statement();
    }

    @Override
    public Stretch far(Walk walk, int wanted) {
        int limit = wanted + SPARE;
        // First the position, then the candidates: what was replicated in between is seen twice and not missed.
        String position = position();
        List<Key> candidates = candidates(walk, limit);
        List<Entry> items = new ArrayList<>();
        List<Key> stops = new ArrayList<>();
        List<Entry> changed = items(rows(changed(walk, position, limit)), walk.sort());
        items.addAll(changed);
        if (changed.size() == limit) {
            stops.add(changed.getLast().key());
        }
        if (candidates.size() == limit) {
            stops.add(candidates.getLast());
        }
        if (!candidates.isEmpty()) {
            items.addAll(items(rows(current(walk, candidates)), walk.sort()));
        }
        return Stretch.merged(walk, items, stops);
    }

    /** The oldest transaction that may be missing in ClickHouse. */
    private String position() {
        PostgresQuery query = new PostgresQuery(scope);
        Statement statement =
                query.add("""
                        SELECT r.watermark::text AS watermark, (
                            SELECT count(*) FROM (
                                SELECT 1 FROM session_events e
                                WHERE e.org_id = $1 AND e.environment = $2 AND e.xid >= r.watermark
                                LIMIT %s) AS e) AS behind
                        FROM replication_state r
                        WHERE r.stream = 'tables' AND NOT r.restoring AND r.watermark IS NOT NULL
                        """.formatted(query.bind(config.behind() + 1L))).statement();
        Row row = database.inOrg(scope.org(), work -> work.row(statement))
                .orElseThrow(() -> new ClickHouseAway("ClickHouse's tables are not complete"));
        if (row.getLong("behind") > config.behind()) {
            throw new ClickHouseAway("ClickHouse is too far behind");
        }
        return row.getString("watermark");
    }

    private List<Key> candidates(Walk walk, int limit) {
        ClickHouseQuery query = new ClickHouseQuery(scope);
        query.add("SELECT " + walk.sort().clickHouseNumber() + " AS sort_number, "
                        + walk.sort().clickHouseText() + " AS sort_text, toString(id) AS session FROM sessions WHERE "
                        + query.scope())
                .matching(filter, now)
                .ahead(walk)
                .inOrder(walk)
                .add(" LIMIT " + limit);
        return clickHouse.rows(query.text()).stream().map(SessionSource::key).toList();
    }

    private static Key key(GenericRecord row) {
        return new Key(
                row.getLong("sort_number"),
                row.getString("sort_text"),
                new SessionId(UUID.fromString(row.getString("session"))));
    }

    /** OFFSET 0 makes the changed ones drive the look-up: else Postgres may walk the list's whole index for so few. */
    private Statement changed(Walk walk, String position, int limit) {
        PostgresQuery query = new PostgresQuery(scope);
        query.add("""
                WITH changed (id) AS (
                    SELECT e.session_id FROM session_events e
                    WHERE e.org_id = $1 AND e.environment = $2 AND e.xid >= %s::text::xid8
                    %s
                )
                """.formatted(query.bind(position), turnsMove(walk) ? OPEN : "GROUP BY e.session_id"))
                .add(selected(walk.sort()))
                .add("""
                    FROM changed c
                    CROSS JOIN LATERAL (SELECT l.* FROM sessions l WHERE l.id = c.id OFFSET 0) s
                    WHERE\s""" + PostgresQuery.SCOPE)
                .created(filter)
                .matching(filter, now)
                .ahead(walk)
                .inOrder(walk);
        return query.add("\nLIMIT " + query.bind(limit)).statement();
    }

    /** Turns change open sessions without an event, but not everything of them. */
    private boolean turnsMove(Walk walk) {
        return walk.sort().movedByTurns() || filter.movedByTurns();
    }

    /** The candidates as they are now: those that still are, and still match. */
    private Statement current(Walk walk, List<Key> candidates) {
        PostgresQuery query = select(walk.sort());
        UUID[] ids = candidates.stream().map(key -> key.id().value()).toArray(UUID[]::new);
        return query.add("FROM sessions s\nWHERE " + PostgresQuery.SCOPE + " AND s.id = ANY (" + query.bind(ids)
                        + "::uuid[])")
                .created(filter)
                .matching(filter, now)
                .statement();
    }

    private List<Row> rows(Statement statement) {
        return database.inOrg(scope.org(), work -> work.rows(statement));
    }

    private PostgresQuery select(Sort sort) {
        return new PostgresQuery(scope).add(selected(sort));
    }

    private String selected(Sort sort) {
        return "SELECT " + shape.columns() + ",\n    " + keyColumns(sort) + "\n";
    }

    private PostgresQuery key(Sort sort) {
        return new PostgresQuery(scope).add("SELECT s.id, " + keyColumns(sort) + "\n");
    }

    private static String keyColumns(Sort sort) {
        return sort.postgresNumber() + " AS sort_number, " + sort.postgresText() + " AS sort_text";
    }

    private List<Entry> items(List<Row> rows, Sort sort) {
        return rows.stream().map(row -> item(row, sort)).toList();
    }

    private Entry item(Row row, Sort sort) {
        Map<String, @Nullable Object> members = shape.members().apply(row);
        members.remove("sort_number");
        members.remove("sort_text");
        return new Entry(key(row, sort), members);
    }

    private static Key key(Row row, Sort sort) {
        return new Key(
                row.getLong("sort_number"),
                sort.isText() ? row.getString("sort_text") : "",
                new SessionId(row.getUUID("id")));
    }
}
