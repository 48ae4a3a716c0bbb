package dev.turnkeep.replication.table;

import com.clickhouse.client.api.query.GenericRecord;
import dev.turnkeep.replication.clickhouse.ClickHouse;
import dev.turnkeep.replication.clickhouse.ClickHouseSchema;
import dev.turnkeep.replication.pgoutput.Lsn;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What Postgres has forgotten by now, and the table that is read still has: its successor gets it before it takes its place. A
 * row has the version that it had, so that what the successor knows of it better stays, and to do it again does no harm.
 */
final class Inheritance {
    private static final String ENDS = "common_ends";

    private final ClickHouse clickHouse;
    private final ClickHouseSchema schema;
    private final Generations generations;
    private final String system;

    /** @param system whose rows are inherited: another server's are of another history */
    Inheritance(ClickHouse clickHouse, ClickHouseSchema schema, Generations generations, String system) {
        this.clickHouse = clickHouse;
        this.schema = schema;
        this.generations = generations;
        this.system = system;
    }

    /** Postgres is on another history than a generation's: what comes behind {@code position} is nobody's. */
    static void ends(ClickHouse clickHouse, String generation, Lsn position) {
        clickHouse.execute("INSERT INTO %s (generation, position) VALUES (%s, %s)"
                .formatted(
                        clickHouse.qualified(ENDS),
                        Literal.quoted(generation),
                        Long.toUnsignedString(position.value())));
    }

    /**
     * Day by day: each statement is answered in time, however much there is.
     *
     * @param heir the generation that follows
     * @param commons up to where the server and the tables of a generation have the same history
     */
    void handOver(String table, String heir, Function<String, Lsn> commons) {
        String generation = generations.of(table);
        if (generation.equals(heir) || !generation.startsWith(system + "@")) return;
        String columns = schema.columns(table).keySet().stream()
                .map(column -> "`" + column + "`")
                .collect(Collectors.joining(", "));
        Lsn end = end(generation, commons.apply(generation));
        for (String day : days(table)) {
            clickHouse.execute("""
                    INSERT INTO %1$s (%2$s) SELECT %2$s FROM %3$s
                    WHERE toYYYYMM(occurred_at) = toYYYYMM(toDate32('%4$s')) AND toDate32(occurred_at) = toDate32('%4$s')
                      AND bitShiftRight(_version, 64) <= toUInt128('%5$s')
                    """.formatted(
                            clickHouse.qualified(Generations.shadow(table)),
                            columns,
                            clickHouse.qualified(table),
                            day,
                            Long.toUnsignedString(end.value())));
        }
    }

    private Lsn end(String generation, Lsn common) {
        List<GenericRecord> found = clickHouse.rows(
                "SELECT toString(min(position)) AS first, toInt64(count()) AS ends FROM %s WHERE generation = %s"
                        .formatted(clickHouse.qualified(ENDS), Literal.quoted(generation)));
        Lsn written = new Lsn(Long.parseUnsignedLong(found.getFirst().getString("first")));
        return found.getFirst().getLong("ends") > 0 && common.isAfter(written) ? written : common;
    }

    private List<String> days(String table) {
        return clickHouse
                .rows("SELECT DISTINCT toString(toDate32(occurred_at)) AS day FROM %s ORDER BY day"
                        .formatted(clickHouse.qualified(table)))
                .stream()
                .map(row -> row.getString("day"))
                .toList();
    }
}
