package dev.turnkeep.session.channel.durable;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * DELETE with {@code before}, which is our own: gives up a stream's records before a place. It makes room in a stream that
 * is full.
 */
@Singleton
public class Trimming {
    private static final int ROUNDS = 3;

    private final Appender appender;
    private final Channels channels;
    private final Sweeper sweeper;
    private final LogReader reader;
    private final ChannelsConfig config;
    /** Streams that are being trimmed. */
    private final Map<StreamAddress, CompletableFuture<Void>> trims = new ConcurrentHashMap<>();

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

    /**
     * On a virtual thread: appends to a stream that was full, once its oldest quarter is gone. Of those that come to it, one
     * trims, and the others wait for that; other streams go on.
     *
     * @throws RetryLater (503) when others fill it as fast as room is made
     */
    public AppendOutcome makeRoomFor(Append append) {
        for (int i = 0; i < ROUNDS; i++) {
            AppendOutcome outcome = appender.append(append).join();
            if (!(outcome instanceof AppendOutcome.Full full) || append.metered() > full.limit()) {
                return outcome;
            }
            trimOnce(append, full);
        }
        AppendOutcome outcome = appender.append(append).join();
        if (outcome instanceof AppendOutcome.Full) {
            throw new RetryLater(Problem.OVERLOADED, "the stream is full, and makes room", Duration.ofSeconds(1));
        }
        return outcome;
    }

    /**
     * On a virtual thread: what becomes of an append to a stream that is full, unless it makes room by itself. Of what was
     * sent to an agent goes what the agent has taken for good; of anything else, nothing.
     *
     * @return the outcome of the append, when there was something to give up
     */
    public AppendOutcome makeRoomBehindAgent(Append append, AppendOutcome.Full full) {
        Optional<Long> taken = AgentCursor.answers(append.to()).flatMap(out -> await(reader.marks(out)).stream()
                .map(AgentCursor::of)
                .flatMap(Optional::stream)
                .findFirst());
        Optional<StreamView> view = taken.isEmpty() ? Optional.empty() : channels.head(append.to());
        if (view.isEmpty() || taken.get() < view.get().first()) {
            return full;
        }
        var unused =
                appender.append(Append.trimming(append.to(), taken.get() + 1)).join();
        sweeper.makeRoom(view.get().id());
        return appender.append(append).join();
    }

    private void trimOnce(Append append, AppendOutcome.Full full) {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> before = trims.putIfAbsent(append.to(), mine);
        if (before != null) {
            before.join();
            return;
        }
        try {
            long needed = Math.max(full.held() - full.limit() / 4 * 3, full.held() + append.metered() - full.limit());
            await(reader.oldest(append.to(), needed)).ifPresent(oldest -> {
                // What was given up before counts until it is removed: perhaps that is enough.
                if (!oldest.unswept()) {
                    var unused = appender.append(Append.trimming(append.to(), oldest.end()))
                            .join();
                }
                sweeper.makeRoom(oldest.stream());
            });
        } finally {
            trims.remove(append.to(), mine);
            // Whatever came of it: whoever waited tries again.
            mine.complete(null);
        }
    }

    private static Invalid malformed() {
        return new Invalid(Problem.MALFORMED, null, "before: one offset of this stream that was handed out");
    }
}
