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
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;

/**
 * Reads the turns topic. One thread owns the Kafka consumer and never waits for Postgres: each partition's records are
 * processed on a virtual thread of their own while the partition is paused, so that an outage of any length neither
 * drops a record nor loses the partition. An offset is committed only after its turns are.
 *
 * <p>State is confined to the polling thread, but for {@link #finished} (handed over) and {@link #failing} (read by
 * readiness).
 */
final class TurnsConsumer implements Runnable, ConsumerRebalanceListener {
    private static final Logger LOG = Logger.getLogger(TurnsConsumer.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration BROKEN = Duration.ofSeconds(1);

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final BatchProcessor processor;
    private final TurnMetrics metrics;
    private final Duration drain;

    private final Map<TopicPartition, Work> working = new HashMap<>();
    private final Map<TopicPartition, OffsetAndMetadata> committable = new HashMap<>();
    private final ConcurrentLinkedQueue<Work> finished = new ConcurrentLinkedQueue<>();
    private final Map<TopicPartition, Instant> failing = new ConcurrentHashMap<>();
    private volatile boolean stopping;
    private volatile boolean polling;

    TurnsConsumer(
            Consumer<byte[], byte[]> consumer,
            String topic,
            BatchProcessor processor,
            TurnMetrics metrics,
            Duration drain) {
        this.consumer = consumer;
        this.topic = topic;
        this.processor = processor;
        this.metrics = metrics;
        this.drain = drain;
    }

    /** The records of one poll of one partition, under way. */
    private final class Work implements BatchProcessor.Progress {
        private final TopicPartition partition;
        private final List<ConsumerRecord<byte[], byte[]>> records;
        private final Cancellation cancellation = new Cancellation();
        private final CountDownLatch over = new CountDownLatch(1);
        private volatile boolean complete;

        Work(TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
            this.partition = partition;
            this.records = records;
        }

        void run() {
            try {
                processor.process(records, cancellation, this);
                complete = true;
            } catch (BatchProcessor.Cancelled e) {
                LOG.infof("turns handed back: topic=%s partition=%d", partition.topic(), partition.partition());
            } catch (RuntimeException | Error e) {
                LOG.errorf(e, "turns failed: topic=%s partition=%d", partition.topic(), partition.partition());
                pause();
            } finally {
                failing.remove(partition);
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
        consumer.subscribe(List.of(topic), this);
        while (!stopping) {
            try {
                step();
            } catch (RuntimeException e) {
                // Such as a broker that is away, or a topic that does not exist yet: the client goes on by itself.
                LOG.warnf("turns topic cannot be read: reason=%s", e.getClass().getSimpleName());
                pause();
            }
        }
        close();
    }

    private void step() {
        ConsumerRecords<byte[], byte[]> records = poll();
        for (TopicPartition partition : records.partitions()) {
            begin(partition, records.records(partition));
        }
        settle();
        if (!committable.isEmpty()) {
            // A lost commit is harmless: the turns are known when they are read again.
            consumer.commitAsync(Map.copyOf(committable), null);
            committable.clear();
        }
    }

    private ConsumerRecords<byte[], byte[]> poll() {
        try {
            polling = true;
            return consumer.poll(finished.isEmpty() ? POLL : Duration.ZERO);
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
        Thread.ofVirtual().name("turns-" + partition.partition()).start(work::run);
    }

    private void settle() {
        for (Work work = finished.poll(); work != null; work = finished.poll()) {
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
        release(partitions, drain);
        if (!committable.isEmpty()) {
            commit();
        }
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
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
        release(List.copyOf(working.keySet()), drain);
        if (!committable.isEmpty()) {
            commit();
        }
        consumer.close(CloseOptions.timeout(Duration.ofSeconds(5)));
    }

    /** Since when the partition that has waited longest for a store has been waiting. */
    Optional<Instant> waitingSince() {
        return failing.values().stream().min(Instant::compareTo);
    }
}
