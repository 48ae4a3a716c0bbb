package dev.turnkeep.replication.table;

import com.clickhouse.client.api.query.GenericRecord;
import dev.turnkeep.replication.clickhouse.ClickHouse;
import dev.turnkeep.replication.pgoutput.Lsn;
import dev.turnkeep.replication.stream.SlotStart;
import dev.turnkeep.replication.stream.Version;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

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

    /**
     * What speaks against it; empty when nothing does. The tables' own state is looked at, also in the middle of a restore.
     *
     * @param serverEnd the end of the server's log at the moment of the question
     */
    Optional<String> objection(
            SlotStart slot, String generation, List<TableDefinition> tables, Supplier<Lsn> serverEnd) {
        Lsn recorded = RecordedPositions.load(clickHouse, generation).max(slot.consistentPoint());
        if (slot.from().isAfter(recorded))
            return Optional.of(
                    "Postgres was told of %s, and ClickHouse has all only up to %s".formatted(slot.from(), recorded));
        for (TableDefinition table : tables) {
            Optional<String> holder = holder(slot, generation, table);
            if (holder.isEmpty()) {
                // Something was stored already, and is gone with its table.
                if (!slot.restoring() || slot.from().isAfter(slot.consistentPoint()))
                    return Optional.of(table.target() + " is not of the generation " + generation);
            } else if (isAhead(slot, generation, holder.get(), serverEnd)) {
                return Optional.of(holder.get() + " has what Postgres does not know");
            } else if (astray(slot, generation, table)) {
                return Optional.of("a table that nobody reads has rows that belong into " + table.target());
            }
        }
        return Optional.empty();
    }

    /**
     * Whether a table has what the server does not know. A leader that is just going may have stored what was committed since the
     * stream began: so the server is asked again, after the table was looked at.
     */
    private boolean isAhead(SlotStart slot, String generation, String table, Supplier<Lsn> serverEnd) {
        Optional<Lsn> newest = newest(table, common(slot, generation));
        return newest.isPresent() && newest.get().isAfter(common(slot, generation, serverEnd.get()));
    }

    /** Which table has the rows of a generation. Another one than that which is read only while a restore runs. */
    private Optional<String> holder(SlotStart slot, String generation, TableDefinition table) {
        if (generations.of(table.target()).equals(generation)) return Optional.of(table.target());
        String shadow = Generations.shadow(table.target());
        return slot.restoring() && generations.of(shadow).equals(generation) ? Optional.of(shadow) : Optional.empty();
    }

    /**
     * Whether an exchange came late, and what was meant for the new table went into the old one: into that, nothing of this slot
     * was to be written, unless both get everything.
     */
    private boolean astray(SlotStart slot, String generation, TableDefinition table) {
        String shadow = Generations.shadow(table.target());
        return generations.exists(shadow)
                && !generations.of(shadow).equals(generation)
                && !(table.mirrored() && generations.isOf(shadow, slot.systemIdentifier()))
                && newest(shadow, slot.consistentPoint()).isPresent();
    }

    /**
     * Up to where the tables of a generation and the server have the same history. What was written on a timeline that the server
     * has left since, from behind that point, is of transactions that it does not know; and their positions are given out once more.
     */
    Lsn common(SlotStart slot, String generation) {
        return common(slot, generation, slot.serverEnd());
    }

    private Lsn common(SlotStart slot, String generation, Lsn serverEnd) {
        return generations
                .timeline(generation)
                .flatMap(slot.timelines()::end)
                .filter(left -> !left.isAfter(serverEnd))
                .orElse(serverEnd);
    }

    /** The newest of what lies behind a position, told by the index of versions without reading the table. */
    private Optional<Lsn> newest(String table, Lsn behind) {
        GenericRecord row = clickHouse
                .rows("""
                        SELECT toString(bitShiftRight(max(_version), 64)) AS newest, toInt64(count()) AS found FROM %s
                        WHERE _version >= toUInt128('%s') %s
                        """.formatted(
                                clickHouse.qualified(table),
                                new Version(new Lsn(behind.value() + 1), 0).toUInt128(),
                                clickHouse.bounded()))
                .getFirst();
        return row.getLong("found") == 0
                ? Optional.empty()
                : Optional.of(new Lsn(Long.parseUnsignedLong(row.getString("newest"))));
    }
}
