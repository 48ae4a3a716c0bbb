package dev.turnkeep.replication.stream;

import java.time.Instant;
import java.util.Map;

/**
 * What a slot does not bring is being fetched, while the stream flows.
 *
 * @param since when this instance began with it, or went on
 * @param rows how many were fetched so far, by table
 */
public record Restoring(Instant since, Map<String, Long> rows) {
    public Restoring {
        rows = Map.copyOf(rows);
    }
}
