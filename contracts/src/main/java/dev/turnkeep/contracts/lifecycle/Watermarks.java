package dev.turnkeep.contracts.lifecycle;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Up to which append time the turns of each partition are stored. A turn that was accepted may still wait in Kafka: a
 * session is idle only as far as its partition has been read, and as far as it is known which one that is.
 *
 * @param through by partition
 * @param partitions how many partitions the topic has; 0 for unknown
 * @param countedSince before it a key could belong to another partition
 * @param countedAt when the topic had as many: a turn that came later may lie in a partition that nobody knows of
 */
public record Watermarks(Map<Integer, Instant> through, int partitions, Instant countedSince, Instant countedAt) {
    /** Nothing is known. */
    public static final Watermarks UNKNOWN = new Watermarks(Map.of(), 0, Instant.MAX, Instant.MIN);

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
        if (partitions == 0) {
            return Optional.empty();
        }
        boolean any =
                partition == null || partition == Session.SEVERAL_PARTITIONS || lastReceivedAt.isBefore(countedSince);
        Optional<Instant> read = any ? ofAll() : Optional.ofNullable(through.get(partition));
        return read.map(at -> at.isBefore(countedAt) ? at : countedAt);
    }

    /** Of those that the topic has: one that was made anew with fewer leaves others behind, which stand still for ever. */
    private Optional<Instant> ofAll() {
        List<Instant> read = through.entrySet().stream()
                .filter(partition -> partition.getKey() < partitions)
                .map(Map.Entry::getValue)
                .toList();
        return read.size() == partitions ? read.stream().min(Instant::compareTo) : Optional.empty();
    }
}
