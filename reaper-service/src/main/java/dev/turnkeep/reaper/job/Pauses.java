package dev.turnkeep.reaper.job;

import java.time.Duration;

/**
 * The pauses between the runs of one job: spread, so that instances that were started together drift apart, and short after
 * a run that failed, as the first ones do where the schema is not there yet.
 */
final class Pauses {
    /** Up to a tenth earlier. */
    private static final double EARLIER = 0.1;
    /** A time of day is reached, and then up to this much later: a run before it would be followed by one at it. */
    private static final Duration LATER = Duration.ofMinutes(1);

    private final boolean byTimeOfDay;
    private final Duration firstRetry;
    private Duration retry;

    Pauses(boolean byTimeOfDay, Duration firstRetry) {
        this.byTimeOfDay = byTimeOfDay;
        this.firstRetry = firstRetry;
        this.retry = firstRetry;
    }

    /**
     * The pause after a run.
     *
     * @param done whether the run did what it should
     * @param next until when the job itself would wait
     * @param chance 0 to 1
     */
    Duration after(boolean done, Duration next, double chance) {
        if (done) {
            retry = firstRetry;
            return spread(next, chance);
        }
        Duration soon = retry;
        retry = retry.multipliedBy(2);
        return soon.compareTo(next) < 0 ? soon : spread(next, chance);
    }

    private Duration spread(Duration pause, double chance) {
        long millis = byTimeOfDay
                ? pause.toMillis() + Math.round(LATER.toMillis() * chance)
                : Math.round(pause.toMillis() * (1 - EARLIER * chance));
        return Duration.ofMillis(Math.max(1, millis));
    }
}
