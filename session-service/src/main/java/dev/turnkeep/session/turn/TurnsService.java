package dev.turnkeep.session.turn;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.price.Prices;
import dev.turnkeep.contracts.turn.Topics;
import dev.turnkeep.platform.kafka.KafkaConfig;
import dev.turnkeep.platform.kafka.KafkaSettings;
import dev.turnkeep.platform.kafka.TopicGuard;
import dev.turnkeep.platform.kafka.TopicSpec;
import dev.turnkeep.platform.kafka.TopicState;
import dev.turnkeep.platform.postgres.PostgresPools;
import dev.turnkeep.platform.time.UuidSource;
import dev.turnkeep.platform.trace.Tracing;
import dev.turnkeep.platform.trace.Work;
import dev.turnkeep.session.live.Liveness;
import dev.turnkeep.session.price.CostMetrics;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.sqlclient.Pool;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Starts and stops the consumption of turns with the service. */
@Singleton
public class TurnsService {
    private static final Duration CLOSE = Duration.ofSeconds(5);
    private static final int POLL_RECORDS = 8;
    /** A look at the watermark that Postgres does not answer is given up: the next one may fare better. */
    private static final Duration STORE = Duration.ofSeconds(15);

    private final TurnsConfig config;
    private final KafkaConfig kafka;
    private final PostgresPools pools;
    private final Clock clock;
    private final UuidSource uuids;
    private final TurnMetrics metrics;
    private final Liveness liveness;
    private final Prices prices;
    private final CostMetrics costs;
    private final Tracing tracing;

    private @Nullable TopicGuard guard;
    private @Nullable TurnsConsumer consumer;
    private @Nullable BrokerEnds ends;
    private @Nullable Thread polling;
    private @Nullable Producer<byte[], byte[]> producer;

    TurnsService(
            TurnsConfig config,
            KafkaConfig kafka,
            PostgresPools pools,
            Clock clock,
            UuidSource uuids,
            TurnMetrics metrics,
            Liveness liveness,
            Prices prices,
            CostMetrics costs,
            Tracing tracing) {
        this.config = config;
        this.kafka = kafka;
        this.pools = pools;
        this.clock = clock;
        this.uuids = uuids;
        this.metrics = metrics;
        this.liveness = liveness;
        this.prices = prices;
        this.costs = costs;
        this.tracing = tracing;
    }

    void start(@Observes StartupEvent started) {
        if (!config.enabled()) {
            return;
        }
        Topics topics = new Topics(kafka.topicPrefix());
        guard = TopicGuard.start(
                kafka, topics.all().stream().map(TurnsService::spec).toList());
        producer = new KafkaProducer<>(producerSettings(), new ByteArraySerializer(), new ByteArraySerializer());
        Pool pool = pools.pool("turnkeep_consumer", config.connections(), PostgresPools.BY_KEY);
        TurnTransaction transaction = new TurnTransaction(
                pool,
                clock,
                () -> new SessionId(uuids.next()),
                prices,
                (turn, charge) -> costs.charged(turn.provider(), charge));
        DeadLetters deadLetters = new DeadLetters(producer, topics.deadLetters().name());
        Consumer<byte[], byte[]> client =
                new KafkaConsumer<>(consumerSettings(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        Watermark watermark = watermark(pool, topics.turns().name());
        metrics.lag(watermark);
        consumer = new TurnsConsumer(
                client,
                topics.turns().name(),
                this::topicsVerified,
                new BatchProcessor(batch -> store(transaction, batch), deadLetters::put, config),
                metrics,
                watermark,
                config);
        polling = Thread.ofPlatform().name("turns-consumer").start(consumer);
    }

    /** The index is written after the commit, and before the offset is committed. */
    private Outcome store(TurnTransaction transaction, List<PendingTurn> batch) {
        List<@Nullable String> traces = new ArrayList<>(batch.size());
        batch.forEach(turn -> traces.add(turn.turn().traceparent()));
        try (Work storing = tracing.processing(batch.getFirst().source().topic(), batch.size(), traces)) {
            try {
                Outcome outcome = transaction.store(batch);
                liveness.extend(outcome.live());
                return outcome;
            } catch (RuntimeException e) {
                storing.failed(e);
                throw e;
            }
        }
    }

    private Watermark watermark(Pool pool, String topic) {
        BrokerEnds brokers = new BrokerEnds(kafka, topic);
        ends = brokers;
        return new Watermark(
                brokers,
                (reached, partitions, through, now) -> {
                    // The count first: a watermark must not be seen beside a count that is older.
                    await(TurnStore.counted(pool, topic, partitions, through, config.producersAge()), STORE);
                    if (!reached.isEmpty()) {
                        await(TurnStore.watermark(pool, topic, reached, through, now), STORE);
                    }
                    return await(TurnStore.shortestIdle(pool), STORE).orElse(config.watermarkRefresh());
                },
                clock,
                config);
    }

    private boolean topicsVerified() {
        return guard != null && guard.state() instanceof TopicState.Verified;
    }

    private static TopicSpec spec(Topics.Topic topic) {
        return new TopicSpec(topic.name(), topic.configs(), topic.required());
    }

    private Map<String, Object> consumerSettings() {
        Map<String, Object> settings = KafkaSettings.of(kafka);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, config.group());
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        int memberTimeout = Math.toIntExact(config.memberTimeout().toMillis());
        settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, memberTimeout);
        // Kafka's own advice: two lost signs of life are no death.
        settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, memberTimeout / 3);
        // A record may hold 50 MiB: few a poll, so that the bound on bytes is looked at often.
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(
                ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                Math.toIntExact(config.batchSize().asLongValue()));
        settings.put(
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                Math.toIntExact(config.batchSize().asLongValue()));
        settings.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                List.of(CooperativeStickyAssignor.class.getName()));
        // A topic that is made after the consumer subscribed is noticed within seconds.
        settings.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 5000);
        return settings;
    }

    private Map<String, Object> producerSettings() {
        Map<String, Object> settings = KafkaSettings.of(kafka);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.LARGEST_RECORD + 1024 * 1024);
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2L * Topics.LARGEST_RECORD);
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
        return settings;
    }

    void stop(@Observes ShutdownEvent stopping) throws InterruptedException {
        if (consumer != null && polling != null) {
            consumer.stop();
            polling.join(config.drain().plus(CLOSE).plus(CLOSE));
        }
        if (ends != null) {
            ends.close();
        }
        if (producer != null) {
            producer.close(CLOSE);
        }
        if (guard != null) {
            guard.close();
        }
    }

    /** What is known of the topics; empty when this instance does not use them. */
    Optional<TopicState> topics() {
        return Optional.ofNullable(guard).map(TopicGuard::state);
    }

    /** Why turns are not flowing, in words for an operator; empty while they are. */
    Optional<String> trouble() {
        if (!config.enabled()) {
            return Optional.empty();
        }
        if (polling == null || !polling.isAlive()) {
            return Optional.of("the consumer does not run");
        }
        if (guard != null && !guard.state().writable()) {
            return Optional.of(
                    guard.state() instanceof TopicState.Refused(String reason)
                            ? reason
                            : "the topics are not there yet");
        }
        TurnsConsumer reading = consumer;
        if (reading == null) {
            return Optional.empty();
        }
        Instant now = Instant.now();
        return reading.waitingSince()
                .filter(at -> at.plus(config.unreadyAfter()).isBefore(now))
                .map(at -> "turns wait for a store since " + at)
                .or(() -> reading.workingSince()
                        .filter(at -> at.plus(config.stuckAfter()).isBefore(now))
                        .map(at -> "a batch is under way since " + at));
    }
}
