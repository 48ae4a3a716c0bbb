package dev.turnkeep.replication.table;

import com.clickhouse.client.api.query.GenericRecord;
import dev.turnkeep.replication.clickhouse.ClickHouse;
import dev.turnkeep.replication.pgoutput.Lsn;
import dev.turnkeep.replication.stream.SlotStart;
import java.util.List;
import java.util.Optional;

/**
 * Whether a slot goes on with what ClickHouse has. It does not when ClickHouse was emptied, replaced, or is older than what Postgres
 * was told it has; nor when Postgres has left the history that ClickHouse knows. Then the tables are made anew.
 */
final class Continuation {
    private final ClickHouse clickHouse;
    private final Generations generations;

    Continuation(ClickHouse clickHouse, Generations generations) {
        this.clickHouse = clickHouse;
        this.generations = generations;
    }

    /** What speaks against it; empty when nothing does. The tables' own state is looked at, also in the middle of a restore. */
    Optional<String> objection(SlotStart slot, String generation, List<TableDefinition> tables) {
        Lsn recorded = RecordedPositions.load(clickHouse, generation).max(slot.consistentPoint());
        if (slot.from().isAfter(recorded))
            return Optional.of(
                    "Postgres was told of %s, and ClickHouse has all only up to %s".formatted(slot.from(), recorded));
        Lsn common = common(slot, generation);
        for (TableDefinition table : tables) {
            Optional<String> holder = holder(slot, generation, table);
            if (holder.isEmpty()) {
                if (!slot.restoring() || begun(slot, generation, table))
                    return Optional.of(table.target() + " is not of the generation " + generation);
            } else if (newest(holder.get()).isAfter(common)) {
                return Optional.of(holder.get() + " has what Postgres does not know");
            } else if (astray(slot, generation, table)) {
                return Optional.of("a table that nobody reads has rows that belong into " + table.target());
            }
        }
        return Optional.empty();
    }

    /** Which table has the rows of a generation. Another one than that which is read only while a restore runs. */
    private Optional<String> holder(SlotStart slot, String generation, TableDefinition table) {
        if (generations.of(table.target()).equals(generation)) return Optional.of(table.target());
        String shadow = Generations.shadow(table.target());
        return slot.restoring() && generations.of(shadow).equals(generation) ? Optional.of(shadow) : Optional.empty();
    }

    /**
     * Whether an exchange came late, and what was meant for the new table went into the old one: into that, nothing of this slot
     * was to be written.
     */
    private boolean astray(SlotStart slot, String generation, TableDefinition table) {
        String shadow = Generations.shadow(table.target());
        return generations.exists(shadow)
                && !generations.of(shadow).equals(generation)
                && newest(shadow).isAfter(slot.consistentPoint());
    }

    /** Whether something was stored already, and is gone with its table. */
    private boolean begun(SlotStart slot, String generation, TableDefinition table) {
        return slot.from().isAfter(slot.consistentPoint())
                || CopyProgress.load(clickHouse, generation, table.source()).rows() > 0;
    }

    /**
     * Up to where the tables of a generation and the server have the same history. What was written on a timeline that the server
     * has left since, from behind that point, is of transactions that it does not know; and their positions are given out once more.
     */
    Lsn common(SlotStart slot, String generation) {
        return generations
                .timeline(generation)
                .flatMap(slot.timelines()::end)
                .filter(left -> !left.isAfter(slot.serverEnd()))
                .orElse(slot.serverEnd());
    }

    private Lsn newest(String table) {
        List<GenericRecord> rows = clickHouse.rows(
                "SELECT toString(bitShiftRight(max(_version), 64)) AS newest FROM " + clickHouse.qualified(table));
        return new Lsn(Long.parseUnsignedLong(rows.getFirst().getString("newest")));
    }
}
