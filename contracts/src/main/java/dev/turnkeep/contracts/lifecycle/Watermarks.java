package dev.turnkeep.contracts.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Up to which append time the turns of each partition are stored. A turn that was accepted may still wait in Kafka: a
 * session is idle only as far as its partition has been read.
 *
 * @param through by partition
 * @param partitions how many partitions the topic has; 0 for unknown
 * @param countedSince since when it has had as many: before that, a key could belong to another one
 */
public record Watermarks(Map<Integer, Instant> through, int partitions, Instant countedSince) {
    /** Nothing is known. */
    public static final Watermarks UNKNOWN = new Watermarks(Map.of(), 0, Instant.MAX);

    public Watermarks {
        through = Map.copyOf(through);
    }

    /**
     * The append time up to which every turn of a session is stored; empty when that is unknown.
     *
     * @param partition the session's own; null or {@link Session#SEVERAL_PARTITIONS} when any may hold turns of it
     * @param lastReceivedAt when its last turn was appended
     */
    public Optional<Instant> of(@Nullable Integer partition, Instant lastReceivedAt) {
        if (partition == null
                || partition == Session.SEVERAL_PARTITIONS
                || partitions == 0
                || lastReceivedAt.isBefore(countedSince)) {
            return ofAll();
        }
        return Optional.ofNullable(through.get(partition));
    }

    /** As they were, at the latest, so long ago: they follow the clock. */
    public Watermarks earlier(Duration ago) {
        Map<Integer, Instant> before = new HashMap<>();
        through.forEach((partition, at) -> before.put(partition, at.minus(ago)));
        return new Watermarks(before, partitions, countedSince);
    }

    private Optional<Instant> ofAll() {
        boolean all = partitions > 0
                && through.keySet().stream().filter(p -> p < partitions).count() == partitions;
        return all ? through.values().stream().min(Instant::compareTo) : Optional.empty();
    }
}
