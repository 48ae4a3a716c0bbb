package dev.turnkeep.ingest.kafka;

import dev.turnkeep.contracts.turn.Topics;
import dev.turnkeep.platform.kafka.KafkaConfig;
import dev.turnkeep.platform.kafka.KafkaSettings;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The one producer of an instance. */
final class Producers {
    /** What a record's batch adds to its bytes at the most; the limit on a record is the broker's, on its batch. */
    private static final int OVERHEAD = 1024 * 1024;

    private Producers() {}

    @Produces
    @Singleton
    static Producer<byte[], byte[]> producer(KafkaConfig kafka, PublishConfig config) {
        int deadline = Math.toIntExact(config.deadline().toMillis());
        int linger = Math.toIntExact(config.linger().toMillis());
        Map<String, Object> settings = KafkaSettings.of(kafka);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
        settings.put(ProducerConfig.COMPRESSION_ZSTD_LEVEL_CONFIG, config.compressionLevel());
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.LARGEST_RECORD + OVERHEAD);
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, config.buffer().asLongValue());
        settings.put(
                ProducerConfig.BATCH_SIZE_CONFIG, Math.toIntExact(config.batch().asLongValue()));
        settings.put(ProducerConfig.LINGER_MS_CONFIG, linger);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, deadline);
        // Two attempts fit into the deadline; waiting for metadata or for room in the buffer takes half of it at most.
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.max(1, deadline / 2 - linger));
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Math.max(1, deadline / 2));
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
