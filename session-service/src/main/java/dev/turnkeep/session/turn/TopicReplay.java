package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.problem.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the turns topic from its beginning once more, beside the consumer and without a group, and stores what is missing:
 * turns that are stored are known, and tell of their usage what their rows lack; those of erased sessions are dropped, and
 * what could not be stored the first time is not dead-lettered twice.
 */
final class TopicReplay {
    private static final Duration POLL = Duration.ofSeconds(1);

    private final Supplier<Consumer<byte[], byte[]>> clients;
    private final String topic;
    private final TurnTransaction transaction;
    private final Repricing repricing;
    private final TurnsConfig config;

    TopicReplay(
            Supplier<Consumer<byte[], byte[]>> clients,
            String topic,
            TurnTransaction transaction,
            Repricing repricing,
            TurnsConfig config) {
        this.clients = clients;
        this.topic = topic;
        this.transaction = transaction;
        this.repricing = repricing;
        this.config = config;
    }

    /**
     * How far a replay is.
     *
     * @param next by partition, the offset to read next
     * @param end by partition, where the topic ended when the replay began: what came later the consumer has
     */
    record Place(Map<Integer, Long> next, Map<Integer, Long> end) {
        boolean over() {
            return end.entrySet().stream().allMatch(e -> next.getOrDefault(e.getKey(), 0L) >= e.getValue());
        }
    }

    /** What a step did. */
    record Done(Place next, int read, int stored, int known, int retold, int refused) {}

    /** Where a replay begins: everything that the topic holds now. */
    Place begin() {
        try (Consumer<byte[], byte[]> client = clients.get()) {
            List<TopicPartition> partitions = client.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            return new Place(offsets(client.beginningOffsets(partitions)), offsets(client.endOffsets(partitions)));
        }
    }

    private static Map<Integer, Long> offsets(Map<TopicPartition, Long> offsets) {
        Map<Integer, Long> byPartition = new TreeMap<>();
        offsets.forEach((partition, offset) -> byPartition.put(partition.partition(), offset));
        return byPartition;
    }

    /**
     * Replays from a place, until the time is over or the end is reached.
     *
     * @throws BatchProcessor.Cancelled when a store is away for too long; what was stored is known the next time
     */
    Done step(Place from, Instant until) {
        Map<Integer, Long> next = new TreeMap<>(from.next());
        Counts counts = new Counts(until);
        BatchProcessor processor = new BatchProcessor(batch -> replay(batch, counts), counts, config);
        try (Consumer<byte[], byte[]> client = clients.get()) {
            List<TopicPartition> open = new ArrayList<>();
            from.end().forEach((partition, end) -> {
                if (next.getOrDefault(partition, 0L) < end) {
                    open.add(new TopicPartition(topic, partition));
                }
            });
            client.assign(open);
            open.forEach(partition -> client.seek(partition, next.getOrDefault(partition.partition(), 0L)));
            Place place = new Place(next, from.end());
            while (!place.over() && Instant.now().isBefore(until)) {
                ConsumerRecords<byte[], byte[]> records = client.poll(POLL);
                for (TopicPartition partition : records.partitions()) {
                    List<ConsumerRecord<byte[], byte[]>> ofPartition = records.records(partition).stream()
                            .filter(record -> record.offset() < from.end().getOrDefault(partition.partition(), 0L))
                            .toList();
                    counts.read += ofPartition.size();
                    processor.process(ofPartition, counts.patience, counts);
                }
                // The position knows of transaction markers and of records that were deleted: offsets may have gaps.
                open.forEach(partition -> next.put(partition.partition(), client.position(partition)));
            }
            return new Done(
                    new Place(new HashMap<>(next), from.end()),
                    counts.read,
                    counts.stored,
                    counts.known,
                    counts.retold,
                    counts.refused);
        }
    }

    /** What was stored by a version that overlooked how much of a turn's usage was told is told now. */
    private Outcome replay(List<PendingTurn> batch, Counts counts) {
        Outcome outcome = transaction.replay(batch);
        counts.retold += repricing.retell(batch);
        return outcome;
    }

    /** Counts what the processor does. A failing store is waited for until the time is over. */
    private static final class Counts implements BatchProcessor.Progress, BatchProcessor.Refusals {
        private final Instant until;
        private final Cancellation patience = new Cancellation();
        private int read;
        private int stored;
        private int known;
        private int retold;
        private int refused;

        Counts(Instant until) {
            this.until = until;
        }

        @Override
        public void stored(Outcome outcome) {
            stored += outcome.stored();
            known += outcome.repeated();
        }

        @Override
        public void put(ConsumerRecord<byte[], byte[]> source, Problem problem, String detail) {
            refused++;
        }

        @Override
        public void deadLetter(Problem problem) {
            // It was, when it came the first time.
        }

        @Override
        public void failing(Instant since) {
            if (!Instant.now().isBefore(until)) {
                patience.cancel();
            }
        }

        @Override
        public void recovered() {
            // Nobody was told.
        }
    }
}
