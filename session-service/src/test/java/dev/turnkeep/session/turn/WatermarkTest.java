package dev.turnkeep.session.turn;

import static dev.turnkeep.session.turn.ServiceOnTest.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.session.event.EndingMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * When the watermark must not rise. Every test first lets it rise in the second partition, so that one that rises nowhere
 * proves nothing.
 */
class WatermarkTest {
    private static final String TOPIC = "turns";
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final Scope SCOPE = new Scope(new OrgId(new UUID(0, 1)), new EnvironmentName("test"));
    private static final TopicPartition BUSY = new TopicPartition(TOPIC, 0);
    private static final TopicPartition QUIET = new TopicPartition(TOPIC, 1);

    private final TurnsConfig config = config();
    private final MockConsumer<byte[], byte[]> broker = new MockConsumer<>("earliest");
    private final CountDownLatch underWay = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger raises = new AtomicInteger();
    private final Map<Integer, Long> ends = new ConcurrentHashMap<>(Map.of(0, 0L, 1, 0L));
    /** By partition, in which raise it was raised last. */
    private final Map<Integer, Integer> raised = new ConcurrentHashMap<>();

    private volatile int partitions = 2;
    private volatile int counted;
    private volatile boolean holding;
    private volatile boolean storeIsAway;
    private Watermark watermark;
    private TurnsConsumer consumer;
    private Thread polling;

    static TurnsConfig config() {
        return new SmallRyeConfigBuilder()
                .withMapping(TurnsConfig.class)
                .withConverter(MemorySize.class, 100, new MemorySizeConverter())
                .withConverter(Duration.class, 100, new DurationConverter())
                .withDefaultValues(Map.of("turnkeep.session.turns.drain", "1s"))
                .build()
                .getConfigMapping(TurnsConfig.class);
    }

    /** One that no test is about. */
    static Watermark unasked(TurnsConfig config) {
        Watermark.Ends none = new Watermark.Ends() {
            @Override
            public int partitions() {
                return 1;
            }

            @Override
            public Map<Integer, Long> of(Set<Integer> partitions) {
                return Map.of();
            }
        };
        return new Watermark(none, (ends, count, through, now) -> Duration.ofHours(1), Clock.systemUTC(), config);
    }

    @BeforeEach
    void start() {
        broker.updateBeginningOffsets(Map.of(BUSY, 0L, QUIET, 0L));
        broker.schedulePollTask(() -> broker.rebalance(List.of(BUSY, QUIET)));
        Watermark.Ends told = new Watermark.Ends() {
            @Override
            public int partitions() {
                return partitions;
            }

            @Override
            public Map<Integer, Long> of(Set<Integer> asked) {
                Map<Integer, Long> known = new HashMap<>(ends);
                known.keySet().retainAll(asked);
                return known;
            }
        };
        watermark = new Watermark(told, this::raise, Clock.fixed(NOW, ZoneOffset.UTC), config);
        consumer = new TurnsConsumer(
                broker,
                TOPIC,
                () -> true,
                new BatchProcessor(this::store, (source, problem, detail) -> {}, config),
                new TurnMetrics(new SimpleMeterRegistry(), new EndingMetrics(new SimpleMeterRegistry())),
                watermark,
                config);
        polling = new Thread(consumer);
        polling.start();
        until("both partitions are quiet", () -> raised.keySet().equals(Set.of(0, 1)));
    }

    @AfterEach
    void stop() throws InterruptedException {
        released.countDown();
        consumer.stop();
        polling.join();
    }

    @Test
    void followsTheClockLessTheMarginWhereEverythingIsStored() {
        // Given
        raised.clear();

        // When: a turn is stored
        append(0);

        // Then
        until("the watermark has passed it", () -> raised.containsKey(0) && broker.position(BUSY) == 1);
    }

    @Test
    void staysWhileABatchIsUnderWay() {
        // Given
        holding = true;

        // When
        append(0);
        awaited(underWay);

        // Then
        assertOnlyTheQuietOneRises();
    }

    @Test
    void staysBehindWhatABatchThatFailedBringsAgain() {
        // Given: it fails, is sought back to, and waits for its next try
        holding = true;
        failures.set(1);

        // When
        append(0);
        awaited(underWay);

        // Then
        assertOnlyTheQuietOneRises();
    }

