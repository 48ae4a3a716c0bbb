package dev.turnkeep.replication.table;

import dev.turnkeep.replication.pgoutput.Tuple;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** One column of a replicated row. */
sealed interface Cell {
    /**
     * A value in Postgres' binary send format.
     *
     * @param bytes all of them belong to the value; the array behind them is shared and not to be written to
     */
    record Present(ByteBuffer bytes) implements Cell {
        static Present of(byte[] bytes) {
            return new Present(ByteBuffer.wrap(bytes));
        }
    }

    /** No value of its own. */
    enum Absent implements Cell {
        NULL,
        /** A large value that the update left as it was: Postgres does not send it again. */
        UNCHANGED,
        /** Left as it was, and the column is not there any more: what it was, nobody can tell. */
        GONE
    }

    /** The columns of a row from the stream, which copies nothing. */
    static List<Cell> of(Tuple tuple) {
        List<Cell> cells = new ArrayList<>(tuple.size());
        for (int i = 0; i < tuple.size(); i++)
            cells.add(
                    switch (tuple.form(i)) {
                        case NULL -> Absent.NULL;
                        case UNCHANGED -> Absent.UNCHANGED;
                        case BINARY ->
                            new Present(ByteBuffer.wrap(tuple.array(), tuple.offset(i), tuple.length(i))
                                    .slice());
                        case TEXT -> throw new IllegalStateException("the stream was not asked for texts");
                    });
        return List.copyOf(cells);
    }
}
