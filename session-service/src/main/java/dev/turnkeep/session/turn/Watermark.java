package dev.turnkeep.session.turn;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Lets {@code processed_through} follow the clock in partitions that have nothing to read: every turn that was appended
 * before the look is stored. Without it the sessions of a quiet partition would never be known to be idle. It also counts
 * the topic's partitions, whether any of them is quiet or not: a key may have moved to a new one.
 *
 * <p>What was read and stored only grows, so a position stays true while the ends are asked for: an end that does not lie
 * beyond it had been reached. The asking and the writing happen on a thread of their own, one look at a time; a partition
 * whose end nobody tells rests, so that it keeps up none of the others.
 */
final class Watermark {
    private static final Logger LOG = Logger.getLogger(Watermark.class);
    private static final Duration SHORTEST_REFRESH = Duration.ofMillis(250);
    private static final Duration REST = Duration.ofSeconds(10);

    /** Where watermarks are kept. */
    interface Store {
        /**
         * Raises the watermarks; answers the shortest idle timeout that any session has.
         *
         * @param nextOffsets by partition: its end, which has been reached; empty when none has
         * @param partitions how many partitions the topic has
         * @param through everything that was appended before is stored; the partitions were counted no earlier
         */
        Duration raise(Map<Integer, Long> nextOffsets, int partitions, Instant through, Instant now);
    }

    /** What the brokers say of the topic now, not what a client remembers. */
    interface Ends {
        /** How many partitions it has. */
        int partitions();

        /** The ends of those partitions that are told in time. */
        Map<Integer, Long> of(Set<Integer> partitions);
    }

    private final Ends ends;
    private final Store store;
    private final Clock clock;
    private final Duration margin;
    private final Duration refresh;
    private final AtomicBoolean looking = new AtomicBoolean();
    /** Until when, by {@link System#nanoTime}, a partition is not asked for. Confined to the look under way. */
    private final Map<Integer, Long> resting = new HashMap<>();

    private volatile Duration pause;
    private volatile double lag = Double.NaN;
    private long lastNanos = System.nanoTime();

    Watermark(Ends ends, Store store, Clock clock, TurnsConfig config) {
        this.ends = ends;
        this.store = store;
        this.clock = clock;
        this.margin = config.watermarkMargin();
        this.refresh = config.watermarkRefresh();
        if (margin.isNegative() || config.producersAge().isNegative()) {
            throw new IllegalArgumentException(
                    "turnkeep.session.turns.watermark-margin and producers-age: 0 or more, else turns are vouched for that "
                            + "nobody has read");
        }
        this.pause = SHORTEST_REFRESH;
    }

    /** Whether it is time for a look; the caller, which is the polling thread, then has it at once. */
    boolean due() {
        if (looking.get() || System.nanoTime() - lastNanos < pause.toNanos()) {
            return false;
        }
        lastNanos = System.nanoTime();
        return true;
    }

    /**
     * Begins a look and returns at once.
     *
     * @param quiet by partition without work under way: everything before is stored
     * @param busy by partition with work under way: the first record that is not known to be stored
     */
    void look(Map<Integer, Long> quiet, Map<Integer, Long> busy) {
        if (looking.compareAndSet(false, true)) {
            Map<Integer, Long> stored = Map.copyOf(quiet);
            Map<Integer, Long> open = new HashMap<>(busy);
            open.putAll(stored);
            Thread.ofVirtual().name("turns-watermark").start(() -> {
                try {
                    raise(stored, open);
                } finally {
                    looking.set(false);
                }
            });
        }
    }

    private void raise(Map<Integer, Long> stored, Map<Integer, Long> open) {
        double waiting = Double.NaN;
        try {
            Instant looked = clock.instant();
            int partitions = ends.partitions();
            Map<Integer, Long> told = told(open);
            waiting = lag(open, told);
            lag = waiting;
            Map<Integer, Long> reached = new HashMap<>(stored);
            reached.entrySet().removeIf(at -> at.getValue() < told.getOrDefault(at.getKey(), Long.MAX_VALUE));
            reached.replaceAll((partition, position) -> told.getOrDefault(partition, position));
            Duration idle = store.raise(reached, partitions, looked.minus(margin), clock.instant());
            // A session of the shortest timeout must not wait for the watermark longer than for the timeout.
            Duration often = idle.dividedBy(2);
            pause = often.compareTo(refresh) > 0 ? refresh : often;
            pause = pause.compareTo(SHORTEST_REFRESH) < 0 ? SHORTEST_REFRESH : pause;
        } catch (RuntimeException e) {
            // The reaper waits meanwhile: nothing ends too early.
            pause = refresh;
            // What waits is known while the store is away: that is when it matters most.
            lag = waiting;
            LOG.warnf("the watermark was not raised: reason=%s", e.getClass().getSimpleName());
        }
    }

    private Map<Integer, Long> told(Map<Integer, Long> open) {
        long now = System.nanoTime();
        resting.values().removeIf(until -> until - now <= 0);
        Set<Integer> asked = new HashSet<>(open.keySet());
        asked.removeAll(resting.keySet());
        Map<Integer, Long> told = asked.isEmpty() ? Map.of() : ends.of(asked);
        asked.removeAll(told.keySet());
        asked.forEach(partition -> resting.put(partition, now + REST.toNanos()));
        return told;
    }

    private static double lag(Map<Integer, Long> open, Map<Integer, Long> told) {
        return told.keySet().containsAll(open.keySet())
                ? open.entrySet().stream()
                        .mapToDouble(at -> Math.max(0, told.getOrDefault(at.getKey(), 0L) - at.getValue()))
                        .sum()
                : Double.NaN;
    }

    /**
     * How many records of this instance's partitions were not stored at the last look; not a number when a partition's end
     * was not told.
     */
    double lag() {
        return lag;
    }
}
