package dev.turnkeep.replication.table;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The columns that publications send, with their types, as the server has them now. */
final class PublishedTables {
    private PublishedTables() {}

    /** By table, in the tables' own order. */
    static Map<String, List<PublishedColumn>> read(Connection connection, List<String> publications)
            throws SQLException {
        Map<String, List<PublishedColumn>> tables = new HashMap<>();
        try (PreparedStatement ask = connection.prepareStatement("""
                SELECT DISTINCT c.relname, a.attname, a.atttypid::bigint, coalesce(a.attnum = ANY (i.indkey), false), a.attnum
                FROM pg_publication p
                JOIN pg_publication_rel r ON r.prpubid = p.oid
                JOIN pg_class c ON c.oid = r.prrelid
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (r.prattrs)
                LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisreplident
                WHERE p.pubname = ANY (?)
                ORDER BY c.relname, a.attnum
                """)) {
            ask.setArray(1, connection.createArrayOf("name", publications.toArray()));
            try (ResultSet rows = ask.executeQuery()) {
                while (rows.next())
                    tables.computeIfAbsent(rows.getString(1), table -> new ArrayList<>())
                            .add(new PublishedColumn(
                                    rows.getString(2), Math.toIntExact(rows.getLong(3)), rows.getBoolean(4)));
            }
        }
        return tables;
    }
}
