package dev.turnkeep.replication.table;

import dev.turnkeep.replication.stream.Backoff;
import java.time.Instant;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Tries for ever: a store that is away stops nothing but time. One per writer. */
final class Retry {
    private static final Logger LOG = Logger.getLogger(Retry.class);

    private final String name;
    private final Supplier<Backoff> backoffs;
    private final TableTrouble trouble;
    private final Runnable counter;

    Retry(String name, Supplier<Backoff> backoffs, TableTrouble trouble, Runnable counter) {
        this.name = name;
        this.backoffs = backoffs;
        this.trouble = trouble;
        this.counter = counter;
    }

    interface Attempt<T> {
        T run() throws InterruptedException;
    }

    /** Another try may succeed. */
    static final class Again extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Again(String message) {
            super(message);
        }

        Again(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The kinds of failure behind it, and where the last one was; not their words, which can quote a row. */
    private static String because(Throwable failure) {
        StringBuilder kinds = new StringBuilder();
        Throwable last = failure;
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            kinds.append(kinds.isEmpty() ? "" : " < ").append(cause.getClass().getName());
            last = cause;
        }
        StackTraceElement[] trace = last.getStackTrace();
        return trace.length == 0
                ? kinds.toString()
                : kinds.append(" at ").append(trace[0]).toString();
    }

    /**
     * The result of the first attempt that does not throw {@link Again}.
     *
     * @throws InterruptedException when the service stops
     */
    <T> T untilItWorks(Attempt<T> attempt) throws InterruptedException {
        Backoff backoff = backoffs.get();
        for (int failures = 1; ; failures++) {
            try {
                T result = attempt.run();
                if (failures > 1) LOG.infof("working again: table=%s failures=%d", name, failures - 1);
                trouble.recovered(name);
                return result;
            } catch (Again e) {
                // What an interrupt broke off says nothing about the store.
                if (Thread.interrupted()) throw new InterruptedException();
                trouble.failing(name, Instant.now(), String.valueOf(e.getMessage()));
                counter.run();
                if (Integer.bitCount(failures) == 1)
                    LOG.warnf(
                            "waiting for a store: table=%s failures=%d why=%s%s",
                            name, failures, e.getMessage(), failures == 1 ? " because=" + because(e) : "");
                Thread.sleep(backoff.next());
            }
        }
    }
}
