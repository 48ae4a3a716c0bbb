package dev.turnkeep.replication.table;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;

/** How long it takes from a commit in Postgres until ClickHouse shows it, by the oldest change of each batch. */
final class Freshness {
    private final Timer timer;

    Freshness(MeterRegistry registry) {
        timer = Timer.builder("turnkeep.replication.table.freshness")
                .description("From the commit of a change until it is visible in ClickHouse")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(10))
                .maximumExpectedValue(Duration.ofMinutes(10))
                .register(registry);
    }

    /** The clocks of two machines may differ: never negative. */
    void visible(Instant committed, Instant now) {
        Duration delay = Duration.between(committed, now);
        timer.record(delay.isNegative() ? Duration.ZERO : delay);
    }
}
