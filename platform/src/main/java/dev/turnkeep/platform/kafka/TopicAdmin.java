package dev.turnkeep.platform.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;

/** The few questions that are asked about topics, each within the configured time. Blocks: for virtual threads only. */
final class TopicAdmin implements AutoCloseable {
    private static final String IN_SYNC = "min.insync.replicas";
    private static final int LEAST_IN_SYNC = 2;
    // With two of them, one that is away would stop all writing.
    private static final int ENOUGH_REPLICAS = 3;

    private final Admin admin;
    private final KafkaConfig config;

    TopicAdmin(KafkaConfig config) {
        this.config = config;
        this.admin = Admin.create(KafkaSettings.of(config));
    }

    /** Makes the topics that are missing; another instance may make them at the same moment. */
    void create(Collection<TopicSpec> topics) throws ExecutionException, TimeoutException, InterruptedException {
        Set<String> there = within(admin.listTopics().names());
        List<NewTopic> missing = topics.stream()
                .filter(topic -> !there.contains(topic.name()))
                .map(this::newTopic)
                .toList();
        for (Map.Entry<String, KafkaFuture<Void>> made :
                admin.createTopics(missing).values().entrySet()) {
            try {
                within(made.getValue());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e;
                }
            }
        }
    }

    private NewTopic newTopic(TopicSpec topic) {
        Map<String, String> configs = new HashMap<>(topic.configs());
        if (config.topicReplication().orElse((short) 1) >= ENOUGH_REPLICAS) {
            configs.put(IN_SYNC, Integer.toString(LEAST_IN_SYNC));
        }
        return new NewTopic(topic.name(), Optional.of(config.topicPartitions()), config.topicReplication())
                .configs(configs);
    }

    /** What is wrong with the topics, in words for an operator; empty when nothing is. */
    List<String> faults(Collection<TopicSpec> topics)
            throws ExecutionException, TimeoutException, InterruptedException {
        Map<ConfigResource, TopicSpec> resources = topics.stream()
                .collect(Collectors.toMap(
                        topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic.name()), topic -> topic));
        Map<ConfigResource, Config> configs =
                within(admin.describeConfigs(resources.keySet()).all());
        List<String> faults = new ArrayList<>();
        resources.forEach((resource, topic) -> topic.required().forEach((name, value) -> {
            Config found = configs.get(resource);
            if (found == null
                    || found.get(name) == null
                    || !value.equals(found.get(name).value())) {
                faults.add("topic " + topic.name() + " must have " + name + "=" + value);
            }
        }));
        Map<String, TopicDescription> topicsThere =
                within(admin.describeTopics(topics.stream().map(TopicSpec::name).toList())
                        .allTopicNames());
        configs.forEach((resource, found) -> durability(
                        resource.name(), replicas(topicsThere.get(resource.name())), found.get(IN_SYNC))
                .ifPresent(faults::add));
        return faults;
    }

    private static int replicas(@Nullable TopicDescription topic) {
        return topic == null
                ? 0
                : topic.partitions().stream()
                        .mapToInt(partition -> partition.replicas().size())
                        .min()
                        .orElse(0);
    }

    /** What all in-sync replicas have is lost with the one broker that is in sync, while the others are not. */
    private static Optional<String> durability(String topic, int replicas, @Nullable ConfigEntry inSync) {
        boolean alone = inSync != null && Integer.parseInt(inSync.value()) < LEAST_IN_SYNC;
        return replicas >= ENOUGH_REPLICAS && alone
                ? Optional.of("topic " + topic + " must have " + IN_SYNC + "=" + LEAST_IN_SYNC)
                : Optional.empty();
    }

    private <T> T within(KafkaFuture<T> answer) throws ExecutionException, TimeoutException, InterruptedException {
        return answer.get(config.probeTimeout().toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
