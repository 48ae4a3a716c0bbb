package dev.turnkeep.e2e.system;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition by asking again and again; how long something takes is never asserted. */
public final class Await {
    /** Far longer than anything takes on a machine that is not stuck. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final long PAUSE_MILLIS = 25;

    private Await() {}

    /** @throws AssertionError naming what was waited for */
    public static void until(String what, BooleanSupplier condition) {
        until(what, PATIENCE, condition);
    }

    /** @throws AssertionError naming what was waited for */
    public static void until(String what, Duration patience, BooleanSupplier condition) {
        value(what, patience, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
    }

    /**
     * Waits until nothing is left that stands in the way.
     *
     * @throws AssertionError with what is
     */
    public static void settled(String what, Duration patience, Supplier<List<String>> differences) {
        long deadline = System.nanoTime() + patience.toNanos();
        List<String> left = differences.get();
        while (!left.isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited " + patience.toSeconds() + " s in vain until " + what + ": " + left);
            }
            pause(10 * PAUSE_MILLIS);
            left = differences.get();
        }
    }

    /** The first value that there is. */
    public static <T> T value(String what, Supplier<Optional<T>> source) {
        return value(what, PATIENCE, source);
    }

    private static <T> T value(String what, Duration patience, Supplier<Optional<T>> source) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            Optional<T> value = source.get();
            if (value.isPresent()) {
                return value.get();
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited " + patience.toSeconds() + " s in vain until " + what);
            }
            pause(PAUSE_MILLIS);
        }
    }

    /** Lets others work. */
    public static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
