package dev.turnkeep.replication.event;

import dev.turnkeep.platform.kafka.KafkaConfig;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The settings of a test's Kafka: one partition, so that the order of all events is seen. */
record TestKafkaConfig(String bootstrapServers, String topicPrefix) implements KafkaConfig {
    @Override
    public int topicPartitions() {
        return 1;
    }

    @Override
    public Optional<Short> topicReplication() {
        return Optional.empty();
    }

    @Override
    public Duration probe() {
        return Duration.ofMillis(500);
    }

    @Override
    public Duration probeTimeout() {
        return Duration.ofSeconds(5);
    }

    @Override
    public Map<String, String> client() {
        return Map.of();
    }
}
