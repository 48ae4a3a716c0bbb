package dev.turnkeep.benchmarks;

import dev.turnkeep.contracts.turn.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A topic of turns, seen from outside of the services. */
record Topic(String bootstrap, String name) {
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final int EMPTY_POLLS = 20;

    /** As the services make theirs. */
    void create(int partitions) throws InterruptedException, ExecutionException {
        NewTopic topic = new NewTopic(name, partitions, (short) 1)
                .configs(new Topics("").turns().configs());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(topic)).all().get();
        }
    }

    /** How many records it holds, all told. */
    long size() {
        try (var consumer = consumer()) {
            return consumer.endOffsets(partitions(consumer)).values().stream()
                    .mapToLong(end -> end)
                    .sum();
        }
    }

    /** The newest records of every partition: so many, or up to so many bytes. */
    List<ConsumerRecord<byte[], byte[]>> newest(int records, long bytes) {
        List<ConsumerRecord<byte[], byte[]>> read = new ArrayList<>();
        try (var consumer = consumer()) {
            List<TopicPartition> partitions = partitions(consumer);
            consumer.assign(partitions);
            consumer.endOffsets(partitions)
                    .forEach((partition, end) ->
                            consumer.seek(partition, Math.max(0, end - records / partitions.size())));
            long size = 0;
            for (int empty = 0; empty < EMPTY_POLLS && read.size() < records && size < bytes; empty++) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    read.add(record);
                    size += record.value().length;
                    empty = 0;
                }
                if (consumer.endOffsets(partitions).entrySet().stream()
                        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
                    return read;
                }
            }
        }
        return read;
    }

    /** The settings of ingest-service's own producer. */
    KafkaProducer<byte[], byte[]> producer() {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                bootstrap,
                "acks",
                "all",
                "enable.idempotence",
                true,
                "compression.type",
                "zstd",
                "compression.zstd.level",
                1,
                "linger.ms",
                2,
                "batch.size",
                256 * 1024,
                "buffer.memory",
                128L * 1024 * 1024,
                "max.request.size",
                Topics.LARGEST_RECORD);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Sends the records again and again; returns how many were confirmed once the time is over. */
    int fill(KafkaProducer<byte[], byte[]> producer, List<ConsumerRecord<byte[], byte[]>> records, Duration atLeast)
            throws InterruptedException, ExecutionException {
        long end = System.nanoTime() + atLeast.toNanos();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        while (System.nanoTime() < end) {
            for (ConsumerRecord<byte[], byte[]> record : records) {
                sent.add(producer.send(new ProducerRecord<>(name, record.key(), record.value())));
            }
        }
        producer.flush();
        for (Future<RecordMetadata> each : sent) {
            each.get();
        }
        return sent.size();
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "enable.auto.commit", false);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) {
        return consumer.partitionsFor(name).stream()
                .map(partition -> new TopicPartition(name, partition.partition()))
                .toList();
    }
}
