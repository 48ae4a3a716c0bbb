package dev.turnkeep.session.turn;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tells a partition's work to stop where it can: before a transaction, or while it waits. */
final class Cancellation {
    private final CountDownLatch cancelled = new CountDownLatch(1);

    void cancel() {
        cancelled.countDown();
    }

    /** Throws when the work is cancelled. */
    void check() {
        if (cancelled.getCount() == 0) {
            throw new BatchProcessor.Cancelled();
        }
    }

    /** Waits, and throws as soon as the work is cancelled. */
    void sleep(Duration pause) {
        try {
            if (cancelled.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new BatchProcessor.Cancelled();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BatchProcessor.Cancelled();
        }
    }
}
