package dev.turnkeep.session.turn;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How turns are consumed. */
@ConfigMapping(prefix = "turnkeep.session.turns")
public interface TurnsConfig {
    /** Whether this instance consumes turns at all; off, it only serves the API. */
    @WithDefault("true")
    boolean enabled();

    /** The consumer group; named after the topics, so that two installations on one cluster do not share one. */
    @WithDefault("${turnkeep.kafka.topic-prefix:turnkeep.}session")
    String group();

    /** The most turns in one transaction. */
    @WithDefault("500")
    int batchTurns();

    /** The most bytes of turns in one transaction; a single larger turn is a transaction of its own. */
    @WithDefault("8M")
    MemorySize batchSize();

    /** The most bytes of turns that are read and not yet stored, in all partitions; checked before each poll. */
    @WithDefault("64M")
    MemorySize inFlight();

    /** Connections for turn transactions: at most so many partitions are written at a time. */
    @WithDefault("12")
    int connections();

    /** The first pause after a transient failure; it doubles, with jitter, up to {@link #retryMax}. */
    @WithDefault("100ms")
    Duration retryMin();

    /** The longest pause between tries. Tries never end. */
    @WithDefault("5s")
    Duration retryMax();

    /** A partition that has been retrying for so long turns readiness red. */
    @WithDefault("5s")
    Duration unreadyAfter();

    /**
     * After this long without a sign of life an instance counts as dead and others take its partitions; an instance that
     * was killed and started again waits as long for its own. The brokers allow 6 s and more.
     */
    @WithDefault("10s")
    Duration memberTimeout();

    /** A batch that is under way for so long turns readiness red: Postgres does not even answer. */
    @WithDefault("60s")
    Duration stuckAfter();

    /**
     * How often the watermark of partitions that are read to their end follows the clock; more often while any idle timeout
     * is shorter than twice this.
     */
    @WithDefault("5s")
    Duration watermarkRefresh();

    /**
     * How far the watermark stays behind the clock: for clocks that differ, and for turns that have their time already and
     * that brokers still replicate. More than the brokers' {@code replica.lag.time.max.ms}, which is 30 s unless changed.
     */
    @WithDefault("35s")
    Duration watermarkMargin();

    /**
     * How long producers of turns may go by an older count of the topic's partitions: more than their {@code
     * metadata.max.age.ms}, which is 5 minutes unless changed.
     */
    @WithDefault("6m")
    Duration producersAge();

    /** How long one step of a job over everything that is stored works before it answers. */
    @WithDefault("10s")
    Duration maintenanceStep();

    /** How long a stop, or a rebalance, waits for the transactions under way. */
    @WithDefault("10s")
    Duration drain();
}
