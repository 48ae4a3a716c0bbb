package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.problem.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads the turns topic. One thread owns the Kafka consumer and never waits for Postgres: each partition's records are
 * processed on a thread of their own while the partition is paused, so that an outage of any length neither drops a
 * record nor loses the partition. An offset is committed only after its turns are.
 *
 * <p>What is read and not yet stored is bounded by bytes: Kafka's own limits count compressed ones. So a poll brings few
 * records, polls are gathered until a partition has a batch, and nothing is read while the bound is reached.
 *
 * <p>State is confined to the polling thread, but for {@link #finished} (handed over), {@link #failing} and
 * {@link #unreadableSince} (read by readiness).
 */
final class TurnsConsumer implements Runnable, ConsumerRebalanceListener {
    private static final Logger LOG = Logger.getLogger(TurnsConsumer.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration BROKEN = Duration.ofSeconds(1);

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final BooleanSupplier topicsReady;
    private final BatchProcessor processor;
    private final TurnMetrics metrics;
    private final Watermark watermark;
    private final TurnsConfig config;

    private final Map<TopicPartition, Work> working = new ConcurrentHashMap<>();
    private final Map<TopicPartition, OffsetAndMetadata> committable = new HashMap<>();
    private final ConcurrentLinkedQueue<Work> finished = new ConcurrentLinkedQueue<>();
    private final Map<TopicPartition, Instant> failing = new ConcurrentHashMap<>();
    private final Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> gathered = new HashMap<>();
    private long bytesUnderWay;
    private volatile @Nullable Instant unreadableSince;
    private volatile boolean stopping;
    private volatile boolean polling;

    TurnsConsumer(
            Consumer<byte[], byte[]> consumer,
            String topic,
            BooleanSupplier topicsReady,
            BatchProcessor processor,
            TurnMetrics metrics,
            Watermark watermark,
            TurnsConfig config) {
        this.consumer = consumer;
        this.topic = topic;
        this.topicsReady = topicsReady;
        this.processor = processor;
        this.metrics = metrics;
        this.watermark = watermark;
        this.config = config;
    }

    /** The records of one poll of one partition, under way. */
    private final class Work implements BatchProcessor.Progress {
        private final TopicPartition partition;
        private final List<ConsumerRecord<byte[], byte[]>> records;
        private final long bytes;
        private final Instant begun = Instant.now();
        private final Cancellation cancellation = new Cancellation();
        private final CountDownLatch over = new CountDownLatch(1);
        private volatile boolean complete;

        Work(TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
            this.partition = partition;
            this.records = records;
            this.bytes = records.stream().mapToLong(TurnsConsumer::size).sum();
        }

        void run() {
            try {
                processor.process(records, cancellation, this);
                complete = true;
                failing.remove(partition);
            } catch (BatchProcessor.Cancelled e) {
                failing.remove(partition);
                LOG.infof("turns handed back: topic=%s partition=%d", partition.topic(), partition.partition());
            } catch (RuntimeException | Error e) {
                // It is read again, and again: readiness stays red until it goes through.
                failing.putIfAbsent(partition, begun);
                LOG.errorf(e, "turns failed: topic=%s partition=%d", partition.topic(), partition.partition());
                pause();
            } finally {
                over.countDown();
                finished.add(this);
                if (polling) {
                    consumer.wakeup();
                }
            }
        }

        OffsetAndMetadata next() {
            return new OffsetAndMetadata(records.getLast().offset() + 1);
        }

        @Override
        public void stored(Outcome outcome) {
            metrics.stored(outcome);
        }

        @Override
        public void deadLetter(Problem problem) {
            metrics.deadLetter(problem);
        }

        @Override
        public void failing(Instant since) {
            failing.put(partition, since);
        }

        @Override
        public void recovered() {
            failing.remove(partition);
        }
    }

    @Override
    public void run() {
        while (!stopping && !topicsReady.getAsBoolean()) {
            pause();
        }
        consumer.subscribe(List.of(topic), this);
        while (!stopping) {
            try {
                step();
                unreadableSince = null;
            } catch (RuntimeException e) {
                unreadableSince = unreadableSince == null ? Instant.now() : unreadableSince;
                // Such as a broker that is away, or a topic that does not exist yet: the client goes on by itself.
                LOG.warnf("turns topic cannot be read: reason=%s", e.getClass().getSimpleName());
                pause();
            }
        }
        close();
    }

    private void step() {
        try {
            gather();
        } finally {
            // Whatever a poll throws: what earlier ones brought is behind the consumer's position by now.
            gathered.forEach(this::begin);
            gathered.clear();
        }
        settle();
        if (!committable.isEmpty()) {
            // A lost commit is harmless: the turns are known when they are read again.
            consumer.commitAsync(Map.copyOf(committable), null);
            committable.clear();
        }
        if (watermark.due()) {
            followTheClock();
        }
    }

    /** Where nothing is under way, all that lies before the position is stored. */
    private void followTheClock() {
        Map<Integer, Long> stored = new HashMap<>();
        Map<Integer, Long> busy = new HashMap<>();
        for (TopicPartition partition : consumer.assignment()) {
            Work work = working.get(partition);
            if (work != null) {
                busy.put(partition.partition(), work.records.getFirst().offset());
            } else {
                try {
                    stored.put(partition.partition(), consumer.position(partition, Duration.ZERO));
                } catch (KafkaException e) {
                    // It was assigned a moment ago, and has no position yet.
                }
            }
        }
        watermark.look(stored, busy);
    }

    /** Polls until a partition has a batch, the bound is reached, or nothing more is there at the moment. */
    private void gather() {
        Duration patience = POLL;
        long bytes = 0;
        while (bytesUnderWay + bytes < config.inFlight().asLongValue()) {
            ConsumerRecords<byte[], byte[]> records = poll(patience);
            if (records.isEmpty()) {
                return;
            }
            patience = Duration.ZERO;
            take(records);
            for (TopicPartition partition : records.partitions()) {
                List<ConsumerRecord<byte[], byte[]>> ofPartition = gathered.getOrDefault(partition, List.of());
                bytes += records.records(partition).stream()
                        .mapToLong(TurnsConsumer::size)
                        .sum();
                if (ofPartition.size() >= config.batchTurns()
                        || ofPartition.stream().mapToLong(TurnsConsumer::size).sum()
                                >= config.batchSize().asLongValue()) {
                    return;
                }
            }
        }
        if (gathered.isEmpty()) {
            // The bound is reached: nothing is read, but the group has to see that this consumer is alive.
            consumer.pause(consumer.assignment());
            // A partition that is assigned during the poll is not paused: what it brings is behind its position by now.
            take(poll(POLL));
            resumeIdle();
        }
    }

    private void take(ConsumerRecords<byte[], byte[]> records) {
        for (TopicPartition partition : records.partitions()) {
            gathered.computeIfAbsent(partition, p -> new ArrayList<>()).addAll(records.records(partition));
        }
    }

    private void resumeIdle() {
        List<TopicPartition> idle = new ArrayList<>(consumer.assignment());
        idle.removeAll(working.keySet());
        consumer.resume(idle);
    }

    private static long size(ConsumerRecord<byte[], byte[]> record) {
        return record.value() == null ? 0 : record.value().length;
    }

    private ConsumerRecords<byte[], byte[]> poll(Duration patience) {
        try {
            polling = true;
            return consumer.poll(finished.isEmpty() ? patience : Duration.ZERO);
        } catch (WakeupException finishedOrStopping) {
            return ConsumerRecords.empty();
        } finally {
            polling = false;
        }
    }

    private void begin(TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
        consumer.pause(List.of(partition));
        Work work = new Work(partition, records);
        working.put(partition, work);
        bytesUnderWay += work.bytes;
        // A platform thread: reading and hashing a batch would keep a carrier from the requests of the API.
        Thread.ofPlatform().daemon().name("turns-" + partition.partition()).start(work::run);
    }

    private void settle() {
        for (Work work = finished.poll(); work != null; work = finished.poll()) {
            bytesUnderWay -= work.bytes;
            if (!working.remove(work.partition, work)) {
                continue;
            }
            if (work.complete) {
                committable.put(work.partition, work.next());
            } else {
                consumer.seek(work.partition, work.records.getFirst().offset());
            }
            consumer.resume(List.of(work.partition));
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        gathered.keySet().removeAll(partitions);
        release(partitions, config.drain());
        if (!committable.isEmpty()) {
            commit();
        }
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        gathered.keySet().removeAll(partitions);
        release(partitions, Duration.ZERO);
        partitions.forEach(committable::remove);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        LOG.infof("turns assigned: partitions=%s", partitions);
    }

    /** Ends the work on partitions: what is in a transaction may finish within the limit, what waits stops. */
    private void release(Collection<TopicPartition> partitions, Duration limit) {
        List<Work> ending = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            Work work = working.remove(partition);
            if (work != null) {
                work.cancellation.cancel();
                ending.add(work);
            }
        }
        Instant deadline = Instant.now().plus(limit);
        for (Work work : ending) {
            if (over(work, Duration.between(Instant.now(), deadline)) && work.complete) {
                committable.put(work.partition, work.next());
            }
        }
    }

    private static boolean over(Work work, Duration limit) {
        try {
            return work.over.await(Math.max(0, limit.toNanos()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void commit() {
        try {
            consumer.commitSync(Map.copyOf(committable), Duration.ofSeconds(5));
        } catch (RuntimeException e) {
            LOG.infof(
                    "offsets not committed, the turns are read again: reason=%s",
                    e.getClass().getSimpleName());
        }
        committable.clear();
    }

    private static void pause() {
        try {
            Thread.sleep(BROKEN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks the polling thread to end its work and leave the group. */
    void stop() {
        stopping = true;
        consumer.wakeup();
    }

    private void close() {
        release(List.copyOf(working.keySet()), config.drain());
        if (!committable.isEmpty()) {
            commit();
        }
        consumer.close(CloseOptions.timeout(Duration.ofSeconds(5)));
    }

    /** Since when turns have been waiting: for a store, or for the topic itself to be readable. */
    Optional<Instant> waitingSince() {
        Instant unreadable = unreadableSince;
        return Stream.concat(failing.values().stream(), Stream.ofNullable(unreadable))
                .min(Instant::compareTo);
    }

    /** Since when the oldest batch under way has been: a store that does not answer at all throws nothing. */
    Optional<Instant> workingSince() {
        return working.values().stream().map(work -> work.begun).min(Instant::compareTo);
    }
}
