package dev.turnkeep.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.turn.Topics;
import dev.turnkeep.localstack.Ports;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import dev.turnkeep.localstack.kafka.KafkaPing;
import dev.turnkeep.platform.kafka.KafkaConfig;
import dev.turnkeep.platform.kafka.TopicGuard;
import dev.turnkeep.platform.kafka.TopicSpec;
import dev.turnkeep.platform.kafka.TopicState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

@WithLocalStack
class TopicGuardIT {
    private final TestSpace space;
    private final Topics topics;

    TopicGuardIT(TestSpace space) {
        this.space = space;
        this.topics = new Topics(space.topicPrefix());
    }

    @Test
    void makesTheTopicsThatAreMissingAsTheyAreRequired() throws Exception {
        // Given
        Topics mine = new Topics(space.topicPrefix() + "made.");

        // When
        try (TopicGuard guard = TopicGuard.start(config(space.kafkaBootstrap()), specs(mine));
                TopicGuard other = TopicGuard.start(config(space.kafkaBootstrap()), specs(mine))) {
            Eventually.holds("verified", () -> guard.state() instanceof TopicState.Verified);
            Eventually.holds("verified", () -> other.state() instanceof TopicState.Verified);
        }

        // Then
        try (Admin admin = KafkaPing.admin(space.kafka())) {
            Config config = config(admin, mine.turns().name());
            assertThat(config.get("message.timestamp.type").value()).isEqualTo("LogAppendTime");
            assertThat(config.get("max.message.bytes").value()).isEqualTo("52428800");
            assertThat(config.get("compression.type").value()).isEqualTo("zstd");
            assertThat(config.get("retention.ms").value()).isEqualTo("1209600000");
            assertThat(admin.describeTopics(List.of(mine.turns().name()))
                            .allTopicNames()
                            .get()
                            .values())
                    .allSatisfy(topic -> assertThat(topic.partitions()).hasSize(3));
        }
    }

    @Test
    void refusesATopicWhoseTimesAreTheCallersUntilItIsChanged() throws Exception {
        // Given
        String name = topics.turns().name();
        try (Admin admin = KafkaPing.admin(space.kafka());
                TopicGuard guard = startedOn(admin, name)) {
            Eventually.holds("refused", () -> guard.state() instanceof TopicState.Refused);
            assertThat(guard.state().writable()).isFalse();
            assertThat(guard.state())
                    .isEqualTo(new TopicState.Refused(
                            "topic " + name + " must have message.timestamp.type=LogAppendTime"));

            // When
            ConfigEntry appendTime = new ConfigEntry("message.timestamp.type", "LogAppendTime");
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, name),
                            List.of(new AlterConfigOp(appendTime, AlterConfigOp.OpType.SET))))
                    .all()
                    .get();

            // Then
            Eventually.holds("verified", () -> guard.state() instanceof TopicState.Verified);
        }
    }

    @Test
    void waitsForAClusterThatIsNotThere() throws InterruptedException {
        // Given
        String nobody = "127.0.0.1:" + Ports.free();

        // When
        try (TopicGuard guard = TopicGuard.start(config(nobody), specs(topics))) {

            // Then
            Eventually.holds(
                    "asked",
                    () -> guard.state() instanceof TopicState.Waiting(String reason)
                            && reason.equals("TimeoutException"));
            assertThat(guard.state().writable()).isFalse();
        }
    }

    private TopicGuard startedOn(Admin admin, String name) throws ExecutionException, InterruptedException {
        admin.createTopics(List.of(new NewTopic(name, Optional.of(1), Optional.empty())))
                .all()
                .get();
        return TopicGuard.start(config(space.kafkaBootstrap()), specs(topics));
    }

    private static Config config(Admin admin, String topic) throws ExecutionException, InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return Objects.requireNonNull(
                        admin.describeConfigs(List.of(resource)).values().get(resource))
                .get();
    }

    private static List<TopicSpec> specs(Topics topics) {
        return topics.all().stream()
                .map(topic -> new TopicSpec(topic.name(), topic.configs(), topic.required()))
                .toList();
    }

    private static KafkaConfig config(String bootstrap) {
        return new FixedKafka(
                bootstrap, "", 3, Optional.empty(), Duration.ofMillis(100), Duration.ofSeconds(2), Map.of());
    }

    private record FixedKafka(
            String bootstrapServers,
            String topicPrefix,
            int topicPartitions,
            Optional<Short> topicReplication,
            Duration probe,
            Duration probeTimeout,
            Map<String, String> client)
            implements KafkaConfig {}
}
