package dev.turnkeep.e2e.fault;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.localstack.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What each fault did, as a table and as data. */
final class FaultMatrix {
    private static final ObjectMapper JSON = new ObjectMapper()
            .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT);

    private final List<Row> rows = new ArrayList<>();

    /**
     * One fault.
     *
     * @param perSecond turns accepted per second up to the strike
     * @param unanswered turns that were being posted at the strike
     * @param waiting turns that were accepted and not yet stored at the strike
     * @param storedSeconds from the strike until a turn posted after it was in Postgres, and with it all before it
     * @param visibleSeconds the same until a query of ClickHouse saw it
     */
    record Row(
            String fault,
            int accepted,
            double perSecond,
            int unanswered,
            long waiting,
            int lost,
            int duplicated,
            double storedSeconds,
            double visibleSeconds) {}

    void add(Row row) {
        rows.add(row);
    }

    /** In Markdown. */
    String table() {
        StringBuilder table = new StringBuilder("""
                | fault | accepted | turns/s | in flight: posted, accepted | lost | twice | stored again | visible again |
                |---|---:|---:|---:|---:|---:|---:|---:|
                """);
        for (Row row : rows) {
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %,d | %,.0f | %,d, %,d | %d | %d | %.1f s | %.1f s |%n",
                    row.fault(),
                    row.accepted(),
                    row.perSecond(),
                    row.unanswered(),
                    row.waiting(),
                    row.lost(),
                    row.duplicated(),
                    row.storedSeconds(),
                    row.visibleSeconds()));
        }
        return table.toString();
    }

    /** With what they depend on. */
    void save(Path file, long seed, String postgres) throws IOException {
        ObjectNode result =
                JSON.createObjectNode().put("commit", Machine.commit()).put("seed", seed);
        result.set("hardware", Machine.hardware(JSON));
        result.set("versions", Machine.versions(JSON, postgres));
        result.set("faults", JSON.valueToTree(rows));
        Files.writeString(file, JSON.writeValueAsString(result) + "\n");
    }
}
