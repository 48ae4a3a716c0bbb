package dev.turnkeep.localstack;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Waits until something answers. */
public final class Readiness {

    /** Between two pings of an engine, which answers or not and keeps no record of it. */
    static final Duration OFTEN = Duration.ofMillis(40);

    private Readiness() {}

    /**
     * Pings until it answers.
     *
     * @param pause between two pings
     * @param alive false ends the wait at once: a process that died will not answer
     * @param log asked for only when the wait fails
     * @throws EngineException when it died, did not answer in time, or the thread was interrupted
     */
    public static <A> void await(
            String name,
            Ping<A> ping,
            A address,
            Duration patience,
            Duration pause,
            BooleanSupplier alive,
            Supplier<String> log) {
        long deadline = System.nanoTime() + patience.toNanos();
        @Nullable Exception last = null;
        while (System.nanoTime() < deadline) {
            if (!alive.getAsBoolean()) throw new EngineException(name + " died at start. Its log ends:\n" + log.get());
            try {
                ping.ping(address);
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EngineException("interrupted while waiting for " + name, e);
            } catch (Exception e) {
                last = e;
            }
            sleep(name, pause);
        }
        String message = "%s at %s did not answer within %d s (%s). Its log ends:%n%s"
                .formatted(name, address, patience.toSeconds(), last, log.get());
        throw last == null ? new EngineException(message) : new EngineException(message, last);
    }

    private static void sleep(String name, Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException("interrupted while waiting for " + name, e);
        }
    }
}
