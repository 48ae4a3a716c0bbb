package dev.turnkeep.session.turn;

import dev.turnkeep.platform.kafka.KafkaConfig;
import dev.turnkeep.platform.kafka.KafkaSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** Asks the brokers, each partition's leader by itself: one without a leader delays the others by no more than a look. */
final class BrokerEnds implements Watermark.Ends, AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Admin admin;
    private final String topic;

    BrokerEnds(KafkaConfig config, String topic) {
        this.admin = Admin.create(KafkaSettings.of(config));
        this.topic = topic;
    }

    @Override
    public int partitions() {
        var options = new DescribeTopicsOptions().timeoutMs(Math.toIntExact(LOOK.toMillis()));
        KafkaFuture<Integer> count = admin.describeTopics(List.of(topic), options)
                .allTopicNames()
                .thenApply(topics -> topics.values().stream()
                        .mapToInt(description -> description.partitions().size())
                        .sum());
        try {
            return within(count, LOOK.toNanos());
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException("the partitions could not be counted", e);
        }
    }

    @Override
    public Map<Integer, Long> of(Set<Integer> partitions) {
        Map<TopicPartition, OffsetSpec> latest = partitions.stream()
                .collect(Collectors.toMap(number -> new TopicPartition(topic, number), number -> OffsetSpec.latest()));
        ListOffsetsResult asked =
                admin.listOffsets(latest, new ListOffsetsOptions().timeoutMs(Math.toIntExact(LOOK.toMillis())));
        long deadline = System.nanoTime() + LOOK.toNanos();
        Map<Integer, Long> ends = new HashMap<>();
        for (TopicPartition partition : latest.keySet()) {
            try {
                long left = Math.max(0, deadline - System.nanoTime());
                ends.put(
                        partition.partition(),
                        within(asked.partitionResult(partition), left).offset());
            } catch (ExecutionException | TimeoutException e) {
                // Nobody leads it at the moment: it is left out.
            }
        }
        return ends;
    }

    private static <T> T within(KafkaFuture<T> answer, long nanos) throws ExecutionException, TimeoutException {
        try {
            return answer.get(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
