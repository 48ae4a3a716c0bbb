package dev.turnkeep.benchmarks;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Rows of one table as they were stored, to be inserted again elsewhere with one multi-row {@code unnest}. */
record Rows(String table, List<Column> columns, List<Object[]> rows) {
    record Column(String name, String type) {
        // The others, such as uuid and json, go as text, which Postgres casts.
        boolean asGiven() {
            return List.of("bytea", "int4", "int8", "bool").contains(type);
        }
    }

    private static final String GENERATED =
            "SELECT attname FROM pg_attribute WHERE attrelid = ?::regclass AND attgenerated <> ''";

    /**
     * Array columns stay at their defaults: an array of arrays is no list of arrays. What Postgres generates it generates
     * again.
     */
    static Rows read(Connection connection, String table, String where) throws SQLException {
        Set<String> generated = generated(connection, table);
        try (PreparedStatement select = connection.prepareStatement("SELECT * FROM " + table + " WHERE " + where);
                ResultSet result = select.executeQuery()) {
            ResultSetMetaData meta = result.getMetaData();
            List<Column> columns = new ArrayList<>();
            for (int i = 1; i <= meta.getColumnCount(); i++) {
                if (!meta.getColumnTypeName(i).startsWith("_") && !generated.contains(meta.getColumnName(i))) {
                    columns.add(new Column(meta.getColumnName(i), meta.getColumnTypeName(i)));
                }
            }
            List<Object[]> rows = new ArrayList<>();
            while (result.next()) {
                Object[] row = new Object[columns.size()];
                for (int i = 0; i < row.length; i++) {
                    Column column = columns.get(i);
                    row[i] = column.asGiven() ? result.getObject(column.name()) : result.getString(column.name());
                }
                rows.add(row);
            }
            return new Rows(table, columns, rows);
        }
    }

    private static Set<String> generated(Connection connection, String table) throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement(GENERATED)) {
            ask.setString(1, table);
            try (ResultSet names = ask.executeQuery()) {
                Set<String> generated = new HashSet<>();
                while (names.next()) {
                    generated.add(names.getString(1));
                }
                return generated;
            }
        }
    }

    Object value(Object[] row, String column) {
        for (int i = 0; i < row.length; i++) {
            if (columns.get(i).name().equals(column)) {
                return row[i];
            }
        }
        throw new IllegalArgumentException(table + " has no column " + column);
    }

    Rows only(Predicate<Object[]> wanted) {
        return new Rows(table, columns, rows.stream().filter(wanted).toList());
    }

    Map<Object, Rows> by(String column) {
        Function<Object[], Object> key = row -> value(row, column);
        return rows.stream()
                .collect(Collectors.groupingBy(
                        key,
                        Collectors.collectingAndThen(Collectors.toList(), some -> new Rows(table, columns, some))));
    }

    /** @param onConflict what to do with rows that are there */
    void insert(Connection connection, String onConflict) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        String names = columns.stream().map(Column::name).collect(Collectors.joining(", "));
        String values = columns.stream()
                .map(column -> column.asGiven() ? "?::" + column.type() + "[]" : "?::text[]::" + column.type() + "[]")
                .collect(Collectors.joining(", "));
        String sql = "INSERT INTO %s (%s) SELECT * FROM unnest(%s) ON CONFLICT %s"
                .formatted(table, names, values, onConflict);
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            for (int i = 0; i < columns.size(); i++) {
                insert.setArray(i + 1, array(connection, i));
            }
            insert.executeUpdate();
        }
    }

    private Array array(Connection connection, int column) throws SQLException {
        String type = columns.get(column).type();
        Object[] values = rows.stream().map(row -> row[column]).toArray(length -> switch (type) {
            // The driver sends arrays of these in binary form.
            case "bytea" -> new byte[length][];
            case "int4" -> new Integer[length];
            case "int8" -> new Long[length];
            case "bool" -> new Boolean[length];
            default -> new String[length];
        });
        return connection.createArrayOf(columns.get(column).asGiven() ? type : "text", values);
    }
}
