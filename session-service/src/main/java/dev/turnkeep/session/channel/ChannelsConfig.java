package dev.turnkeep.session.channel;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** How channels are written and served. */
@ConfigMapping(prefix = "turnkeep.session.channels")
public interface ChannelsConfig {
    /**
     * Whether {@code /v1/stream/...} is there: streams of any name, without authentication, for clients on this machine
     * only. For development and for the protocol's conformance suite.
     */
    @WithDefault("false")
    boolean openNamespace();

    /** Transactions that write at a time. A stream's appends always take the same one, in their order. */
    @WithDefault("2")
    int committers();

    /** Connections for all but appends, which have one for each committer and eight for streams that they wait for. */
    @WithDefault("12")
    int connections();

    /** The most requests in one transaction. */
    @WithDefault("512")
    int batchRequests();

    /** The most bytes in one transaction; a single larger request is a transaction of its own. */
    @WithDefault("4M")
    MemorySize batchSize();

    /**
     * The most bytes that wait to be written on this node, the most in bodies that are being read, and the most that has come
     * in sessions of S2; of the latter two a quarter for one session. Beyond it, appends are answered with 503.
     */
    @WithDefault("64M")
    MemorySize inFlight();

    /**
     * The most bytes of one request's body; beyond it, 413. A single record has at most 1 MiB, which in JSON may be twice as
     * much and more.
     */
    @WithDefault("4M")
    MemorySize bodySize();

    /** How long a request's body may take to come. */
    @WithDefault("30s")
    Duration bodyTimeout();

    /** The most bytes that a channel holds; beyond it, appends are answered with 413 until it is trimmed. */
    @WithDefault("256M")
    MemorySize channelSize();

    /**
     * What becomes of an append to a channel that is full: with {@code refuse} it is answered with 413, and nothing is lost
     * that nobody gave up; with {@code trim} the oldest quarter of the channel goes.
     */
    @WithDefault("refuse")
    WhenFull whenFull();

    /** See {@link #whenFull()}. */
    enum WhenFull {
        REFUSE,
        TRIM
    }

    /** The most channels of a session besides {@code in} and {@code out}; beyond it, 413. */
    @WithDefault("64")
    int channelsPerSession();

    /** The most bytes that a fork of a session copies; beyond it, 413. */
    @WithDefault("256M")
    MemorySize forkSize();

    /** The most records that a fork of a session or of a stream copies; beyond it, 413. */
    @WithDefault("250000")
    int forkRecords();

    /** The most forks that are being copied at a time on a node: each keeps a connection. More wait, and then are told 503. */
    @WithDefault("2")
    int forksAtOnce();

    /** The most idempotent producers of a channel; beyond it, 413 while none of them has been unused for long. */
    @WithDefault("1000")
    int producers();

    /** A producer that has not written for so long makes room for another. Who comes back later starts anew. */
    @WithDefault("7d")
    Duration producerAge();

    /** The most readers that wait on one session's channels, on one node; beyond it, 429. */
    @WithDefault("1000")
    int readersPerSession();

    /** The most writers of S2 that stay at one channel, on one node; beyond it, 429. Readers take no place of theirs. */
    @WithDefault("1000")
    int writersPerChannel();

    /** After this long waiting for a row that somebody else holds, a batch goes on without that stream. */
    @WithDefault("100ms")
    Duration lockTimeout();

    /** How long Postgres may take to answer; after it nobody knows, and writers and readers are answered with 503. */
    @WithDefault("10s")
    Duration postgresTimeout();

    /** How long a long poll waits for something new. */
    @WithDefault("25s")
    Duration longPollTimeout();

    /** After this long an event stream ends, so that readers spread over nodes again; they go on where they were. */
    @WithDefault("60s")
    Duration eventStreamTimeout();

    /** An event stream that has been silent for so long says that it is alive. */
    @WithDefault("15s")
    Duration heartbeat();

    /** A realtime reader that has been sent nothing for so long is sent a ping; at most 5s, which its clients expect. */
    @WithDefault("4s")
    Duration realtimePing();

    /** After this long a realtime reader is sent away to come back, so that readers spread over nodes again. */
    @WithDefault("15m")
    Duration realtimeLife();

    /**
     * Where clients that write by S2 find this service, such as {@code https://sessions.example/v1/s2}; else where they have
     * found it for the request before.
     */
    Optional<String> s2Endpoint();

    /** The most bytes of a stream's newest records that a node keeps in memory while the stream has readers. */
    @WithDefault("256K")
    MemorySize tailSize();

    /** The most bytes of all streams' newest records in memory; beyond it, those of the stillest streams are let go. */
    @WithDefault("64M")
    MemorySize tailsSize();

    /**
     * The most bytes that are on their way to readers, and four times what is on its way to those of one session; beyond it,
     * history is answered with 503, and readers that do not keep up wait, and then are cut.
     */
    @WithDefault("64M")
    MemorySize readersSize();

    /** A reader that takes nothing for so long, while there is no room for others, is cut. It goes on where it was. */
    @WithDefault("15s")
    Duration readerPatience();

    /**
     * A reader that takes nothing of what is on its way for so long is cut in any case: by HTTP/2 others keep its connection
     * alive. It goes on where it was.
     */
    @WithDefault("75s")
    Duration readerTimeout();

    /** How often a node asks Postgres whether streams with readers have moved without its knowing. */
    @WithDefault("1s")
    Duration safetyPoll();

    /** How often what is trimmed, expired or deleted is removed. */
    @WithDefault("30s")
    Duration sweepEvery();

    /** The most records that are removed in one transaction. */
    @WithDefault("5000")
    int sweepRecords();

    /** How long a deleted address is remembered, so that its offsets never go backwards. */
    @WithDefault("30d")
    Duration remembered();
}
