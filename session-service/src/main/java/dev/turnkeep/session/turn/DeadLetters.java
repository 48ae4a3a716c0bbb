package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.contracts.turn.DeadLetter;
import dev.turnkeep.contracts.turn.TurnReader;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Puts records that can never be stored on the dead-letter topic, as they were read, with the reason. */
final class DeadLetters {
    private final Producer<byte[], byte[]> producer;
    private final String topic;

    DeadLetters(Producer<byte[], byte[]> producer, String topic) {
        this.producer = producer;
        this.topic = topic;
    }

    /** The topic has it when this returns; any failure is the caller's to wait out. */
    void put(ConsumerRecord<byte[], byte[]> source, Problem problem, String detail) {
        DeadLetter letter = new DeadLetter(
                scope(source),
                "session",
                problem,
                detail,
                AppendTimes.first(source),
                new DeadLetter.Source(source.topic(), source.partition(), source.offset()));
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, source.key(), source.value());
        letter.headers().forEach((name, value) -> record.headers().add(name, value));
        Header requeued = source.headers().lastHeader(DeadLetter.REQUEUED_FROM);
        if (requeued != null) {
            record.headers().add(requeued);
        }
        try {
            producer.send(record).get();
        } catch (ExecutionException e) {
            throw new NotConfirmed(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BatchProcessor.Cancelled();
        }
    }

    private static @Nullable Scope scope(ConsumerRecord<byte[], byte[]> source) {
        try {
            return source.value() == null
                    ? null
                    : TurnReader.read(source.value()).address().scope();
        } catch (RuntimeException unreadable) {
            return null;
        }
    }

    /** The broker did not confirm the dead letter. */
    static final class NotConfirmed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotConfirmed(@Nullable Throwable cause) {
            super("the dead-letter topic did not confirm", cause);
        }
    }
}
