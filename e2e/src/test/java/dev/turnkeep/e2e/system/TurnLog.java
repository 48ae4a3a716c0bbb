package dev.turnkeep.e2e.system;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.localstack.KafkaAddress;
import dev.turnkeep.localstack.kafka.KafkaPing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * The topics of a running system, seen from the brokers.
 *
 * @param group the session service's
 */
public record TurnLog(KafkaAddress kafka, String topicPrefix, String group) {

    /** Returns once the session service has acknowledged every turn that is on the topic now. */
    public void awaitConsumed() {
        try (Admin admin = KafkaPing.admin(kafka)) {
            Map<TopicPartition, Long> ends = ends(admin, "turns.v1");
            Await.until("the session service has consumed all turns", () -> {
                var committed = get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
                return ends.entrySet().stream().allMatch(end -> {
                    var offset = committed.get(end.getKey());
                    return end.getValue() == 0 || (offset != null && offset.offset() >= end.getValue());
                });
            });
        }
    }

    /** How many records the dead-letter topic has. */
    public long deadLetters() {
        try (Admin admin = KafkaPing.admin(kafka)) {
            return ends(admin, "turns.dlq.v1").values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    /** The ids of an organisation's session events of a type, as often as they are on the topic now. */
    public List<String> sessionEvents(UUID org, String type) {
        return sessionEvents(event -> event.path("source").asText().endsWith(org.toString())
                && event.path("type").asText().equals("dev.turnkeep." + type));
    }

    /** The ids of an organisation's session events, as often as they are on the topic now. */
    public List<String> sessionEvents(UUID org) {
        return sessionEvents(event -> event.path("source").asText().endsWith(org.toString()));
    }

    private List<String> sessionEvents(Predicate<JsonNode> wanted) {
        Map<TopicPartition, Long> ends;
        try (Admin admin = KafkaPing.admin(kafka)) {
            ends = ends(admin, "session-events.v1");
        }
        List<String> ids = new ArrayList<>();
        Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrap(), "enable.auto.commit", false);
        var text = new StringDeserializer();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings, text, text)) {
            consumer.assign(ends.keySet());
            consumer.seekToBeginning(ends.keySet());
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    JsonNode event = Http.parsed(record.value());
                    if (wanted.test(event)) {
                        ids.add(event.path("id").asText());
                    }
                });
            }
        }
        return ids;
    }

    private Map<TopicPartition, Long> ends(Admin admin, String topic) {
        String name = topicPrefix + topic;
        Map<TopicPartition, OffsetSpec> latest =
                get(admin.describeTopics(List.of(name)).allTopicNames()).values().stream()
                        .flatMap(description -> description.partitions().stream())
                        .map(info -> new TopicPartition(name, info.partition()))
                        .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()));
        return get(admin.listOffsets(latest).all()).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
