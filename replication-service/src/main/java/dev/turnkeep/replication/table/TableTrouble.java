package dev.turnkeep.replication.table;

import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Which tables are waiting for a store, since when, and why; read by readiness. */
final class TableTrouble {
    private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();

    private record Waiting(String table, Instant since, String why) {}

    void failing(String table, Instant now, String why) {
        waiting.merge(
                table,
                new Waiting(table, now, why),
                (before, fresh) -> new Waiting(table, before.since(), fresh.why()));
    }

    void recovered(String table) {
        waiting.remove(table);
    }

    void clear() {
        waiting.clear();
    }

    /** The longest trouble, in words for an operator. */
    Optional<String> words() {
        return waiting.values().stream()
                .min(Comparator.comparing(Waiting::since))
                .map(first -> "%s: in trouble since %s: %s".formatted(first.table(), first.since(), first.why()));
    }
}
