package dev.turnkeep.ingest.health;

import dev.turnkeep.ingest.kafka.IngestTopics;
import dev.turnkeep.platform.auth.KeyDirectory;
import dev.turnkeep.platform.kafka.TopicState;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready is: Kafka answers and the topics are as required. That Postgres or Redis is away is told and is no reason to
 * send callers elsewhere: keys are answered from memory.
 */
@Readiness
@Singleton
public class KafkaReadiness implements HealthCheck {
    private final IngestTopics topics;
    private final KeyDirectory keys;

    KafkaReadiness(IngestTopics topics, KeyDirectory keys) {
        this.topics = topics;
        this.keys = keys;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer =
                HealthCheckResponse.named("kafka").withData("key_store", keys.storeAway() ? "away" : "answers");
        return switch (topics.state()) {
            case TopicState.Verified _ -> answer.up().build();
            case TopicState.Waiting(String reason) ->
                answer.down().withData("reason", reason).build();
            case TopicState.Away(String reason) ->
                answer.down().withData("reason", reason).build();
            case TopicState.Refused(String reason) ->
                answer.down().withData("reason", reason).build();
        };
    }
}
