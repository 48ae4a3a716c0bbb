package dev.turnkeep.replication.table;

import java.util.List;
import java.util.Optional;

/**
 * A table that is replicated.
 *
 * @param source its name in Postgres
 * @param target its name in ClickHouse
 * @param primaryKey the one column of it, a uuid: in its order the table is copied
 * @param deletes whether what is deleted in Postgres disappears from ClickHouse
 */
record TableDefinition(String source, String target, String primaryKey, boolean deletes) {
    static final List<TableDefinition> ALL = List.of(
            new TableDefinition("sessions", "sessions_v1", "id", true),
            new TableDefinition("turns", "turns_v1", "turn_id", true),
            // Postgres forgets events after weeks; here they have a lifetime of their own.
            new TableDefinition("session_events", "session_events_v1", "id", false));

    static Optional<TableDefinition> of(String source) {
        return ALL.stream().filter(table -> table.source.equals(source)).findFirst();
    }
}
