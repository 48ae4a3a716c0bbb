package dev.turnkeep.session.channel.durable;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.session.channel.log.Creation;
import dev.turnkeep.session.channel.log.LogReader;
import dev.turnkeep.session.channel.log.LogReader.Found;
import dev.turnkeep.session.channel.log.StreamAddress;
import dev.turnkeep.session.channel.log.StreamView;
import dev.turnkeep.session.channel.log.Streams;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Streams by their address. A session's {@code in} and {@code out} are made when somebody first asks for them. */
@Singleton
public class Channels {
    private final Streams streams;
    private final LogReader reader;

    Channels(Streams streams, LogReader reader) {
        this.streams = streams;
        this.reader = reader;
    }

    /** Whether the stream is one that every session has, and is there now. */
    public boolean make(StreamAddress stream) {
        if (stream.isOpen() || !(stream.name().equals("in") || stream.name().equals("out"))) {
            return false;
        }
        return switch (streams.create(Creation.channel(stream, null))) {
            case Creation.Outcome.Created _, Creation.Outcome.Found _, Creation.Outcome.Differs _ -> true;
            case Creation.Outcome.Taken _,
                    Creation.Outcome.NoSession _,
                    Creation.Outcome.SessionOver _,
                    Creation.Outcome.TooMany _,
                    Creation.Outcome.NoSource _,
                    Creation.Outcome.SourceTaken _,
                    Creation.Outcome.BadFork _ -> false;
        };
    }

    /** On a virtual thread. */
    public Optional<Found> page(StreamAddress stream, long from) {
        Optional<Found> found = await(reader.page(stream, from));
        return found.isEmpty() && make(stream) ? await(reader.page(stream, from)) : found;
    }

    /** On a virtual thread. */
    public Optional<StreamView> head(StreamAddress stream) {
        Optional<StreamView> found = await(reader.head(stream));
        return found.isEmpty() && make(stream) ? await(reader.head(stream)) : found;
    }
}
