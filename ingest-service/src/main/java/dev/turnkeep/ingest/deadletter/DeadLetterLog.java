package dev.turnkeep.ingest.deadletter;

import dev.turnkeep.ingest.kafka.IngestTopics;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.platform.kafka.KafkaConfig;
import dev.turnkeep.platform.kafka.KafkaSettings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the dead-letter topic from given offsets to what is its end now, without a consumer group: nothing is remembered
 * of it anywhere. One who looks and one who puts back at a time, so that what they hold is bounded.
 */
@Singleton
public class DeadLetterLog {
    private static final int FETCH = 1024 * 1024;
    /** As many letters as one request looks at: a filter that matches little then goes on from its cursor. */
    private static final int LOOKED_AT = 10_000;

    /** So many records in between are read over rather than sought past. */
    private static final long NEAR = 200;

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final KafkaConfig kafka;
    private final IngestTopics topics;
    private final ReentrantLock looking = new ReentrantLock();
    private final ReentrantLock puttingBack = new ReentrantLock();

    DeadLetterLog(KafkaConfig kafka, IngestTopics topics) {
        this.kafka = kafka;
        this.topics = topics;
    }

    /**
     * A part of the letters.
     *
     * @param items without their values
     * @param next where to go on; null at the end
     */
    record Page(List<Letter> items, int looked, @Nullable LetterId next) {}

    /** Letters from there on, partition by partition. */
    Page list(LetterFilter filter, LetterId from, int limit) {
        return reading(looking, consumer -> {
            List<Letter> found = new ArrayList<>();
            Bounds bounds = new Bounds(limit);
            LetterId next = pass(consumer, from, bounds, filter, letter -> found.add(letter.withoutValue()));
            return new Page(found, bounds.looked, next);
        });
    }

    /**
     * Gives letters that match from there on to be put back, partition by partition.
     *
     * @param most as many
     * @param use whether it was taken, and the next is to come
     * @return where to go on; empty at the end
     */
    Optional<LetterId> matching(LetterFilter filter, LetterId from, int most, Predicate<Letter> use) {
        return reading(
                puttingBack, consumer -> Optional.ofNullable(pass(consumer, from, new Bounds(most), filter, use)));
    }

    /**
     * Gives letters to be put back in the order of the topic: one reader for all of them.
     *
     * @param use whether it was taken, and the next is to come
     * @return whether all of them were given that are there
     */
    boolean named(SortedSet<LetterId> ids, Predicate<Letter> use) {
        return reading(puttingBack, consumer -> {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            for (TopicPartition partition : partitions(consumer)) {
                SortedSet<Long> offsets = new TreeSet<>();
                ids.stream()
                        .filter(id -> id.partition() == partition.partition())
                        .forEach(id -> offsets.add(id.offset()));
                if (!offsets.isEmpty() && !pick(consumer, partition, offsets, deadline, use)) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Records in between are read over when they are few. */
    private static boolean pick(
            Consumer<byte[], byte[]> consumer,
            TopicPartition partition,
            SortedSet<Long> offsets,
            long deadline,
            Predicate<Letter> use) {
        consumer.assign(List.of(partition));
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        long first = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
        SortedSet<Long> left = new TreeSet<>(offsets);
        left.removeIf(offset -> offset < first || offset >= end);
        long position = -NEAR - 1;
        while (!left.isEmpty()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            if (left.first() - position > NEAR) {
                consumer.seek(partition, left.first());
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                left.headSet(record.offset()).clear();
                if (left.remove(record.offset()) && !use.test(Letter.of(record))) {
                    return false;
                }
            }
            position = consumer.position(partition);
            if (position >= end) {
                return true;
            }
        }
        return true;
    }

    /** How far one request goes. */
    private static final class Bounds {
        private final int most;
        private final long deadline = System.nanoTime() + PATIENCE.toNanos();
        private int looked;
        private int taken;

        Bounds(int most) {
            this.most = most;
        }

        boolean reached() {
            return taken == most || looked == LOOKED_AT || System.nanoTime() > deadline;
        }
    }

    private @Nullable LetterId pass(
            Consumer<byte[], byte[]> consumer,
            LetterId from,
            Bounds bounds,
            LetterFilter filter,
            Predicate<Letter> use) {
        for (TopicPartition partition : partitions(consumer)) {
            if (partition.partition() < from.partition()) {
                continue;
            }
            long start = partition.partition() == from.partition() ? from.offset() : 0;
            LetterId stopped = scan(consumer, partition, start, record -> {
                if (bounds.reached()) {
                    return false;
                }
                bounds.looked++;
                Letter letter = Letter.of(record);
                if (!filter.matches(letter)) {
                    return true;
                }
                bounds.taken++;
                return use.test(letter);
            });
            if (stopped != null) {
                return stopped;
            }
        }
        return null;
    }

    /**
     * The letter there; empty when there is none, or none any more.
     *
     * @param use what is made of it before the next one is looked for
     */
    Optional<Letter> find(LetterId id, UnaryOperator<Letter> use) {
        return reading(looking, consumer -> {
            TopicPartition wanted = new TopicPartition(topics.deadLetters(), id.partition());
            List<Letter> found = new ArrayList<>(1);
            if (partitions(consumer).contains(wanted)) {
                scan(consumer, wanted, id.offset(), record -> {
                    if (record.offset() == id.offset()) {
                        found.add(use.apply(Letter.of(record)));
                    }
                    return false;
                });
            }
            return found.stream().findFirst();
        });
    }

    private interface Visitor {
        /** Whether the record was taken, and the next is to come. */
        boolean visit(ConsumerRecord<byte[], byte[]> record);
    }

    /** Visits what is there now; the id of the record that was not taken, or null at the end. */
    private static @Nullable LetterId scan(
            Consumer<byte[], byte[]> consumer, TopicPartition partition, long start, Visitor visitor) {
        consumer.assign(List.of(partition));
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        long first = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
        consumer.seek(partition, Math.max(start, first));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        boolean visited = false;
        while (start < end && consumer.position(partition) < end) {
            if (System.nanoTime() > deadline && visited) {
                return new LetterId(partition.partition(), consumer.position(partition));
            }
            if (System.nanoTime() > deadline) {
                throw RetryLater.unavailable("Kafka does not give the dead letters at the moment");
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.offset() >= end) {
                    return null;
                }
                visited = true;
                if (!visitor.visit(record)) {
                    return new LetterId(record.partition(), record.offset());
                }
            }
        }
        return null;
    }

    private List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer) {
        return consumer.partitionsFor(topics.deadLetters()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .sorted((a, b) -> Integer.compare(a.partition(), b.partition()))
                .toList();
    }

    private interface Reading<T> {
        T read(Consumer<byte[], byte[]> consumer);
    }

    private <T> T reading(ReentrantLock one, Reading<T> reading) {
        Map<String, Object> settings = KafkaSettings.of(kafka);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH);
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH);
        settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        settings.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        one.lock();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            return reading.read(consumer);
        } catch (KafkaException e) {
            throw RetryLater.unavailable("Kafka does not give the dead letters at the moment");
        } finally {
            one.unlock();
        }
    }
}
