package dev.turnkeep.session.channel.durable;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.channel.ChannelsConfig;
import dev.turnkeep.session.channel.log.LogMetrics;
import dev.turnkeep.session.channel.log.LogReader;
import dev.turnkeep.session.channel.log.LogReader.Found;
import dev.turnkeep.session.channel.log.Page;
import dev.turnkeep.session.channel.log.StreamEnd;
import dev.turnkeep.session.channel.log.Tail;
import dev.turnkeep.session.channel.log.Tails;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;

/** What live readers share. */
@Singleton
public class Following {
    private final Follower.Log log;
    private final Readers readers;
    private final LogMetrics metrics;
    private final Clock clock;
    private final Outbound outbound;
    private final Outgoing.Shared outlets;

    Following(
            Tails tails,
            LogReader reader,
            Readers readers,
            LogMetrics metrics,
            Clock clock,
            Outbound outbound,
            ChannelsConfig config) {
        this.outbound = outbound;
        this.outlets = new Outgoing.Shared(outbound, readers, metrics, config.readerPatience(), config.readerTimeout());
        this.log = log(tails, reader);
        this.readers = readers;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Follows a stream from a place; not before {@link Follower#follow}. */
    public Follower follower(Context context, long place, Follower.Sink sink) {
        return new Follower(context, log, place, sink, metrics, clock);
    }

    private static Follower.Log log(Tails tails, LogReader reader) {
        return new Follower.Log() {
            @Override
            public Tail join(StreamEnd stream, Tail.Waiter waiter) {
                return tails.join(stream, waiter);
            }

            @Override
            public void leave(Tail tail, Tail.Waiter waiter) {
                tails.leave(tail, waiter);
            }

            @Override
            public void saw(Tail tail, Page page) {
                tails.saw(tail, page);
            }

            @Override
            public Future<Optional<Found>> page(Tail tail, long from) {
                return reader.page(tail, from);
            }
        };
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
     * @param context of the request, on whose event loop it is used
     * @param session whose reader it is
     * @param roomy told, on the event loop, when it may be sent something again that it was not ready for
     */
    public Outgoing outgoing(HttpServerRequest request, Context context, SessionId session, Runnable roomy) {
        return new Outgoing(request, context, session, outlets, roomy);
    }

    public Clock clock() {
        return clock;
    }
}
