package dev.turnkeep.replication.table;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How the tables' writers behave. */
@ConfigMapping(prefix = "turnkeep.replication.tables")
public interface TablesConfig {
    /** Whether this instance brings tables to ClickHouse. */
    @WithDefault("true")
    boolean enabled();

    /** The replication slot; one name on a whole Postgres server. */
    @WithDefault("turnkeep_clickhouse_v1")
    String slot();

    /**
     * Whether {@code nodes_v1} is kept: what was said, large and private. Switching it on makes all tables anew; while it is off
     * the table is empty.
     */
    @WithDefault("false")
    boolean nodes();

    /** The most changes in one batch. */
    @WithDefault("10000")
    int batchRows();

    /** The most bytes in one batch, by an estimate of the heap they take; a single larger row is a batch of its own. */
    @WithDefault("8M")
    MemorySize batchSize();

    /** How long a change waits for others. */
    @WithDefault("200ms")
    Duration batchAge();

    /** The first pause after a failure; it doubles, with jitter, up to {@link #retryMax}. */
    @WithDefault("100ms")
    Duration retryMin();

    /** The longest pause between tries. Tries never end. */
    @WithDefault("10s")
    Duration retryMax();

    /** With so many rows in quarantine what is refused waits, and so does all behind it: something else is wrong than single rows. */
    @WithDefault("10000")
    int quarantineRows();

    /** How many rows of a table are copied at a time when ClickHouse gets it anew. */
    @WithDefault("10000")
    int copyRows();

    /** How often what erased sessions left in the tables is looked for, and removed; the views hide it at once. */
    @WithDefault("10s")
    Duration sweep();

    /** How often a copy that is complete looks whether the stream has caught up with it. */
    @WithDefault("500ms")
    Duration catchUpPoll();
}
