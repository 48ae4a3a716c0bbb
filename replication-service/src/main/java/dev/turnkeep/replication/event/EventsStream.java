package dev.turnkeep.replication.event;

import dev.turnkeep.contracts.turn.Topics;
import dev.turnkeep.platform.kafka.KafkaConfig;
import dev.turnkeep.platform.kafka.TopicGuard;
import dev.turnkeep.platform.kafka.TopicSpec;
import dev.turnkeep.platform.kafka.TopicState;
import dev.turnkeep.platform.postgres.PostgresConfig;
import dev.turnkeep.platform.trace.Tracing;
import dev.turnkeep.replication.stream.BatchLimits;
import dev.turnkeep.replication.stream.Pipeline;
import dev.turnkeep.replication.stream.PostgresServer;
import dev.turnkeep.replication.stream.StreamConfig;
import dev.turnkeep.replication.stream.StreamMetrics;
import dev.turnkeep.replication.stream.StreamSpec;
import dev.turnkeep.replication.stream.Streams;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Starts the stream of session events with the service. */
@Singleton
public class EventsStream {
    /** In metrics and in the tables of the streams' state. */
    public static final String NAME = "events";

    private final EventsConfig config;
    private final StreamConfig stream;
    private final PostgresConfig postgres;
    private final KafkaConfig kafka;
    private final MeterRegistry registry;
    private final Clock clock;
    private final Streams streams;
    private final Tracing tracing;
    private @Nullable TopicGuard guard;

    EventsStream(
            EventsConfig config,
            StreamConfig stream,
            PostgresConfig postgres,
            KafkaConfig kafka,
            MeterRegistry registry,
            Clock clock,
            Streams streams,
            Tracing tracing) {
        this.config = config;
        this.stream = stream;
        this.postgres = postgres;
        this.kafka = kafka;
        this.registry = registry;
        this.clock = clock;
        this.streams = streams;
        this.tracing = tracing;
    }

    void start(@Observes StartupEvent starting) {
        if (!config.enabled()) {
            return;
        }
        Topics.Topic topic = new Topics(kafka.topicPrefix()).sessionEvents();
        TopicGuard watching =
                TopicGuard.start(kafka, List.of(new TopicSpec(topic.name(), topic.configs(), topic.required())));
        guard = watching;
        streams.add(pipeline(topic.name(), () -> trouble(watching.state())));
    }

    private Pipeline pipeline(String topic, java.util.function.Supplier<Optional<String>> topicTrouble) {
        PostgresServer server = new PostgresServer(postgres);
        Counter published = registry.counter("turnkeep_replication_events_published");
        Counter restored = registry.counter("turnkeep_replication_events_restored");
        EventSink sink = new EventSink(
                server,
                () -> new EventPublisher(kafka, config, topic, published, tracing),
                topicTrouble,
                new EventQuarantine(server, registry.counter("turnkeep_replication_events_quarantined")),
                restored::increment);
        // No age: an event goes as soon as nothing more is to be read with it.
        BatchLimits limits =
                new BatchLimits(config.batchRows(), stream.inFlight().asLongValue() / 4, Duration.ZERO);
        StreamSpec spec = new StreamSpec(NAME, config.slot(), List.of(EventRows.PUBLICATION), limits);
        return new Pipeline(server, spec, stream, sink, new StreamMetrics(registry, NAME, clock), clock);
    }

    private static Optional<String> trouble(TopicState state) {
        return switch (state) {
            case TopicState.Verified _, TopicState.Away _ -> Optional.empty();
            case TopicState.Waiting(String reason) -> Optional.of("the topic is not there yet: " + reason);
            case TopicState.Refused(String reason) -> Optional.of(reason);
        };
    }

    void stop(@Observes ShutdownEvent stopping) {
        if (guard != null) {
            guard.close();
        }
    }
}
