package dev.turnkeep.ingest.body;

import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that requests may hold at one time. A request that needs more than is left is told to come back, so that
 * large bodies cannot exhaust the memory. State: one counter.
 */
@Singleton
public class ByteBudget {
    private final long limit;
    private final AtomicLong used = new AtomicLong();

    @Inject
    ByteBudget(BodyConfig config, MeterRegistry meters) {
        this(config.inFlight().asLongValue());
        meters.gauge("turnkeep_ingest_in_flight_bytes", used);
    }

    public ByteBudget(long limit) {
        this.limit = limit;
    }

    /** Nothing yet; to be closed when the request is answered. */
    public Reservation open() {
        return new Reservation();
    }

    public long used() {
        return used.get();
    }

    /** What one request holds. It may be closed by another thread than the one that takes: when the client leaves. */
    public final class Reservation implements AutoCloseable {
        private long held;
        private boolean closed;

        private Reservation() {}

        /**
         * Takes so many bytes more.
         *
         * @throws RetryLater (503) when there are not as many left, or when it is closed: nobody would give them back
         */
        public synchronized void grow(long bytes) {
            if (closed) {
                throw new RetryLater(Problem.OVERLOADED, "nobody waits for the answer any more", Duration.ofSeconds(1));
            }
            if (used.addAndGet(bytes) > limit) {
                used.addAndGet(-bytes);
                throw new RetryLater(
                        Problem.OVERLOADED, "too many bytes in flight on this instance", Duration.ofSeconds(1));
            }
            held += bytes;
        }

        /** Gives back what was taken, and may take again. */
        public synchronized void giveBack() {
            used.addAndGet(-held);
            held = 0;
        }

        /** Gives back what was taken, and takes nothing any more. */
        @Override
        public synchronized void close() {
            closed = true;
            giveBack();
        }
    }
}
