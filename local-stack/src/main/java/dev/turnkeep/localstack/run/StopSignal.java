package dev.turnkeep.localstack.run;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * SIGINT or SIGTERM, told to the one thread that works: it is interrupted while it starts things, never while it stops
 * them, and the JVM lives until it is done.
 */
final class StopSignal {

    private static final Duration STOPPING = Duration.ofSeconds(90);

    private final CountDownLatch came = new CountDownLatch(1);
    private final Thread worker;
    private boolean interrupts = true;

    private StopSignal(Thread worker) {
        this.worker = worker;
    }

    /** From now on the signal interrupts the calling thread. */
    static StopSignal interruptingThisThread() {
        StopSignal signal = new StopSignal(Thread.currentThread());
        Runtime.getRuntime().addShutdownHook(new Thread(signal::arrive));
        return signal;
    }

    /** From now on it does not, and what it did before is undone. */
    synchronized void interruptNoMore() {
        interrupts = false;
        boolean _ = Thread.interrupted();
    }

    boolean hasCome() {
        return came.getCount() == 0;
    }

    /** Whether it came within the time. */
    boolean comesWithin(Duration time) {
        try {
            return came.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void arrive() {
        came.countDown();
        synchronized (this) {
            if (interrupts) worker.interrupt();
        }
        try {
            worker.join(STOPPING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
