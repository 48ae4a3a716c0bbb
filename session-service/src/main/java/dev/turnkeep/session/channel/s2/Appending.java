package dev.turnkeep.session.channel.s2;

import dev.turnkeep.session.channel.ChannelsConfig;
import dev.turnkeep.session.channel.durable.Channels;
import dev.turnkeep.session.channel.durable.Following;
import dev.turnkeep.session.channel.log.AppendOutcome.Appended;
import dev.turnkeep.session.channel.log.StreamView;
import dev.turnkeep.session.channel.log.Tails;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** POST: one batch, or a session of them. */
@Singleton
class Appending {
    private final Appends appends;
    private final Channels channels;
    private final Tails tails;
    private final Following following;
    private final Budget budget;
    private final Duration patience;

    Appending(
            Appends appends,
            Channels channels,
            Tails tails,
            Following following,
            Budget budget,
            ChannelsConfig config) {
        this.appends = appends;
        this.channels = channels;
        this.tails = tails;
        this.following = following;
        this.budget = budget;
        this.patience = config.bodyTimeout();
    }

    /** On a virtual thread. */
    void one(Exchange exchange, Pass pass, Buffer body) {
        AppendInput input = exchange.names("Content-Type", Proto.TYPE)
                ? Proto.input(body)
                : JsonFormat.of(exchange.header(JsonFormat.HEADER)).input(body);
        Group group = Group.of(List.of(input), pass::checked);
        if (group.refusal() != null) {
            throw new Refused(group.refusal());
        }
        Appended appended = appends.append(group.append(pass.stream()).orElseThrow());
        Ack ack = Ack.of(appended, 0, group.records().size());
        if (exchange.names("Accept", Proto.TYPE)) {
            exchange.answer(Proto.TYPE, Proto.ack(ack));
        } else {
            exchange.answer(JsonFormat.TYPE, JsonFormat.ack(ack));
        }
    }

    /** On a virtual thread; the request is paused. */
    void session(Exchange exchange, Pass pass) {
        StreamView view = channels.head(pass.stream()).orElseThrow(() -> new Refused(Refusal.missing()));
        AppendSession session = new AppendSession(exchange, pass, view, this);
        Exchange.enter(following.readers(), session);
        exchange.onLoop(session::begin);
    }

    /**
     * Writes batches in their order, none after one that is refused. On a virtual thread.
     *
     * @param acks gets the answers
     * @return why the first was refused that was; null when none was
     */
    @Nullable
    Refusal append(Pass pass, List<AppendInput> inputs, Buffer acks) {
        Group group = Group.of(inputs, pass::checked);
        try {
            group.append(pass.stream()).map(appends::append).map(group::acks).ifPresent(acks::appendBuffer);
            return group.refusal();
        } catch (Refused e) {
            // Nothing of it was written, and some of it may be: what is sent again, or is small enough.
            return inputs.size() == 1 ? e.refusal() : oneByOne(pass, inputs, acks);
        }
    }

    private @Nullable Refusal oneByOne(Pass pass, List<AppendInput> inputs, Buffer acks) {
        for (AppendInput input : inputs) {
            Refusal refusal = append(pass, List.of(input), acks);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    /** How long a frame may take to come, and an answer to be taken while batches wait behind it. */
    Duration patience() {
        return patience;
    }

    Tails tails() {
        return tails;
    }

    Following following() {
        return following;
    }

    Budget budget() {
        return budget;
    }
}
