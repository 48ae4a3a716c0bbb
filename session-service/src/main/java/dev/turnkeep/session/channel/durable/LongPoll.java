package dev.turnkeep.session.channel.durable;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.channel.ChannelsConfig;
import dev.turnkeep.session.channel.log.LogReader.Found;
import dev.turnkeep.session.channel.log.Page;
import dev.turnkeep.session.channel.log.StreamEnd;
import dev.turnkeep.session.channel.log.StreamView;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A reader at the end of a stream who waits for one answer (protocol §5.7).
 *
 * <p>State: confined to the request's event loop.
 */
final class LongPoll implements Follower.Sink, Readers.Waiting {
    private final Call call;
    private final StreamView stream;
    private final Readers readers;
    private final Follower follower;
    private final Outbound outbound;
    private final Consumer<Page> news;
    private final Function<Page, Answer> nothing;
    private final long endsAt;
    private StreamEnd end;
    private volatile boolean heldBack;
    private boolean over;

    /**
     * @param news answers with a page's records, or with the end of the stream
     * @param nothing the answer when the time is up
     */
    LongPoll(
            Call call,
            Found found,
            Following following,
            ChannelsConfig config,
            Consumer<Page> news,
            Function<Page, Answer> nothing) {
        this.call = call;
        this.stream = found.view();
        this.end = stream.end();
        this.readers = following.readers();
        this.follower = following.follower(call.context(), found.page().next(), this);
        this.outbound = following.outbound();
        this.news = news;
        this.nothing = nothing;
        this.endsAt = System.nanoTime() + config.longPollTimeout().toNanos();
    }

    /** On the event loop. */
    void begin() {
        if (over || call.response().closed()) {
            leave();
            return;
        }
        call.response().closeHandler(_ -> leave());
        call.response().exceptionHandler(_ -> leave());
        follower.follow(stream.end());
    }

    @Override
    public boolean ready() {
        // Each is sent a copy of its own: those of one session that nobody takes must not add up.
        heldBack = outbound.isShareFull(session());
        return !over && !heldBack;
    }

    @Override
    public void page(Page page) {
        end = page.end();
        if (!page.data().isEmpty() || page.isLast()) {
            leave();
            // Others may have been faster while it was fetched.
            if (outbound.isShareFull(session())) {
                call.fail(Outbound.full());
            } else {
                news.accept(page);
            }
        }
    }

    @Override
    public void gone() {
        timeUp();
    }

    @Override
    public SessionId session() {
        return call.stream().owner();
    }

    @Override
    public void tick(long nanos) {
        if (nanos - endsAt >= 0) {
            call.context().runOnContext(_ -> timeUp());
        } else if (heldBack && !outbound.isShareFull(session())) {
            follower.wake();
        }
    }

    @Override
    public void goHome() {
        call.context().runOnContext(_ -> timeUp());
    }

    private void timeUp() {
        if (!over) {
            leave();
            if (heldBack) {
                // There is something new: it must not pass for all that there is.
                call.fail(Outbound.full());
                return;
            }
            long place = follower.place();
            StreamEnd known = new StreamEnd(end.id(), end.incarnation(), Math.max(place, end.next()), end.closed());
            call.answer(nothing.apply(new Page(place, List.of(), place, known)));
        }
    }

    private void leave() {
        if (!over) {
            over = true;
            follower.stop();
            readers.leave(this);
        }
    }
}
