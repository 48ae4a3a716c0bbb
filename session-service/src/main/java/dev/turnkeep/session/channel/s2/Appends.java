package dev.turnkeep.session.channel.s2;

import dev.turnkeep.session.channel.durable.Channels;
import dev.turnkeep.session.channel.durable.Trimming;
import dev.turnkeep.session.channel.log.Append;
import dev.turnkeep.session.channel.log.AppendOutcome;
import dev.turnkeep.session.channel.log.AppendOutcome.Appended;
import dev.turnkeep.session.channel.log.Appender;
import dev.turnkeep.session.channel.log.Sweeper;
import jakarta.inject.Singleton;

/** Appends, and makes first what is missing for it: the stream, or room in it. For virtual threads. */
@Singleton
class Appends {
    private final Appender appender;
    private final Channels channels;
    private final Trimming trimming;
    private final Sweeper sweeper;

    Appends(Appender appender, Channels channels, Trimming trimming, Sweeper sweeper) {
        this.appender = appender;
        this.channels = channels;
        this.trimming = trimming;
        this.sweeper = sweeper;
    }

    /** @throws Refused for anything but an append that is stored */
    Appended append(Append append) {
        AppendOutcome outcome = appender.append(append).join();
        if (outcome instanceof AppendOutcome.Missing && channels.make(append.to())) {
            outcome = appender.append(append).join();
        }
        if (outcome instanceof AppendOutcome.Full) {
            outcome = trimming.isAutomatic() ? trimming.makeRoomFor(append) : afterItsTrims(append);
        }
        if (outcome instanceof Appended appended) {
            return appended;
        }
        throw new Refused(Refusal.of(outcome));
    }

    /** What was trimmed counts until it is removed. */
    private AppendOutcome afterItsTrims(Append append) {
        channels.head(append.to()).ifPresent(view -> sweeper.makeRoom(view.id()));
        AppendOutcome outcome = appender.append(append).join();
        return outcome instanceof AppendOutcome.Full full ? trimming.makeRoomBehindAgent(append, full) : outcome;
    }
}
