package dev.turnkeep.ingest.kafka;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.platform.kafka.TopicState;
import dev.turnkeep.platform.trace.Tracing;
import dev.turnkeep.platform.trace.Work;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * Hands records to Kafka and waits until all in-sync replicas have them. What is not confirmed within the deadline may
 * still arrive: the identity of turns makes posting them again harmless. Blocks: for virtual threads only.
 */
@Singleton
public class RecordLog {
    private final Producer<byte[], byte[]> producer;
    private final IngestTopics topics;
    private final Duration deadline;
    private final Timer confirmed;
    private final Tracing tracing;

    RecordLog(
            Producer<byte[], byte[]> producer,
            IngestTopics topics,
            PublishConfig config,
            MeterRegistry meters,
            Tracing tracing) {
        this.producer = producer;
        this.topics = topics;
        this.deadline = config.deadline();
        this.tracing = tracing;
        this.confirmed = Timer.builder("turnkeep_ingest_kafka_confirm")
                .description("From handing a request's records to Kafka until all are confirmed")
                .publishPercentileHistogram()
                .register(meters);
    }

    /**
     * Returns once every record is on all in-sync replicas.
     *
     * @throws RetryLater (503) when that cannot be said within the deadline; some of them may be there
     * @throws Invalid (413) when the brokers refuse a record for its size
     */
    public void append(List<Outgoing> records) {
        if (!topics.state().writable()) {
            throw RetryLater.unavailable(reason(topics.state()));
        }
        try (Work sending = tracing.sending(topics.turns(), records.size())) {
            send(records, sending);
        }
    }

    private void send(List<Outgoing> records, Work sending) {
        long start = System.nanoTime();
        try {
            List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
            for (Outgoing record : records) {
                sent.add(producer.send(record.forProducer()));
            }
            for (Future<RecordMetadata> each : sent) {
                each.get(Math.max(0, deadline.toNanos() - (System.nanoTime() - start)), TimeUnit.NANOSECONDS);
            }
            confirmed.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            sending.failed(e.getCause() == null ? e : e.getCause());
            throw refused(e.getCause());
        } catch (KafkaException e) {
            sending.failed(e);
            throw refused(e);
        } catch (TimeoutException e) {
            sending.failed(e);
            throw RetryLater.unavailable("Kafka did not confirm in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RetryLater.unavailable("the service is stopping");
        }
    }

    private static RuntimeException refused(@Nullable Throwable cause) {
        return cause instanceof RecordTooLargeException
                ? new Invalid(Problem.TOO_LARGE, null, "the turn exceeds the topic's limit")
                : RetryLater.unavailable("Kafka cannot confirm at the moment");
    }

    private static String reason(TopicState state) {
        return state instanceof TopicState.Refused ? "the topics cannot be used as they are" : "Kafka is not there yet";
    }

    // Requests are answered by now: what they wait for is confirmed, and nothing new comes.
    void close(@Observes @Priority(Integer.MAX_VALUE) ShutdownEvent stopping) {
        producer.close(deadline);
    }
}
