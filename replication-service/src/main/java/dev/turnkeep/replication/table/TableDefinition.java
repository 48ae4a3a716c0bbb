package dev.turnkeep.replication.table;

import dev.turnkeep.replication.stream.StoppedException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A table that is replicated.
 *
 * @param source its name in Postgres
 * @param target its name in ClickHouse
 * @param primaryKey its columns: in their order the table is copied
 * @param identity by what a row is told in the stream: exactly what ClickHouse sorts and partitions by, or a deletion would never
 *     meet its row
 * @param index of exactly these columns, in Postgres
 * @param deletes whether what is deleted in Postgres disappears from ClickHouse
 */
record TableDefinition(
        String source, String target, List<String> primaryKey, Set<String> identity, String index, boolean deletes) {
    private static final List<TableDefinition> ALWAYS = List.of(
            new TableDefinition(
                    "sessions",
                    "sessions_v1",
                    List.of("id"),
                    Set.of("org_id", "environment", "created_at", "id"),
                    "sessions_list",
                    true),
            new TableDefinition(
                    "turns",
                    "turns_v1",
                    List.of("turn_id"),
                    Set.of("org_id", "environment", "session_id", "turn_id", "received_at"),
                    "turns_replica",
                    true),
            // Postgres forgets events after weeks; here they have a lifetime of their own.
            new TableDefinition(
                    "session_events",
                    "session_events_v1",
                    List.of("id"),
                    Set.of("org_id", "environment", "session_id", "epoch", "id", "occurred_at"),
                    "session_events_replica",
                    false));

    /** What was said: only where it is wanted. */
    static final TableDefinition NODES = new TableDefinition(
            "nodes",
            "nodes_v1",
            List.of("org_id", "environment", "hash"),
            Set.of("org_id", "environment", "hash"),
            "nodes_pkey",
            true);

    /** @param nodes whether what was said is wanted, too */
    static List<TableDefinition> all(boolean nodes) {
        return nodes ? Stream.concat(ALWAYS.stream(), Stream.of(NODES)).toList() : ALWAYS;
    }

    /**
     * @throws StoppedException when rows are told by something else
     */
    void requireIdentity(List<PublishedColumn> columns) {
        Set<String> found = columns.stream()
                .filter(PublishedColumn::key)
                .map(PublishedColumn::name)
                .collect(Collectors.toSet());
        if (!found.equals(identity))
            throw new StoppedException(
                    "deletions of %s would not meet their rows; run: ALTER TABLE %s REPLICA IDENTITY USING INDEX %s"
                            .formatted(source, source, index));
    }

    /**
     * Whether the table that is read gets every change also while its successor is made. What hides a node that was erased is its own
     * deletion, and no list of sessions: it may have been said by many.
     */
    boolean mirrored() {
        return equals(NODES);
    }

    static Optional<TableDefinition> of(String source) {
        return all(true).stream().filter(table -> table.source.equals(source)).findFirst();
    }
}
