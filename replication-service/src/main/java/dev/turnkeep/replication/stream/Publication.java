package dev.turnkeep.replication.stream;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What is sent: tables of the schema {@code public}, their columns and the kinds of changes.
 *
 * @param tables the columns by table
 * @param kinds such as {@code insert, update}, in this order: insert, update, delete, truncate
 */
public record Publication(String name, SortedMap<String, List<String>> tables, String kinds) {
    /** The heartbeats are part of every publication. */
    public static final List<String> HEARTBEAT = List.of("stream", "beat", "beat_at", "oldest_xid");

    public Publication {
        SortedMap<String, List<String>> all = new TreeMap<>(tables);
        all.put(Transactions.HEARTBEAT, HEARTBEAT);
        tables = java.util.Collections.unmodifiableSortedMap(all);
    }

    /** The tables that are sent, but for the heartbeats. */
    List<String> replicated() {
        return tables.keySet().stream()
                .filter(table -> !table.equals(Transactions.HEARTBEAT))
                .toList();
    }

    /**
     * Compares it with the server's.
     *
     * @throws StoppedException with the statement that mends the difference
     */
    void check(Connection connection) throws SQLException {
        String sent = foundKinds(connection)
                .orElseThrow(() -> new StoppedException("there is no publication " + name + "; run: CREATE PUBLICATION "
                        + name + " FOR TABLE " + list() + " WITH (publish = '" + kinds + "')"));
        if (!sent.equals(kinds)) {
            throw new StoppedException("the publication " + name + " sends " + sent + "; run: ALTER PUBLICATION " + name
                    + " SET (publish = '" + kinds + "')");
        }
        if (!sets(tables).equals(sets(found(connection)))) {
            throw new StoppedException("the publication " + name
                    + " has other tables or columns than this version of the service reads; run: ALTER PUBLICATION "
                    + name + " SET TABLE " + list());
        }
    }

    /**
     * Whether it sends less of the tables than it has to. The server looks a change's publication up as it was when the change was
     * committed: mending it brings back nothing that it has left out. A column that its table has not got yet is none of that.
     */
    boolean lacks(Connection connection) throws SQLException {
        String sent = foundKinds(connection).orElse("");
        if (!List.of(sent.split(", ", -1)).containsAll(List.of(kinds.split(", ", -1)))) {
            return true;
        }
        Map<String, List<String>> found = found(connection);
        List<String> relations = new ArrayList<>();
        List<String> columns = new ArrayList<>();
        for (String table : replicated()) {
            for (String column : tables.getOrDefault(table, List.of())) {
                if (!found.getOrDefault(table, List.of()).contains(column)) {
                    relations.add("public." + table);
                    columns.add(column);
                }
            }
        }
        return !columns.isEmpty() && anyExists(connection, relations, columns);
    }

    private static boolean anyExists(Connection connection, List<String> relations, List<String> columns)
            throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement("""
                SELECT EXISTS (SELECT FROM unnest(?, ?) AS missing (relation, name)
                    JOIN pg_attribute ON attrelid = to_regclass(relation) AND attname = name AND NOT attisdropped)
                """)) {
            ask.setArray(1, connection.createArrayOf("text", relations.toArray()));
            ask.setArray(2, connection.createArrayOf("text", columns.toArray()));
            try (ResultSet row = ask.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /** Empty when there is no such publication. */
    private Optional<String> foundKinds(Connection connection) throws SQLException {
        try (PreparedStatement kindsOf = connection.prepareStatement("""
                SELECT concat_ws(', ', CASE WHEN pubinsert THEN 'insert' END, CASE WHEN pubupdate THEN 'update' END,
                                 CASE WHEN pubdelete THEN 'delete' END, CASE WHEN pubtruncate THEN 'truncate' END)
                FROM pg_publication WHERE pubname = ?
                """)) {
            kindsOf.setString(1, name);
            try (ResultSet found = kindsOf.executeQuery()) {
                return found.next() ? Optional.of(found.getString(1)) : Optional.empty();
            }
        }
    }

    private Map<String, List<String>> found(Connection connection) throws SQLException {
        Map<String, List<String>> found = new TreeMap<>();
        try (PreparedStatement columns = connection.prepareStatement("""
                SELECT CASE schemaname WHEN 'public' THEN '' ELSE schemaname || '.' END || tablename,
                       array_to_string(attnames, ',')
                FROM pg_publication_tables WHERE pubname = ? AND rowfilter IS NULL
                """)) {
            columns.setString(1, name);
            try (ResultSet rows = columns.executeQuery()) {
                while (rows.next()) {
                    found.put(rows.getString(1), List.of(rows.getString(2).split(",", -1)));
                }
            }
        }
        return found;
    }

    private static Map<String, TreeSet<String>> sets(Map<String, List<String>> tables) {
        Map<String, TreeSet<String>> sets = new TreeMap<>();
        tables.forEach((table, columns) -> sets.put(table, new TreeSet<>(columns)));
        return sets;
    }

    private String list() {
        return tables.entrySet().stream()
                .map(table -> table.getKey() + " (" + String.join(", ", table.getValue()) + ")")
                .collect(Collectors.joining(", "));
    }
}
