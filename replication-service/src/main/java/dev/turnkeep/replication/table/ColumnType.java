package dev.turnkeep.replication.table;

import java.util.List;

/**
 * A ClickHouse type as {@code system.columns} spells it, without the wrappers that RowBinary does not show.
 *
 * @param base the type's name without arguments, such as {@code DateTime64}
 * @param arguments what stands in its brackets, such as {@code 6} and {@code 'UTC'}
 * @param nullable whether a byte that tells null comes before each value
 */
record ColumnType(String base, List<String> arguments, boolean nullable) {
    private static final String LOW_CARDINALITY = "LowCardinality(";
    private static final String NULLABLE = "Nullable(";

    static ColumnType parse(String text) {
        String type = text.strip();
        boolean nullable = false;
        while (type.startsWith(LOW_CARDINALITY) || type.startsWith(NULLABLE)) {
            nullable |= type.startsWith(NULLABLE);
            type = type.substring(type.indexOf('(') + 1, type.length() - 1);
        }
        int bracket = type.indexOf('(');
        if (bracket < 0) return new ColumnType(type, List.of(), nullable);
        String inner = type.substring(bracket + 1, type.length() - 1);
        return new ColumnType(type.substring(0, bracket), List.of(inner.split(",\\s*")), nullable);
    }

    int argument(int index) {
        return Integer.parseInt(arguments.get(index));
    }

    /** Bytes of a value in RowBinary; 0 for those whose length comes first. */
    int width() {
        return switch (base) {
            case "Bool", "UInt8" -> 1;
            case "Int16" -> 2;
            case "Int32", "Float32", "Date32" -> 4;
            case "Int64", "UInt64", "Float64", "DateTime64" -> 8;
            case "UUID" -> 16;
            case "FixedString" -> argument(0);
            case "Decimal" -> argument(0) <= 9 ? 4 : argument(0) <= 18 ? 8 : argument(0) <= 38 ? 16 : 32;
            default -> 0;
        };
    }
}
