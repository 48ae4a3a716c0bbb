package dev.turnkeep.replication.table;

import dev.turnkeep.replication.clickhouse.ClickHouseRefusal;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the rows of a refused batch that are at fault, by halves. A refusal whose code does not blame the rows counts as theirs
 * only once a neighbour was taken: else the table itself may be at fault, and every row would look guilty.
 */
final class Sifting {
    /** Refusals in a row without any row taken, beyond those that lead down to the first single row. */
    private static final int SUSPICION = 16;

    private final Insert insert;
    private final List<Poison> found = new ArrayList<>();
    private int taken;
    private int refused;
    private int suspicious;

    /** One try to store encoded rows. */
    interface Insert {
        void store(List<EncodedRow> rows);
    }

    /** A row and its bytes as ClickHouse gets them. */
    record EncodedRow(TableRow row, byte[] bytes) {}

    Sifting(Insert insert) {
        this.insert = insert;
    }

    /**
     * Stores all rows but those that are refused one by one.
     *
     * @return the refused ones
     * @throws Retry.Again when it cannot be told whether the rows are at fault
     */
    List<Poison> sift(List<EncodedRow> rows) {
        int depth = Integer.SIZE - Integer.numberOfLeadingZeros(rows.size());
        halve(rows, depth + SUSPICION);
        if (taken == 0 && suspicious > 0) throw undecided(null);
        return found;
    }

    private void halve(List<EncodedRow> rows, int patience) {
        try {
            insert.store(rows);
            taken += rows.size();
        } catch (ClickHouseRefusal refusal) {
            refused++;
            if (!refusal.blamesRows() && taken == 0 && refused > patience) throw undecided(refusal);
            if (rows.size() == 1) {
                if (!refusal.blamesRows()) suspicious++;
                found.add(new Poison(rows.getFirst().row(), "code " + refusal.code() + ": " + refusal.getMessage()));
                return;
            }
            int middle = rows.size() / 2;
            halve(rows.subList(0, middle), patience);
            halve(rows.subList(middle, rows.size()), patience);
        }
    }

    private static Retry.Again undecided(@org.jspecify.annotations.Nullable Throwable cause) {
        return new Retry.Again(
                "ClickHouse refuses every row, and not because of what is in them",
                cause == null ? new IllegalStateException("no row was taken") : cause);
    }
}
