package dev.turnkeep.replication.stream;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How both streams read. */
@ConfigMapping(prefix = "turnkeep.replication.stream")
public interface StreamConfig {
    /** With so many bytes read and not stored, by an estimate of the heap they take, a stream stops reading. */
    @WithDefault("32M")
    MemorySize inFlight();

    /** The same in rows, and in transactions of which some wait. */
    @WithDefault("100000")
    int inFlightRows();

    /** How often a heartbeat is written: it moves idle slots on and measures the delay. */
    @WithDefault("5s")
    Duration heartbeat();

    /** How often a leader looks whether it still is one, and a standby whether it can be. */
    @WithDefault("1s")
    Duration election();

    /** After this long without an answer from Postgres a leader takes itself for deposed; so does Postgres without a question. */
    @WithDefault("4s")
    Duration electionTimeout();

    /** After this long without a status the server cuts the connection. */
    @WithDefault("4s")
    Duration senderTimeout();

    /** The first pause after a failure; it doubles, with jitter, up to {@link #retryMax}. */
    @WithDefault("100ms")
    Duration retryMin();

    /** The longest pause between tries. Tries never end. */
    @WithDefault("5s")
    Duration retryMax();

    /** How long to wait before looking again at what only an operator can mend. */
    @WithDefault("10s")
    Duration stoppedRetry();

    /** Readiness turns red when a stream has been failing for so long. */
    @WithDefault("10s")
    Duration unreadyAfter();

    /**
     * Readiness turns red when the oldest row that was read and is not stored was committed so long ago, or the last heartbeat
     * that came back through the stream; on a standby, when the leader has written none for so long.
     */
    @WithDefault("1m")
    Duration unreadyLag();

    /** How long a stop waits for what was read to be stored. */
    @WithDefault("10s")
    Duration drain();
}
