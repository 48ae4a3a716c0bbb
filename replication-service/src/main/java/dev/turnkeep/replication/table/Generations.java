package dev.turnkeep.replication.table;

import com.clickhouse.client.api.query.GenericRecord;
import dev.turnkeep.replication.clickhouse.ClickHouse;
import java.util.List;
import java.util.Optional;

/**
 * Which copy of Postgres a table holds. The mark is the table's own comment, so that it goes wherever the table goes: after a
 * crash at any point of an exchange, looking at the marks tells what is left to do.
 */
final class Generations {
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
    String of(String table) {
        List<GenericRecord> found =
                clickHouse.rows("SELECT comment FROM system.tables WHERE database = '%s' AND name = '%s'"
                        .formatted(clickHouse.database(), table));
        String comment = found.isEmpty() ? "" : found.getFirst().getString("comment");
        return comment.startsWith(PREFIX) ? comment.substring(PREFIX.length()) : "";
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
        clickHouse.execute("DROP TABLE IF EXISTS " + shadow + " SYNC");
        clickHouse.execute("CREATE TABLE " + shadow + " AS " + clickHouse.qualified(table));
        clickHouse.execute("ALTER TABLE %s MODIFY COMMENT %s".formatted(shadow, Literal.quoted(PREFIX + generation)));
    }

    /** The shadow is read from now on; at no moment is there no table. */
    void exchange(String table) {
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
    boolean exchanging() {
        return !clickHouse
                .rows("SELECT 1 FROM system.processes WHERE query LIKE 'EXCHANGE TABLES %%%s%%'"
                        .formatted(clickHouse.database().replace("\\", "\\\\").replace("'", "\\'")))
                .isEmpty();
    }

    /** Drops what is left of another generation beside a table that is of this one; nothing else. */
    void dropLeftover(String table, String generation) {
        if (of(table).equals(generation) && !of(shadow(table)).equals(generation)) dropShadow(table);
    }

    /** A table that is not kept any more: nothing of it stays, and it is of no generation. */
    void empty(String table) {
        dropShadow(table);
        if (of(table).isEmpty()) return;
        makeShadow(table, "");
        exchange(table);
        dropShadow(table);
    }

    void dropShadow(String table) {
        clickHouse.execute("DROP TABLE IF EXISTS " + clickHouse.qualified(shadow(table)) + " SYNC");
    }
}
