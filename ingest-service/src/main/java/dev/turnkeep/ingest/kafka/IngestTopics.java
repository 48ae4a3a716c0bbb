package dev.turnkeep.ingest.kafka;

import dev.turnkeep.contracts.turn.Topics;
import dev.turnkeep.platform.kafka.KafkaConfig;
import dev.turnkeep.platform.kafka.TopicGuard;
import dev.turnkeep.platform.kafka.TopicSpec;
import dev.turnkeep.platform.kafka.TopicState;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;

/** The topics that are written to here: their names, and whether they can be used. */
@Singleton
public class IngestTopics {
    private final Topics topics;
    private final TopicGuard guard;

    IngestTopics(KafkaConfig config) {
        this.topics = new Topics(config.topicPrefix());
        List<TopicSpec> specs = topics.all().stream()
                .map(topic -> new TopicSpec(topic.name(), topic.configs(), topic.required()))
                .toList();
        this.guard = TopicGuard.start(config, specs);
    }

    // Observing makes the bean, and so the topics, before the first request.
    void start(@Observes StartupEvent starting) {}

    void stop(@Observes ShutdownEvent stopping) {
        guard.close();
    }

    public String turns() {
        return topics.turns().name();
    }

    public String transcripts() {
        return topics.transcripts().name();
    }

    public String deadLetters() {
        return topics.deadLetters().name();
    }

    public TopicState state() {
        return guard.state();
    }
}
