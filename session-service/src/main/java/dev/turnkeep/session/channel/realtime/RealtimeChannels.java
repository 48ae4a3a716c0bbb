package dev.turnkeep.session.channel.realtime;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.channel.log.Creation;
import dev.turnkeep.session.channel.log.StreamAddress;
import dev.turnkeep.session.channel.log.Streams;
import jakarta.inject.Singleton;

/** Makes the channels that somebody writes to; this protocol has no way of its own to make one. For virtual threads. */
@Singleton
class RealtimeChannels {
    private final Streams streams;

    RealtimeChannels(Streams streams) {
        this.streams = streams;
    }

    /**
     * The channel is there afterwards.
     *
     * @throws Invalid (400) of a closed session that never had it, (404) of none, (413) of one that has too many channels
     */
    void make(StreamAddress channel) {
        switch (streams.create(Creation.channel(channel, null))) {
            case Creation.Outcome.Created _, Creation.Outcome.Found _, Creation.Outcome.Differs _ -> {
                // In whatever form, it is there.
            }
            case Creation.Outcome.NoSession _ -> throw RealtimeSessions.missing();
            case Creation.Outcome.SessionOver _ ->
                throw new Invalid(Problem.MALFORMED, null, "Cannot append to a closed session");
            case Creation.Outcome.TooMany(int limit) ->
                throw Invalid.tooLarge(
                        "The session has " + limit + " channels besides in and out, which is the limit", limit, limit);
            case Creation.Outcome.Taken _,
                    Creation.Outcome.NoSource _,
                    Creation.Outcome.SourceTaken _,
                    Creation.Outcome.BadFork _ -> throw new Invalid(Problem.GONE, null, "The channel was deleted");
        }
    }
}
