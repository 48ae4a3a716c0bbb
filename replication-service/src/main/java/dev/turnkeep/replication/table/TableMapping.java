package dev.turnkeep.replication.table;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns rows of one published table into RowBinary for its ClickHouse table. Columns meet by name. */
final class TableMapping {
    static final String VERSION = "_version";
    static final String DELETED = "_is_deleted";
    private static final int EXPECTED = 1024;

    private record Column(PublishedColumn source, ColumnType type, Conversion conversion) {}

    private final List<Column> columns;

    private TableMapping(List<Column> columns) {
        this.columns = columns;
    }

    /**
     * @param table the ClickHouse table, for the message
     * @param types the types of its columns by name
     * @throws SchemaMismatch with the statements that would help, when a published column cannot be kept
     */
    static TableMapping of(String table, List<PublishedColumn> published, Map<String, String> types) {
        List<Column> columns = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (PublishedColumn source : published) {
            PostgresType from = PostgresType.of(source.typeOid()).orElse(null);
            String found = types.get(source.name());
            @Nullable
            Conversion conversion =
                    from == null || found == null ? null : Conversions.between(from, ColumnType.parse(found));
            if (conversion != null && found != null)
                columns.add(new Column(source, ColumnType.parse(found), conversion));
            else problems.add(problem(table, source, from, found));
        }
        if (!problems.isEmpty())
            throw new SchemaMismatch("published columns that ClickHouse cannot keep:\n" + String.join("\n", problems));
        return new TableMapping(List.copyOf(columns));
    }

    private static String problem(
            String table, PublishedColumn source, @Nullable PostgresType from, @Nullable String found) {
        String name = source.name();
        if (from == null)
            return "-- %s.%s: the Postgres type %d is not supported; take the column out of the publication"
                    .formatted(table, name, source.typeOid());
        if (found == null) return "ALTER TABLE %s ADD COLUMN `%s` %s;".formatted(table, name, from.suggestion());
        return "ALTER TABLE %s MODIFY COLUMN `%s` %s; -- it is %s".formatted(table, name, from.suggestion(), found);
    }

    /** The columns that a row has, in their order. */
    List<String> columnNames() {
        List<String> names = new ArrayList<>();
        for (Column column : columns) names.add(column.source.name());
        names.add(VERSION);
        names.add(DELETED);
        return names;
    }

    List<PublishedColumn> published() {
        return columns.stream().map(Column::source).toList();
    }

    /**
     * @throws Unrepresentable naming the column, when ClickHouse cannot hold a value of the row
     */
    byte[] encode(TableRow row) throws Unrepresentable {
        RowOutput out = new RowOutput(EXPECTED);
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            if (row.deleted() && !column.source.key()) out.absent(column.type);
            else encode(row.cells().get(i), column, out);
        }
        out.value(to -> to.writeUInt128(row.version().toUInt128()));
        out.value(to -> to.writeUInt8((short) (row.deleted() ? 1 : 0)));
        return out.bytes();
    }

    private static void encode(Cell cell, Column column, RowOutput out) throws Unrepresentable {
        try {
            switch (cell) {
                case Cell.Absent.NULL -> {
                    if (!column.type.nullable()) throw new Unrepresentable("null");
                    out.absent(column.type);
                }
                case Cell.Absent.GONE -> out.absent(column.type);
                case Cell.Absent.UNCHANGED -> throw new IllegalStateException("a row that was not completed");
                case Cell.Present(ByteBuffer bytes) -> {
                    if (column.type.nullable()) out.value(to -> to.writeNotNull());
                    column.conversion.convert(bytes, out);
                }
            }
        } catch (Unrepresentable e) {
            throw new Unrepresentable("column " + column.source.name() + ": " + e.getMessage());
        }
    }
}
