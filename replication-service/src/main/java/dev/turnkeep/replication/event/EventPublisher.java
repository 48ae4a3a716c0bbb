package dev.turnkeep.replication.event;

import dev.turnkeep.contracts.event.SessionCloudEvent;
import dev.turnkeep.contracts.turn.Topics;
import dev.turnkeep.platform.kafka.KafkaConfig;
import dev.turnkeep.platform.kafka.KafkaSettings;
import dev.turnkeep.platform.trace.Traceparent;
import dev.turnkeep.platform.trace.Tracing;
import dev.turnkeep.platform.trace.Work;
import dev.turnkeep.replication.event.Acknowledgements.Acknowledgement;
import io.micrometer.core.instrument.Counter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Hands events to Kafka; it keeps trying, in order, until all in-sync replicas have them. */
final class EventPublisher implements AutoCloseable {
    private static final byte[] CONTENT_TYPE = SessionCloudEvent.CONTENT_TYPE.getBytes(StandardCharsets.UTF_8);
    private static final int OVERHEAD = 1024 * 1024;

    private final Producer<byte[], byte[]> producer;
    private final String topic;
    private final Duration unreadyAfter;
    private final Counter published;
    private final Tracing tracing;
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile long progress = System.nanoTime();

    EventPublisher(KafkaConfig kafka, EventsConfig config, String topic, Counter published, Tracing tracing) {
        Map<String, Object> settings = KafkaSettings.of(kafka);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.LARGEST_RECORD + OVERHEAD);
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, config.buffer().asLongValue());
        settings.put(
                ProducerConfig.LINGER_MS_CONFIG, Math.toIntExact(config.linger().toMillis()));
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, config.patience().toMillis());
        // An outage is waited for: the producer's own tries keep the order, a new one would not know what has arrived.
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        this.producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        this.topic = topic;
        this.unreadyAfter = config.unreadyAfter();
        this.published = published;
        this.tracing = tracing;
    }

    /** Returns when the event is on its way, which may take as long as Kafka is away. */
    void publish(SessionCloudEvent event, Acknowledgement answer) throws InterruptedException {
        RecordHeaders headers = new RecordHeaders();
        headers.add(new RecordHeader("content-type", CONTENT_TYPE));
        // The event's attribute says what caused it, for ever; the record's header where its consumer goes on from.
        Work sending = tracing.sending(topic, event.traceparent());
        String traceparent = sending.traceparent();
        if (traceparent != null) {
            headers.add(new RecordHeader(Traceparent.HEADER, traceparent.getBytes(StandardCharsets.UTF_8)));
        }
        var record = new ProducerRecord<>(topic, null, null, event.key(), event.value(), headers);
        if (waiting.getAndIncrement() == 0) {
            progress = System.nanoTime();
        }
        while (!accepted(record, answer, sending)) {
            if (Thread.interrupted()) {
                sending.close();
                throw new InterruptedException("ended");
            }
        }
    }

    /** False when the record was not taken: no room in the buffer, or no broker that knows the topic. */
    private boolean accepted(ProducerRecord<byte[], byte[]> record, Acknowledgement answer, Work sending)
            throws InterruptedException {
        Thread sender = Thread.currentThread();
        AtomicBoolean taken = new AtomicBoolean(true);
        try {
            // The producer tells of it as of any failure, but before it returns, and on this thread.
            var _ = producer.send(record, (_, failed) -> {
                if (failed instanceof TimeoutException && Thread.currentThread() == sender) {
                    taken.set(false);
                    refused.incrementAndGet();
                } else {
                    done(answer, sending, failed);
                }
            });
        } catch (InterruptException e) {
            // It has set the flag.
            boolean _ = Thread.interrupted();
            sending.close();
            throw new InterruptedException("ended");
        }
        return taken.get();
    }

    private void done(Acknowledgement answer, Work sending, @Nullable Exception failed) {
        if (failed != null) {
            sending.failed(failed);
        }
        sending.close();
        switch (failed) {
            case null -> {
                waiting.decrementAndGet();
                progress = System.nanoTime();
                published.increment();
                answer.confirmed();
            }
            case RecordTooLargeException e -> {
                waiting.decrementAndGet();
                answer.refused("larger than the topic takes: " + e.getMessage());
            }
            case RuntimeException e -> answer.failed(e);
            case Exception e -> answer.failed(new KafkaException(e));
        }
    }

    /** How often an event had to be handed over again because the producer would not take it. */
    long refused() {
        return refused.get();
    }

    /** Why events wait; empty while they flow. */
    Optional<String> trouble() {
        boolean stuck = waiting.get() > 0 && System.nanoTime() - progress > unreadyAfter.toNanos();
        return stuck ? Optional.of("Kafka confirms no events") : Optional.empty();
    }

    /** At once: what is not confirmed will be sent again. */
    @Override
    public void close() {
        producer.close(Duration.ZERO);
    }
}
