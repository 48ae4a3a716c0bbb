package dev.turnkeep.platform.start;

import dev.turnkeep.platform.kafka.KafkaConfig;
import dev.turnkeep.platform.kafka.TopicState;
import java.util.Optional;
import java.util.function.Supplier;

/** Whether Kafka has the topics as the service needs them, by what their guard has found. */
public final class TopicsCheck implements EngineCheck {
    private final KafkaConfig config;
    private final Supplier<Optional<TopicState>> state;

    /** @param state empty when the service is configured not to use them */
    public TopicsCheck(KafkaConfig config, Supplier<Optional<TopicState>> state) {
        this.config = config;
        this.state = state;
    }

    @Override
    public String engine() {
        return "Kafka at " + config.bootstrapServers();
    }

    @Override
    public boolean needed() {
        return true;
    }

    @Override
    public Optional<Trouble> look() {
        return state.get().flatMap(found -> switch (found) {
            case TopicState.Verified _ -> Optional.empty();
            case TopicState.Waiting(String reason) -> Optional.of(unanswered(reason));
            case TopicState.Away(String reason) -> Optional.of(unanswered(reason));
            case TopicState.Refused(String reason) ->
                Optional.of(new Trouble(reason, "change the topic with kafka-configs.sh --alter; the service notices"));
        });
    }

    private static Trouble unanswered(String reason) {
        return new Trouble(
                "does not answer, or may not make topics (" + reason + ")",
                "start it, or correct TURNKEEP_KAFKA_BOOTSTRAP and TURNKEEP_KAFKA_CLIENT_…, or allow CREATE and DESCRIBE");
    }
}
