package dev.turnkeep.replication.table;

import io.quarkus.runtime.configuration.MemorySize;
import java.math.BigInteger;
import java.time.Duration;

/** The tables' settings, quick enough for tests. */
record TestTablesConfig(String slot, boolean nodes) implements TablesConfig {
    @Override
    public boolean enabled() {
        return true;
    }

    @Override
    public int batchRows() {
        return 1_000;
    }

    @Override
    public MemorySize batchSize() {
        return new MemorySize(BigInteger.valueOf(8 * 1024 * 1024));
    }

    @Override
    public Duration batchAge() {
        return Duration.ofMillis(200);
    }

    @Override
    public Duration retryMin() {
        return Duration.ofMillis(20);
    }

    @Override
    public Duration retryMax() {
        return Duration.ofMillis(200);
    }

    @Override
    public int quarantineRows() {
        return 50;
    }

    @Override
    public int copyRows() {
        return 50;
    }

    @Override
    public Duration sweep() {
        return Duration.ofMillis(50);
    }

    @Override
    public Duration catchUpPoll() {
        return Duration.ofMillis(20);
    }
}
