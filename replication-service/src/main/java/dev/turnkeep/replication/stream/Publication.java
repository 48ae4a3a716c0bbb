package dev.turnkeep.replication.stream;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
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
        try (PreparedStatement kindsOf = connection.prepareStatement("""
                        SELECT concat_ws(', ', CASE WHEN pubinsert THEN 'insert' END, CASE WHEN pubupdate THEN 'update' END,
                                         CASE WHEN pubdelete THEN 'delete' END, CASE WHEN pubtruncate THEN 'truncate' END)
                        FROM pg_publication WHERE pubname = ?
                        """)) {
            kindsOf.setString(1, name);
            try (ResultSet found = kindsOf.executeQuery()) {
                if (!found.next()) {
                    throw new StoppedException("there is no publication " + name + "; run: CREATE PUBLICATION " + name
                            + " FOR TABLE " + list() + " WITH (publish = '" + kinds + "')");
                }
                if (!found.getString(1).equals(kinds)) {
                    throw new StoppedException("the publication " + name + " sends " + found.getString(1)
                            + "; run: ALTER PUBLICATION " + name + " SET (publish = '" + kinds + "')");
                }
            }
        }
        if (!sets(tables).equals(sets(found(connection)))) {
            throw new StoppedException("the publication " + name
                    + " has other tables or columns than this version of the service reads; run: ALTER PUBLICATION "
                    + name + " SET TABLE " + list());
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
