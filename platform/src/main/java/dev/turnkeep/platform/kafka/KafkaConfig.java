package dev.turnkeep.platform.kafka;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Where Kafka is and how its topics are made. */
@ConfigMapping(prefix = "turnkeep.kafka")
public interface KafkaConfig {
    /** Brokers to ask first: {@code host:port}, several with commas. */
    @WithDefault("localhost:9092")
    @WithName("bootstrap")
    String bootstrapServers();

    /** What every topic's name starts with, so that installations can share a cluster. */
    @WithDefault("turnkeep.")
    String topicPrefix();

    /** Partitions of a topic that has to be made. Existing topics are left as they are. */
    @WithDefault("${TURNKEEP_TOPIC_PARTITIONS:12}")
    int topicPartitions();

    /** Replicas of a topic that has to be made; without it the cluster's own default. */
    Optional<Short> topicReplication();

    /** How often the topics are looked at, and how long to wait before trying again when Kafka is away. */
    @WithDefault("5s")
    Duration probe();

    /** How long the cluster has for one answer about its topics. */
    @WithDefault("5s")
    Duration probeTimeout();

    /** Further settings of every client by Kafka's own names, such as {@code security.protocol}; never printed. */
    Map<String, String> client();
}
