package dev.turnkeep.platform.postgres;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for the reactive client on a virtual thread, where waiting costs nothing. Never called on an event loop. */
public final class Await {
    private Await() {}

    /**
     * The result; a failure is thrown as it is when unchecked, else wrapped in {@link Unreachable}.
     *
     * @throws Unreachable also when the thread is interrupted
     */
    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw unwrapped(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unreachable("interrupted", e);
        }
    }

    /**
     * As {@link #await(Future)}, but no longer than {@code limit}. What was sent may still take effect.
     *
     * @throws Unreachable also when the limit has passed
     */
    public static <T> T await(Future<T> future, Duration limit) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw unwrapped(e);
        } catch (TimeoutException e) {
            throw new Unreachable("no answer in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unreachable("interrupted", e);
        }
    }

    private static RuntimeException unwrapped(ExecutionException e) {
        return e.getCause() instanceof RuntimeException unchecked
                ? unchecked
                : new Unreachable("the store did not answer", e.getCause() == null ? e : e.getCause());
    }

    /** The store could not be reached or did not answer; whether the statement took effect is unknown. */
    public static final class Unreachable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unreachable(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