    @Test
    void staysWhereSomethingIsLeftToRead() {
        // When: the broker has a turn that no poll has brought yet
        ends.put(0, 1L);

        // Then
        assertOnlyTheQuietOneRises();
    }

    @Test
    void staysWhereNothingIsReadBecauseTheBoundIsReached() {
        // When
        broker.schedulePollTask(() -> broker.pause(List.of(BUSY)));
        append(0);

        // Then
        assertOnlyTheQuietOneRises();
    }

    @Test
    void staysInAPartitionThatIsAnothers() {
        // When: what comes there is somebody else's to read
        CountDownLatch moved = new CountDownLatch(1);
        broker.schedulePollTask(() -> {
            broker.rebalance(List.of(QUIET));
            moved.countDown();
        });
        ends.put(0, 5L);
        awaited(moved);

        // Then
        assertOnlyTheQuietOneRises();
    }

    @Test
    void aPartitionWhoseEndNobodyTellsKeepsUpNoOther() {
        // When
        ends.remove(0);

        // Then
        assertOnlyTheQuietOneRises();
    }

    @Test
    void aTopicThatGrewIsCountedThoughNoPartitionIsQuiet() {
        // Given
        holding = true;
        append(0);
        awaited(underWay);
        ends.put(1, 7L);

        // When
        partitions = 5;

        // Then
        until("it is counted", () -> counted == 5);
    }

    @Test
    void countsWhatIsNotStored() {
        // Given
        until("nothing waits", () -> watermark.lag() == 0);
        holding = true;

        // When: one is under way, and two more of the other partition have not been read
        append(0);
        awaited(underWay);
        ends.put(1, 2L);

        // Then
        until("all three wait", () -> watermark.lag() == 3);
    }

    @Test
    void countsWhatIsNotStoredWhileTheStoreIsAway() {
        // Given
        until("nothing waits", () -> watermark.lag() == 0);

        // When
        storeIsAway = true;
        ends.put(1, 2L);

        // Then
        until("both wait", () -> watermark.lag() == 2);
    }

    @Test
    void doesNotKnowWhatWaitsWhereNobodyTellsTheEnd() {
        // When
        ends.remove(0);

        // Then
        until("it does not say 0", () -> Double.isNaN(watermark.lag()));
    }

    /** Several looks that began after now, each of them for the quiet partition only. */
    private void assertOnlyTheQuietOneRises() {
        int begun = raises.get() + 1;
        until("there were some more looks", () -> raised.getOrDefault(1, 0) >= begun + 3);
        assertThat(raised.getOrDefault(0, 0)).isLessThanOrEqualTo(begun);
    }

    private Duration raise(Map<Integer, Long> reached, int count, Instant through, Instant now) {
        assertThat(through).isEqualTo(NOW.minus(config.watermarkMargin()));
        if (storeIsAway) {
            throw new IllegalStateException("for the test");
        }
        counted = count;
        int number = raises.incrementAndGet();
        reached.keySet().forEach(partition -> raised.put(partition, number));
        return Duration.ZERO;
    }

    private Outcome store(List<PendingTurn> batch) {
        if (failures.getAndDecrement() > 0) {
            broker.schedulePollTask(() -> broker.addRecord(record(0)));
            throw new AssertionError("for the test");
        }
        if (holding) {
            underWay.countDown();
            awaited(released);
        }
        return new Outcome(batch.size(), 0, 0, List.of(), List.of(), List.of(), 0);
    }

    /** A turn in the busy partition. */
    private void append(int offset) {
        ends.put(0, offset + 1L);
        broker.schedulePollTask(() -> broker.addRecord(record(offset)));
    }

    private static ConsumerRecord<byte[], byte[]> record(int offset) {
        var sample = SampleTurn.in(SCOPE, "s", "r-" + offset).onPartition(0).consumed();
        return new ConsumerRecord<>(
                TOPIC,
                0,
                offset,
                sample.timestamp(),
                sample.timestampType(),
                sample.serializedKeySize(),
                sample.serializedValueSize(),
                sample.key(),
                sample.value(),
                sample.headers(),
                sample.leaderEpoch());
    }

    private static void awaited(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
