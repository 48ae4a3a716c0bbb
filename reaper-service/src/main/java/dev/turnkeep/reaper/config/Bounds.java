package dev.turnkeep.reaper.config;

import dev.turnkeep.platform.start.Findings;
import dev.turnkeep.platform.start.SettingsCheck;
import jakarta.inject.Singleton;
import java.time.Duration;

/** What the settings may be. One that is out of bounds stops the start, before any job has begun. */
@Singleton
public class Bounds implements SettingsCheck {
    private static final String PREFIX = "turnkeep.reaper.";
    private static final int LARGEST_BATCH = 10_000;
    private static final int MOST_PARALLEL = 64;
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration YEAR = Duration.ofDays(365);

    private final ReaperConfig config;

    Bounds(ReaperConfig config) {
        this.config = config;
    }

    @Override
    public void check(Findings findings) {
        findings.within(PREFIX + "batch", config.batch(), 1, LARGEST_BATCH);
        findings.within(PREFIX + "parallel", config.parallel(), 1, MOST_PARALLEL);
        findings.within(PREFIX + "claim-lease", config.claimLease(), SECOND, Duration.ofHours(1));
        findings.within(PREFIX + "max-lease-age", config.maxLeaseAge(), Duration.ZERO, YEAR);
        findings.within(PREFIX + "retry-min", config.retryMin(), Duration.ofMillis(1), Duration.ofDays(1));
        findings.within(PREFIX + "retry-max", config.retryMax(), config.retryMin(), Duration.ofDays(1));
        findings.within(PREFIX + "dead-letter-after", config.deadLetterAfter(), 1, 1_000_000);
        findings.within(PREFIX + "reap.every", config.reap().every(), SECOND, Duration.ofDays(1));
        findings.within(PREFIX + "sweep.every", config.sweep().every(), SECOND, Duration.ofDays(1));
        findings.within(PREFIX + "expire.every", config.expire().every(), SECOND, Duration.ofDays(1));
        findings.within(PREFIX + "retire.every", config.retire().every(), SECOND, Duration.ofDays(30));
        findings.within(PREFIX + "check.every", config.check().every(), SECOND, Duration.ofDays(30));
        findings.within(PREFIX + "check.sessions", config.check().sessions(), 0, Long.MAX_VALUE);
        findings.within(
                PREFIX + "check.event-retention", config.check().eventRetention(), SECOND, YEAR.multipliedBy(100));
        findings.within(PREFIX + "check.published-within", config.check().publishedWithin(), SECOND, YEAR);
        findings.within(PREFIX + "vacuum.placeholder-age", config.vacuum().placeholderAge(), SECOND, YEAR);
        config.vacuum().every().ifPresent(every -> findings.within(PREFIX + "vacuum.every", every, SECOND, YEAR));
    }
}
