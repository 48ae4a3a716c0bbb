package dev.turnkeep.replication.table;

import dev.turnkeep.replication.clickhouse.ClickHouseRefusal;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the rows of a refused batch that are at fault, by halves. A refusal whose code does not blame the rows counts as theirs
 * only once a neighbour was taken, and only when it is refused once more in the end: else the table or the server may be at fault, and
 * every row would look guilty.
 */
final class Sifting {
    /** Refusals in a row without any row taken, beyond those that lead down to the first single row. */
    private static final int SUSPICION = 16;

    /** Of more rows than that no code convinces that does not blame them. */
    private static final int FEW = 8;

    private final Insert insert;
    private final List<Poison> found = new ArrayList<>();
    private int taken;
    private int refused;
    private final List<EncodedRow> suspects = new ArrayList<>();

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
        for (EncodedRow suspect : suspects) tryAgain(suspect);
        return found;
    }

    private void tryAgain(EncodedRow suspect) {
        try {
            insert.store(List.of(suspect));
        } catch (ClickHouseRefusal refusal) {
            if (taken == 0 || suspects.size() > FEW) throw undecided(refusal);
            found.add(poison(suspect, refusal));
        }
    }

    private void halve(List<EncodedRow> rows, int patience) {
        try {
            insert.store(rows);
            taken += rows.size();
        } catch (ClickHouseRefusal refusal) {
            refused++;
            if (!refusal.blamesRows() && taken == 0 && refused > patience) throw undecided(refusal);
            if (rows.size() == 1) {
                if (refusal.blamesRows()) found.add(poison(rows.getFirst(), refusal));
                else suspects.add(rows.getFirst());
                return;
            }
            int middle = rows.size() / 2;
            halve(rows.subList(0, middle), patience);
            halve(rows.subList(middle, rows.size()), patience);
        }
    }

    private static Poison poison(EncodedRow row, ClickHouseRefusal refusal) {
        return new Poison(row.row(), "code " + refusal.code() + ": " + refusal.getMessage());
    }

    /** Not the refusal's own words: they can quote a row. */
    private static Retry.Again undecided(ClickHouseRefusal cause) {
        return new Retry.Again(
                "ClickHouse refuses rows, and not because of what is in them: code " + cause.code(), cause);
    }
}
