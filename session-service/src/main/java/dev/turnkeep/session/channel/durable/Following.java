package dev.turnkeep.session.channel.durable;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.channel.ChannelsConfig;
import dev.turnkeep.session.channel.log.LogMetrics;
import dev.turnkeep.session.channel.log.LogReader;
import dev.turnkeep.session.channel.log.Tails;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;

/** What live readers share. */
@Singleton
public class Following {
    private final Tails tails;
    private final LogReader reader;
    private final Readers readers;
    private final LogMetrics metrics;
    private final Clock clock;
    private final Outbound outbound;
    private final ChannelsConfig config;

    Following(
            Tails tails,
            LogReader reader,
            Readers readers,
            LogMetrics metrics,
            Clock clock,
            Outbound outbound,
            ChannelsConfig config) {
        this.outbound = outbound;
        this.config = config;
        this.tails = tails;
        this.reader = reader;
        this.readers = readers;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Follows a stream from a place; not before {@link Follower#follow}. */
    public Follower follower(Context context, long place, Follower.Sink sink) {
        return new Follower(context, tails, reader, place, sink, metrics, clock);
    }

    public Readers readers() {
        return readers;
    }

    public LogMetrics metrics() {
        return metrics;
    }

    public Outbound outbound() {
        return outbound;
    }

    /**
     * The way out to a reader.
     *
     * @param session whose reader it is
     * @param roomy told, on the event loop, when it may be sent something again that it was not ready for
     */
    public Outgoing outgoing(HttpServerRequest request, SessionId session, Runnable roomy) {
        return new Outgoing(request, session, this, roomy);
    }

    /** After so long without taking anything a reader is cut, while there is no room for others. */
    Duration readerPatience() {
        return config.readerPatience();
    }

    public Clock clock() {
        return clock;
    }
}
