package dev.turnkeep.session.channel.durable;

import dev.turnkeep.session.channel.log.LogMetrics;
import dev.turnkeep.session.channel.log.LogReader;
import dev.turnkeep.session.channel.log.Tails;
import io.vertx.core.Context;
import jakarta.inject.Singleton;
import java.time.Clock;

/** What live readers share. */
@Singleton
public class Following {
    private final Tails tails;
    private final LogReader reader;
    private final Readers readers;
    private final LogMetrics metrics;
    private final Clock clock;
    private final Outbound outbound;

    Following(Tails tails, LogReader reader, Readers readers, LogMetrics metrics, Clock clock, Outbound outbound) {
        this.outbound = outbound;
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

    public Clock clock() {
        return clock;
    }
}
