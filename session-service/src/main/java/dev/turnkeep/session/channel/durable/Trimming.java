package dev.turnkeep.session.channel.durable;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.channel.ChannelsConfig;
import dev.turnkeep.session.channel.log.Append;
import dev.turnkeep.session.channel.log.AppendOutcome;
import dev.turnkeep.session.channel.log.Appender;
import dev.turnkeep.session.channel.log.LogReader;
import dev.turnkeep.session.channel.log.Offset;
import dev.turnkeep.session.channel.log.StreamAddress;
import dev.turnkeep.session.channel.log.StreamView;
import dev.turnkeep.session.channel.log.Sweeper;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * DELETE with {@code before}, which is our own: gives up a stream's records before a place. It makes room in a stream that
 * is full.
 */
@Singleton
public class Trimming {
    private final Appender appender;
    private final Channels channels;
    private final Sweeper sweeper;
    private final LogReader reader;
    private final ChannelsConfig config;
    private final ReentrantLock turn = new ReentrantLock();

    Trimming(Appender appender, Channels channels, Sweeper sweeper, LogReader reader, ChannelsConfig config) {
        this.reader = reader;
        this.config = config;
        this.appender = appender;
        this.channels = channels;
        this.sweeper = sweeper;
    }

    /**
     * On a virtual thread.
     *
     * @param before as asked for, as often as it was
     */
    Answer trim(StreamAddress stream, List<String> before) {
        if (before.size() > 1) {
            throw malformed();
        }
        Offset place = Offset.parse(before.getFirst()).orElseThrow(Trimming::malformed);
        StreamView view = channels.head(stream)
                .orElseThrow(() -> new Invalid(Problem.NOT_FOUND, null, "there is no such stream"));
        if (place.incarnation() != view.incarnation() || place.seq() > view.next()) {
            throw malformed();
        }
        AppendOutcome outcome =
                appender.append(Append.trimming(stream, place.seq())).join();
        if (outcome instanceof AppendOutcome.Appended trimmed) {
            sweeper.makeRoom(view.id());
            return Writing.at(Answer.of(204), trimmed.end());
        }
        return Writing.refusal(outcome);
    }

    /** Whether a full stream makes room by itself. */
    public boolean isAutomatic() {
        return config.whenFull() == ChannelsConfig.WhenFull.TRIM;
    }

    /** On a virtual thread: appends to a stream that was full, once its oldest quarter is gone. One at a time trims. */
    public AppendOutcome makeRoomFor(Append append) {
        turn.lock();
        try {
            AppendOutcome outcome = appender.append(append).join();
            if (outcome instanceof AppendOutcome.Full full) {
                await(reader.newest(append.to(), full.limit() / 4 * 3)).ifPresent(newest -> {
                    var unused = appender.append(Append.trimming(append.to(), newest.seq()))
                            .join();
                    sweeper.makeRoom(newest.stream());
                });
                outcome = appender.append(append).join();
            }
            return outcome;
        } finally {
            turn.unlock();
        }
    }

    private static Invalid malformed() {
        return new Invalid(Problem.MALFORMED, null, "before: one offset of this stream that was handed out");
    }
}
