package dev.turnkeep.reaper.config;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;

/** What the settings may be. One that is out of bounds stops the start, before any job has begun. */
@Singleton
public class Bounds {
    private static final int LARGEST_BATCH = 10_000;
    private static final int MOST_PARALLEL = 64;
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration YEAR = Duration.ofDays(365);

    private final ReaperConfig config;

    Bounds(ReaperConfig config) {
        this.config = config;
    }

    void start(@Observes @Priority(1) StartupEvent started) {
        check(config);
    }

    /**
     * Looks at every setting.
     *
     * @throws IllegalArgumentException that names the first one out of bounds, and the bounds
     */
    public static void check(ReaperConfig config) {
        within("batch", config.batch(), 1, LARGEST_BATCH);
        within("parallel", config.parallel(), 1, MOST_PARALLEL);
        within("claim-lease", config.claimLease(), SECOND, Duration.ofHours(1));
        within("max-lease-age", config.maxLeaseAge(), Duration.ZERO, YEAR);
        within("retry-min", config.retryMin(), Duration.ofMillis(1), Duration.ofDays(1));
        within("retry-max", config.retryMax(), config.retryMin(), Duration.ofDays(1));
        within("dead-letter-after", config.deadLetterAfter(), 1, 1_000_000);
        within("reap.every", config.reap().every(), SECOND, Duration.ofDays(1));
        within("sweep.every", config.sweep().every(), SECOND, Duration.ofDays(1));
        within("expire.every", config.expire().every(), SECOND, Duration.ofDays(1));
        within("retire.every", config.retire().every(), SECOND, Duration.ofDays(30));
        within("check.every", config.check().every(), SECOND, Duration.ofDays(30));
        within("check.sessions", config.check().sessions(), 0, Long.MAX_VALUE);
        within("check.event-retention", config.check().eventRetention(), SECOND, YEAR.multipliedBy(100));
        within("check.published-within", config.check().publishedWithin(), SECOND, YEAR);
        within("vacuum.placeholder-age", config.vacuum().placeholderAge(), SECOND, YEAR);
        config.vacuum().every().ifPresent(every -> within("vacuum.every", every, SECOND, YEAR));
    }

    private static void within(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "turnkeep.reaper.%s: %d to %d, but it is %d".formatted(key, least, most, value));
        }
    }

    private static void within(String key, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "turnkeep.reaper.%s: %s to %s, but it is %s".formatted(key, least, most, value));
        }
    }
}
