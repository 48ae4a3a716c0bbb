package dev.turnkeep.replication.table;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads rows of one table by their keys. */
final class PostgresRows implements CurrentRows {
    private static final int AT_ONCE = 500;

    private final PostgresLink postgres;
    private final String table;
    private final List<PublishedColumn> columns;

    PostgresRows(PostgresLink postgres, String table, List<PublishedColumn> columns) {
        this.postgres = postgres;
        this.table = table;
        this.columns = columns;
    }

    @Override
    public Map<RowKey, List<Cell>> read(Collection<TableRow> rows) {
        Map<RowKey, List<Cell>> found = new HashMap<>();
        List<TableRow> all = new ArrayList<>(rows);
        for (int from = 0; from < all.size(); from += AT_ONCE) {
            String query = query(all.subList(from, Math.min(all.size(), from + AT_ONCE)));
            postgres.with(connection -> {
                try (BinaryCopy copy = new BinaryCopy(connection, query)) {
                    for (List<Cell> cells = copy.next(); cells != null; cells = copy.next())
                        found.put(RowKey.of(columns, cells), cells);
                }
                return found.size();
            });
        }
        return found;
    }

    private String query(List<TableRow> rows) {
        List<PublishedColumn> keys =
                columns.stream().filter(PublishedColumn::key).toList();
        return "SELECT %s FROM %s WHERE (%s) IN (%s)"
                .formatted(
                        names(columns),
                        table,
                        names(keys),
                        rows.stream().map(row -> tuple(keys, row)).collect(Collectors.joining(", ")));
    }

    private static String names(List<PublishedColumn> columns) {
        return columns.stream().map(PublishedColumn::name).collect(Collectors.joining(", "));
    }

    private static String tuple(List<PublishedColumn> keys, TableRow row) {
        List<String> literals = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++)
            literals.add(Literal.of(keys.get(i), row.key().values().get(i)));
        return "(" + String.join(", ", literals) + ")";
    }
}
