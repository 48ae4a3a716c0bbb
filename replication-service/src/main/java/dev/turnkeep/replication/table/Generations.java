package dev.turnkeep.replication.table;

import com.clickhouse.client.api.query.GenericRecord;
import dev.turnkeep.replication.clickhouse.ClickHouse;
import dev.turnkeep.replication.clickhouse.ClickHouseRefusal;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Which copy of Postgres a table holds. The mark is the table's own comment, so that it goes wherever the table goes: after a
 * crash at any point of an exchange, looking at the marks tells what is left to do.
 */
final class Generations implements Exchange.Tables {
    private static final Logger LOG = Logger.getLogger(Generations.class);
    private static final String PREFIX = "generation ";
    private static final String SHADOW = "_shadow";
    private static final String TIMELINES = "timelines";

    private final ClickHouse clickHouse;

    Generations(ClickHouse clickHouse) {
        this.clickHouse = clickHouse;
    }

    static String shadow(String table) {
        return table + SHADOW;
    }

    /** The mark of a table; empty when it has none, or there is no such table. */
    @Override
    public String of(String table) {
        List<GenericRecord> found =
                clickHouse.rows("SELECT comment FROM system.tables WHERE database = '%s' AND name = '%s'"
                        .formatted(clickHouse.database(), table));
        String comment = found.isEmpty() ? "" : found.getFirst().getString("comment");
        return comment.startsWith(PREFIX) ? comment.substring(PREFIX.length()) : "";
    }

    /** What tells a table from every other that had, has or will have its name; empty when there is none. */
    @Override
    public String uuid(String table) {
        List<GenericRecord> found =
                clickHouse.rows("SELECT toString(uuid) AS uuid FROM system.tables WHERE database = '%s' AND name = '%s'"
                        .formatted(clickHouse.database(), table));
        return found.isEmpty() ? "" : found.getFirst().getString("uuid");
    }

    /** Whether a table holds a copy of a server: its versions can be compared with that server's. */
    boolean isOf(String table, String system) {
        return of(table).startsWith(system + "@");
    }

    /** On which timeline of Postgres' log the tables of a generation were last written; empty when that is not known. */
    Optional<Integer> timeline(String generation) {
        List<GenericRecord> found =
                clickHouse.rows("SELECT toInt32(timeline) AS timeline FROM %s FINAL WHERE generation = %s"
                        .formatted(clickHouse.qualified(TIMELINES), Literal.quoted(generation)));
        return found.isEmpty() ? Optional.empty() : Optional.of(found.getFirst().getInteger("timeline"));
    }

    /** From now on the tables are written on that timeline. */
    void written(String generation, int timeline) {
        clickHouse.execute("INSERT INTO %s (generation, timeline) VALUES (%s, %d)"
                .formatted(clickHouse.qualified(TIMELINES), Literal.quoted(generation), timeline));
    }

    /** An empty table beside the one that is read. Whatever was there before, it was of another generation. */
    void makeShadow(String table, String generation) {
        String shadow = clickHouse.qualified(shadow(table));
        dropShadow(table);
        clickHouse.execute("CREATE TABLE " + shadow + " AS " + clickHouse.qualified(table));
        clickHouse.execute("ALTER TABLE %s MODIFY COMMENT %s".formatted(shadow, Literal.quoted(PREFIX + generation)));
    }

    /** The shadow is read from now on; at no moment is there no table. */
    @Override
    public void exchange(String table) {
        clickHouse.execute("EXCHANGE TABLES %s AND %s"
                .formatted(clickHouse.qualified(table), clickHouse.qualified(shadow(table))));
    }

    boolean exists(String table) {
        return !clickHouse
                .rows("SELECT 1 FROM system.tables WHERE database = '%s' AND name = '%s'"
                        .formatted(clickHouse.database(), table))
                .isEmpty();
    }

    /** Whether a statement that exchanges tables of this database is being executed. */
    @Override
    public boolean exchanging() {
        return !clickHouse
                .rows("SELECT 1 FROM system.processes WHERE query LIKE 'EXCHANGE TABLES %%%s%%'"
                        .formatted(clickHouse.database().replace("\\", "\\\\").replace("'", "\\'")))
                .isEmpty();
    }

    /**
     * Drops what is left of another generation beside a table that is of this one; nothing else. Where ClickHouse refuses, it stays
     * and takes its disk: nothing is to wait for it.
     */
    void dropLeftover(String table, String generation) {
        if (!of(table).equals(generation) || of(shadow(table)).equals(generation)) return;
        try {
            dropShadow(table);
        } catch (ClickHouseRefusal e) {
            LOG.errorf("a table that nobody reads cannot be dropped: table=%s why=%s", shadow(table), e.getMessage());
        }
    }

    /** A table that is not kept any more: nothing of it stays, and it is of no generation. */
    void empty(String table) {
        dropShadow(table);
        if (of(table).isEmpty()) return;
        makeShadow(table, "");
        exchange(table);
        dropShadow(table);
    }

    private void dropShadow(String table) {
        // A server protects tables of more than 50 GB: this one is nobody's.
        clickHouse.execute("DROP TABLE IF EXISTS %s SYNC SETTINGS max_table_size_to_drop = 0"
                .formatted(clickHouse.qualified(shadow(table))));
    }

    /** Whether a table and its shadow are made alike, but for their names and marks: what is exchanged must lack nothing. */
    boolean alike(String table) {
        return definition(table).equals(definition(shadow(table)));
    }

    /** What stands behind a table's name in the statement that makes it: columns, indices, engine, lifetime, settings. */
    private String definition(String table) {
        List<GenericRecord> found =
                clickHouse.rows("SELECT create_table_query FROM system.tables WHERE database = '%s' AND name = '%s'"
                        .formatted(clickHouse.database(), table));
        if (found.isEmpty()) return "";
        String query = found.getFirst().getString("create_table_query");
        int end = query.lastIndexOf(" COMMENT '");
        return query.substring(query.indexOf(table) + table.length(), end < 0 ? query.length() : end);
    }
}
