package dev.turnkeep.reaper.retire;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * For how long a session that is over keeps its keys.
 *
 * @param age empty: for ever
 */
public record Retention(Optional<Duration> age) {
    private static final Logger LOG = Logger.getLogger(Retention.class);
    private static final double LONGEST_DAYS = 36_500;

    /**
     * The rule of the setting: 0 disables, less counts as 0 and is warned of.
     *
     * @throws IllegalArgumentException for what is no number of days; the service does not start then
     */
    public static Retention ofDays(double days) {
        if (!Double.isFinite(days) || days > LONGEST_DAYS) {
            throw new IllegalArgumentException("turnkeep.reaper.retire.max-age-days: 0 to 36500 days");
        }
        if (days < 0) {
            LOG.warn("turnkeep.reaper.retire.max-age-days is negative, which counts as 0: nothing is retired");
        }
        return new Retention(
                days <= 0
                        ? Optional.empty()
                        : Optional.of(Duration.ofMillis(
                                Math.round(days * Duration.ofDays(1).toMillis()))));
    }

    /** Sessions whose last activity is before this moment have had their time. */
    Optional<Instant> cutoff(Instant now) {
        return age.map(now::minus);
    }
}
