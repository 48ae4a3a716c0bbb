package dev.turnkeep.replication.table;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Collectors;

/** The identity of a row: the values of its replica identity. */
record RowKey(List<ByteBuffer> values) {
    /**
     * @throws IllegalArgumentException when a key column has no value: such a key meets no row
     */
    static RowKey of(List<PublishedColumn> columns, List<Cell> cells) {
        ByteBuffer[] values = new ByteBuffer
                [(int) columns.stream().filter(PublishedColumn::key).count()];
        int next = 0;
        for (int i = 0; i < columns.size(); i++) {
            if (!columns.get(i).key()) continue;
            if (!(cells.get(i) instanceof Cell.Present(ByteBuffer bytes)))
                throw new IllegalArgumentException(
                        "the key column " + columns.get(i).name() + " has no value");
            values[next++] = bytes;
        }
        return new RowKey(List.of(values));
    }

    /** Its values as hex, with dots between them. */
    String hex() {
        return values.stream().map(Literal::hex).collect(Collectors.joining("."));
    }
}
