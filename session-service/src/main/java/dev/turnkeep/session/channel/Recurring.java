package dev.turnkeep.session.channel;

import java.time.Duration;

/** Something that is done every so often on a thread of its own, and never twice at a time. For one clock that ticks. */
public final class Recurring {
    private final long every;
    private final Runnable task;
    private volatile boolean running;
    private volatile long last = System.nanoTime();

    public Recurring(Duration every, Runnable task) {
        this.every = every.toNanos();
        this.task = task;
    }

    /** @param nanos now, as {@link System#nanoTime} tells it */
    public void tick(long nanos) {
        if (!running && nanos - last >= every) {
            running = true;
            Thread.ofVirtual().name("channel").start(this::run);
        }
    }

    private void run() {
        try {
            task.run();
        } finally {
            last = System.nanoTime();
            running = false;
        }
    }
}
