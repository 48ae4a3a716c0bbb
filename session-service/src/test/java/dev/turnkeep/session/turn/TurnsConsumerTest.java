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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** What a broker does at a moment that a test of a real one cannot choose. */
class TurnsConsumerTest {
    private static final String TOPIC = "turns";
    private static final Scope SCOPE = new Scope(new OrgId(new UUID(0, 1)), new EnvironmentName("test"));
    private static final TopicPartition FIRST = new TopicPartition(TOPIC, 0);
    private static final TopicPartition SECOND = new TopicPartition(TOPIC, 1);

    private final TurnsConfig config = new SmallRyeConfigBuilder()
            .withMapping(TurnsConfig.class)
            .withConverter(MemorySize.class, 100, new MemorySizeConverter())
            .withConverter(Duration.class, 100, new DurationConverter())
            .withDefaultValues(Map.of("turnkeep.session.turns.in-flight", "1"))
            .build()
            .getConfigMapping(TurnsConfig.class);

    private final MockConsumer<byte[], byte[]> broker = new MockConsumer<>("earliest");
    private final CountDownLatch underWay = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final List<String> stored = new CopyOnWriteArrayList<>();

    @Test
    void keepsWhatAPartitionBringsThatIsAssignedWhileTheBoundIsReached() throws InterruptedException {
        // Given: the first turn fills the bound and is under way.
        Map<TopicPartition, Long> far = Map.of(FIRST, 1_000_000L, SECOND, 1_000_000L);
        broker.updateBeginningOffsets(Map.of(FIRST, 0L, SECOND, 0L));
        broker.updateEndOffsets(far);
        broker.updatePartitions(TOPIC, List.of(partition(0), partition(1)));
        broker.schedulePollTask(() -> {
            broker.rebalance(List.of(FIRST));
            broker.addRecord(consumed("r-1", 0));
        });
        TurnsConsumer consumer = new TurnsConsumer(
                broker,
                TOPIC,
                () -> true,
                new BatchProcessor(this::store, (source, problem, detail) -> stored.add(problem.code()), config),
                new TurnMetrics(new SimpleMeterRegistry(), new EndingMetrics(new SimpleMeterRegistry())),
                WatermarkTest.unasked(config),
                config);
        Thread polling = new Thread(consumer);
        polling.start();
        underWay.await();

        // When
        CountDownLatch assigned = new CountDownLatch(1);
        broker.schedulePollTask(() -> {
            broker.rebalance(List.of(FIRST, SECOND));
            broker.addRecord(consumed("r-2", 1));
            assigned.countDown();
        });
        assigned.await();
        released.countDown();

        // Then
        until("both turns are stored", () -> stored.size() == 2);
        assertThat(stored).containsExactlyInAnyOrder("r-1", "r-2");
        consumer.stop();
        polling.join();
    }

    @Test
    void saysSinceWhenTheTopicCannotBeRead() throws InterruptedException {
        // Given
        broker.updateBeginningOffsets(Map.of(FIRST, 0L));
        broker.setPollException(new KafkaException("for the test"));
        TurnsConsumer consumer = new TurnsConsumer(
                broker,
                TOPIC,
                () -> true,
                new BatchProcessor(this::store, (source, problem, detail) -> stored.add(problem.code()), config),
                new TurnMetrics(new SimpleMeterRegistry(), new EndingMetrics(new SimpleMeterRegistry())),
                WatermarkTest.unasked(config),
                config);

        // When
        Thread polling = new Thread(consumer);
        polling.start();

        // Then
        until("it is told", () -> consumer.waitingSince().isPresent());
        until("it can be read again", () -> consumer.waitingSince().isEmpty());
        consumer.stop();
        polling.join();
    }

    private Outcome store(List<PendingTurn> batch) {
        batch.forEach(turn -> {
            String request = String.valueOf(turn.turn().requestId());
            if (request.equals("r-1")) {
                underWay.countDown();
                awaitRelease();
            }
            stored.add(request);
        });
        return new Outcome(batch.size(), 0, 0, List.of(), List.of(), List.of(), 0);
    }

    private void awaitRelease() {
        try {
            released.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ConsumerRecord<byte[], byte[]> consumed(String request, int partition) {
        return SampleTurn.in(SCOPE, "s-" + request, request)
                .onPartition(partition)
                .consumed();
    }

    private static PartitionInfo partition(int number) {
        Node[] replicas = {new Node(0, "localhost", 9092)};
        return new PartitionInfo(TOPIC, number, replicas[0], replicas, replicas);
    }
}
