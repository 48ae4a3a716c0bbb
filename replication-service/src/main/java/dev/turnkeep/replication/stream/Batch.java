package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Message.Relation;
import java.util.List;

/**
 * Changes of one table under one definition, in commit order, at least one.
 *
 * @param size the sum of theirs, in bytes
 */
public record Batch(Relation relation, List<RowChange> rows, long size) {
    public Batch {
        rows = List.copyOf(rows);
    }
}
