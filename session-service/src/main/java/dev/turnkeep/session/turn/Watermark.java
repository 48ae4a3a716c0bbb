package dev.turnkeep.session.turn;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Lets {@code processed_through} follow the clock in partitions that have nothing to read: every turn that was appended
 * before the look is stored. Without it the sessions of a quiet partition would never be known to be idle.
 *
 * <p>{@link #due} and {@link #passed} belong to the polling thread; the write happens on a thread of its own, one at a time.
 */
final class Watermark {
    private static final Logger LOG = Logger.getLogger(Watermark.class);
    private static final Duration SHORTEST_REFRESH = Duration.ofMillis(250);

    /** Where watermarks are kept. */
    interface Store {
        /** Raises the watermarks; answers the shortest idle timeout that any session has. */
        Duration raise(Map<Integer, Long> nextOffsets, int partitions, Instant through, Instant now);
    }

    private final Store store;
    private final Clock clock;
    private final Duration margin;
    private final Duration refresh;
    private final AtomicBoolean writing = new AtomicBoolean();
    private volatile Duration pause;
    private long lastNanos = System.nanoTime();

    Watermark(Store store, Clock clock, TurnsConfig config) {
        this.store = store;
        this.clock = clock;
        this.margin = config.watermarkMargin();
        this.refresh = config.watermarkRefresh();
        this.pause = SHORTEST_REFRESH;
    }

    /** Whether to look at the partitions' ends; the caller does so at once. */
    boolean due() {
        if (writing.get() || System.nanoTime() - lastNanos < pause.toNanos()) {
            return false;
        }
        lastNanos = System.nanoTime();
        return true;
    }

    Instant now() {
        return clock.instant();
    }

    /**
     * These partitions had nothing left to process.
     *
     * @param nextOffsets by partition: its end, which has been reached
     * @param partitions how many partitions the topic has
     * @param looked taken before the ends were asked for
     */
    void passed(Map<Integer, Long> nextOffsets, int partitions, Instant looked) {
        if (nextOffsets.isEmpty() || !writing.compareAndSet(false, true)) {
            return;
        }
        Thread.ofVirtual().name("turns-watermark").start(() -> raise(nextOffsets, partitions, looked));
    }

    private void raise(Map<Integer, Long> nextOffsets, int partitions, Instant looked) {
        try {
            Duration idle = store.raise(nextOffsets, partitions, looked.minus(margin), clock.instant());
            // A session of the shortest timeout must not wait for the watermark longer than for the timeout.
            Duration often = idle.dividedBy(2);
            pause = often.compareTo(refresh) > 0 ? refresh : often;
            pause = pause.compareTo(SHORTEST_REFRESH) < 0 ? SHORTEST_REFRESH : pause;
        } catch (RuntimeException e) {
            // The reaper waits meanwhile: nothing ends too early.
            pause = refresh;
            LOG.warnf("the watermark was not raised: reason=%s", e.getClass().getSimpleName());
        } finally {
            writing.set(false);
        }
    }
}
