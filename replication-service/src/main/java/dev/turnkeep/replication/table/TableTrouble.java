package dev.turnkeep.replication.table;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Which tables are waiting for a store, and since when; read by readiness. */
final class TableTrouble {
    private final Map<String, Instant> since = new ConcurrentHashMap<>();

    void failing(String table, Instant now) {
        since.putIfAbsent(table, now);
    }

    void recovered(String table) {
        since.remove(table);
    }

    void clear() {
        since.clear();
    }

    Optional<Instant> earliest() {
        return since.values().stream().min(Instant::compareTo);
    }
}
