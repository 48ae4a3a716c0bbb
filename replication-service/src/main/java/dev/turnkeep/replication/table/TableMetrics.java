package dev.turnkeep.replication.table;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** What is counted per table. */
final class TableMetrics {
    private final DistributionSummary batch;
    private final Timer flush;
    private final Counter retries;
    private final Counter quarantined;
    private final Counter gone;

    TableMetrics(MeterRegistry registry, String table) {
        batch = DistributionSummary.builder("turnkeep.replication.table.batch.rows")
                .tag("table", table)
                .description("Rows that went to ClickHouse together")
                .register(registry);
        flush = Timer.builder("turnkeep.replication.table.flush")
                .tag("table", table)
                .description("From the first try to store a batch until it was stored")
                .publishPercentileHistogram()
                .register(registry);
        retries = Counter.builder("turnkeep.replication.table.retries")
                .tag("table", table)
                .description("Tries that failed for a reason that passes")
                .register(registry);
        quarantined = Counter.builder("turnkeep.replication.table.quarantined")
                .tag("table", table)
                .description("Rows that ClickHouse could not take")
                .register(registry);
        gone = Counter.builder("turnkeep.replication.table.gone")
                .tag("table", table)
                .description(
                        "Updates of rows that were deleted before the values could be read that the updates left alone")
                .register(registry);
    }

    void flushed(int rows, long nanos) {
        batch.record(rows);
        flush.record(nanos, TimeUnit.NANOSECONDS);
    }

    void retried() {
        retries.increment();
    }

    void gone(int rows) {
        gone.increment(rows);
    }

    void quarantined(int rows) {
        quarantined.increment(rows);
    }
}
