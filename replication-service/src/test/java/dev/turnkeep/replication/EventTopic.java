package dev.turnkeep.replication;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** What was published, as a consumer reads it. For one thread. */
public final class EventTopic implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<String> ids = new ArrayList<>();
    private final Set<String> distinct = new LinkedHashSet<>();
    private @Nullable ConsumerRecord<byte[], byte[]> newest;

    public EventTopic(String bootstrap, String topicPrefix) {
        consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "group.id",
                        "test-" + UUID.randomUUID(),
                        "auto.offset.reset",
                        "earliest",
                        "metadata.max.age.ms",
                        500,
                        // A million events are read in a few hundred calls, and a test looks away for long.
                        "max.poll.records",
                        10_000,
                        "max.poll.interval.ms",
                        3_600_000,
                        "allow.auto.create.topics",
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.subscribe(List.of(topicPrefix + "session-events.v1"));
    }

    /** Reads what has come; returns how many were read so far. */
    public int count() {
        for (ConsumerRecord<byte[], byte[]> event : consumer.poll(Duration.ofMillis(200))) {
            newest = event;
            String id = json(event).get("id").asText();
            ids.add(id);
            distinct.add(id);
        }
        return ids.size();
    }

    /** The one that was read last. */
    public ConsumerRecord<byte[], byte[]> newest() {
        return Objects.requireNonNull(newest);
    }

    public List<String> ids() {
        count();
        return List.copyOf(ids);
    }

    /** Each once, where it came first. */
    public Set<String> distinctIds() {
        count();
        return distinct;
    }

    public static JsonNode json(ConsumerRecord<byte[], byte[]> event) {
        try {
            return JSON.readTree(event.value());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
