package dev.turnkeep.e2e.system;

import dev.turnkeep.localstack.PostgresAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The services' database, looked at with a superuser's eyes: no row security hides anything. */
public record Database(PostgresAddress address) {

    public Connection connect() {
        try {
            return address.connect();
        } catch (SQLException e) {
            throw new IllegalStateException("cannot connect to " + address, e);
        }
    }

    /** The tables that hold tenants' rows: those with an {@code org_id}, and the organisations themselves. */
    public List<String> tenantTables() {
        return strings("""
            SELECT c.relname
            FROM pg_class c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
              AND (c.relname = 'orgs' OR EXISTS (
                  SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id' AND NOT a.attisdropped))
            ORDER BY c.relname
            """);
    }

    /** Every row of every tenant table as text, by table. */
    public Map<String, List<String>> dump() {
        Map<String, List<String>> dump = new LinkedHashMap<>();
        for (String table : tenantTables()) {
            dump.put(table, strings("SELECT t::text FROM %s t ORDER BY 1".formatted(table)));
        }
        return dump;
    }

    /** The first column of all rows. */
    public List<String> strings(String sql, @Nullable Object... parameters) {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                List<String> values = new ArrayList<>();
                while (rows.next()) {
                    values.add(rows.getString(1));
                }
                return values;
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage() + " in: " + sql, e);
        }
    }

    public void execute(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage() + " in: " + sql, e);
        }
    }

    /** The number that a statement answers. */
    public long number(String sql, @Nullable Object... parameters) {
        return Long.parseLong(strings(sql, parameters).getFirst());
    }
}
