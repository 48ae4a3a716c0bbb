package dev.turnkeep.replication.clickhouse;

import com.clickhouse.client.api.query.GenericRecord;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/** Brings the database to the state that the numbered files describe, and tells what columns its tables have. */
public final class ClickHouseSchema {
    private static final Logger LOG = Logger.getLogger(ClickHouseSchema.class);
    private static final String HISTORY = "schema_history";

    private final ClickHouse clickHouse;
    private final ClickHouseConfig config;

    public ClickHouseSchema(ClickHouse clickHouse, ClickHouseConfig config) {
        this.clickHouse = clickHouse;
        this.config = config;
    }

    /**
     * Applies what is not applied yet.
     *
     * @throws IllegalStateException when a file was changed after it had been applied here
     */
    public void apply() {
        clickHouse.execute("CREATE DATABASE IF NOT EXISTS `%s`".formatted(config.database()));
        clickHouse.execute("""
                CREATE TABLE IF NOT EXISTS %s
                    (number UInt32, name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
                ENGINE = %s ORDER BY number
                """.formatted(clickHouse.qualified(HISTORY), SchemaFile.engine(config, "applied_at")));
        Map<Integer, String> applied = applied();
        for (SchemaFile file : SchemaFile.all()) {
            String before = applied.get(file.number());
            if (before == null) apply(file);
            else if (!before.equals(file.checksum()))
                throw new IllegalStateException("clickhouse/" + file.name()
                        + " was changed after it had been applied: a change needs a new file with the next number");
        }
    }

    private Map<Integer, String> applied() {
        Map<Integer, String> applied = new HashMap<>();
        for (GenericRecord row : clickHouse.rows(
                "SELECT toInt32(number) AS number, checksum FROM %s FINAL".formatted(clickHouse.qualified(HISTORY))))
            applied.put(row.getInteger("number"), row.getString("checksum"));
        return applied;
    }

    private void apply(SchemaFile file) {
        for (String statement : file.statements(config)) clickHouse.execute(statement);
        clickHouse.execute("INSERT INTO %s (number, name, checksum) VALUES (%d, '%s', '%s')"
                .formatted(clickHouse.qualified(HISTORY), file.number(), file.name(), file.checksum()));
        LOG.infof("ClickHouse schema applied: file=%s database=%s", file.name(), config.database());
    }

    /** The types of a table's columns by name, in their order; empty when there is no such table. */
    public Map<String, String> columns(String table) {
        List<GenericRecord> rows = clickHouse.rows(
                "SELECT name, type FROM system.columns WHERE database = '%s' AND table = '%s' ORDER BY position"
                        .formatted(config.database(), table));
        Map<String, String> columns = new LinkedHashMap<>();
        for (GenericRecord row : rows) columns.put(row.getString("name"), row.getString("type"));
        return columns;
    }
}
