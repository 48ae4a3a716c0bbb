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

    /** What one request holds. Confined to that request's thread. */
    public final class Reservation implements AutoCloseable {
        private long held;

        private Reservation() {}

        /**
         * Takes so many bytes more.
         *
         * @throws RetryLater (503) when there are not as many left
         */
        public void grow(long bytes) {
            if (used.addAndGet(bytes) > limit) {
                used.addAndGet(-bytes);
                throw new RetryLater(
                        Problem.OVERLOADED, "too many bytes in flight on this instance", Duration.ofSeconds(1));
            }
            held += bytes;
        }

        /** Gives back what was taken, once. */
        @Override
        public void close() {
            used.addAndGet(-held);
            held = 0;
        }
    }
}
