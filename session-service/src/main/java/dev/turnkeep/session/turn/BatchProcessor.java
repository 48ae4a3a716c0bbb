package dev.turnkeep.session.turn;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.trace.LoggedTrace;
import dev.turnkeep.platform.trace.Traceparent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jboss.logging.Logger;

/**
 * Brings the records of one partition into Postgres, in their order, and returns only when every one of them is stored or
 * on the dead-letter topic. A transient failure is waited out for ever; a record that the store refuses for good is found
 * by bisecting, and its neighbours are stored.
 */
final class BatchProcessor {
    private static final Logger LOG = Logger.getLogger(BatchProcessor.class);
    private static final int CONFLICTS = 10;

    /** Where retrying shows: in readiness and in metrics. */
    interface Progress {
        void stored(Outcome outcome);

        void deadLetter(Problem problem);

        void failing(Instant since);

        void recovered();
    }

    /** Where turns go: {@link TurnTransaction#store}. */
    interface Store {
        Outcome store(List<PendingTurn> batch);
    }

    /** Where records go that can never be stored: {@link DeadLetters#put}. */
    interface Refusals {
        void put(ConsumerRecord<byte[], byte[]> source, Problem problem, String detail);
    }

    private final Store store;
    private final Refusals refusals;
    private final TurnsConfig config;

    BatchProcessor(Store store, Refusals refusals, TurnsConfig config) {
        this.store = store;
        this.refusals = refusals;
        this.config = config;
    }

    /** The partition was taken away, or the service stops: whoever has it next reads the records again. */
    static final class Cancelled extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Processes records of one partition.
     *
     * @throws Cancelled once {@code cancelled} says so while waiting; what was committed stays, and is known when read again
     */
    void process(List<ConsumerRecord<byte[], byte[]>> records, Cancellation cancelled, Progress progress) {
        List<PendingTurn> batch = new ArrayList<>();
        long bytes = 0;
        for (ConsumerRecord<byte[], byte[]> source : records) {
            long size = source.value() == null ? 0 : source.value().length;
            if (!batch.isEmpty()
                    && (batch.size() >= config.batchTurns()
                            || bytes + size > config.batchSize().asLongValue())) {
                store(batch, cancelled, progress);
                batch = new ArrayList<>();
                bytes = 0;
            }
            try {
                batch.add(PendingTurn.read(source));
                bytes += size;
            } catch (Invalid e) {
                bury(source, e.problem(), e.detail(), cancelled, progress);
            } catch (PendingTurn.NotStamped e) {
                throw e;
            } catch (RuntimeException e) {
                // The reader means to refuse what it cannot read; what it did not foresee must not stop the partition.
                bury(source, Problem.UNREADABLE_RECORD, e.getClass().getSimpleName(), cancelled, progress);
            }
        }
        if (!batch.isEmpty()) {
            store(batch, cancelled, progress);
        }
    }

    private void store(List<PendingTurn> batch, Cancellation cancelled, Progress progress) {
        try {
            Outcome outcome = patiently(() -> store.store(batch), cancelled, progress);
            progress.stored(outcome);
            for (Refused refused : outcome.refused()) {
                bury(refused.turn().source(), refused.problem(), refused.detail(), cancelled, progress);
            }
        } catch (PoisonException e) {
            if (batch.size() == 1) {
                bury(batch.getFirst().source(), Problem.POISON, e.reason(), cancelled, progress);
                return;
            }
            int half = batch.size() / 2;
            store(batch.subList(0, half), cancelled, progress);
            store(batch.subList(half, batch.size()), cancelled, progress);
        }
    }

    private void bury(
            ConsumerRecord<byte[], byte[]> source,
            Problem problem,
            String detail,
            Cancellation cancelled,
            Progress progress) {
        patiently(
                () -> {
                    refusals.put(source, problem, detail);
                    return problem;
                },
                cancelled,
                progress);
        progress.deadLetter(problem);
        Header traceparent = source.headers().lastHeader(Traceparent.HEADER);
        try (var _ = LoggedTrace.of(traceparent == null ? null : new String(traceparent.value(), UTF_8))) {
            LOG.warnf(
                    "turn refused: code=%s topic=%s partition=%d offset=%d",
                    problem.code(), source.topic(), source.partition(), source.offset());
        }
    }

    private interface Step<T> {
        T run();
    }

    private <T> T patiently(Step<T> step, Cancellation cancelled, Progress progress) {
        Duration pause = config.retryMin();
        Instant since = Instant.MIN;
        int conflicts = 0;
        while (true) {
            cancelled.check();
            try {
                T result = step.run();
                if (!since.equals(Instant.MIN)) {
                    progress.recovered();
                }
                return result;
            } catch (RuntimeException e) {
                switch (Failure.of(e)) {
                    case Failure.Poison poison -> throw new PoisonException(poison.reason(), e);
                    case Failure.Conflict conflict -> {
                        // The price of locking, usually gone at the next try.
                        if (++conflicts >= CONFLICTS && conflict.lasting()) {
                            throw new PoisonException(conflict.reason(), e);
                        }
                        if (conflicts == CONFLICTS) {
                            since = waiting(since, conflict.reason(), progress);
                        }
                        pause = config.retryMin();
                    }
                    case Failure.Transient transientFailure ->
                        since = waiting(since, transientFailure.reason(), progress);
                }
            }
            cancelled.sleep(jittered(pause));
            pause = pause.multipliedBy(2).compareTo(config.retryMax()) > 0 ? config.retryMax() : pause.multipliedBy(2);
        }
    }

    /** Says so the first time; answers since when. */
    private static Instant waiting(Instant since, String reason, Progress progress) {
        if (!since.equals(Instant.MIN)) {
            return since;
        }
        Instant now = Instant.now();
        progress.failing(now);
        LOG.warnf("turns wait for a store: reason=%s", reason);
        return now;
    }

    private static Duration jittered(Duration pause) {
        long millis = Math.max(2, pause.toMillis());
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(millis / 2, millis));
    }

    private static final class PoisonException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String reason;

        PoisonException(String reason, RuntimeException cause) {
            super(reason, cause);
            this.reason = reason;
        }

        String reason() {
            return reason;
        }
    }
}
