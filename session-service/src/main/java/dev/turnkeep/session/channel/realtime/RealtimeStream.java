package dev.turnkeep.session.channel.realtime;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.channel.Farewell;
import dev.turnkeep.session.channel.Recurring;
import dev.turnkeep.session.channel.durable.Follower;
import dev.turnkeep.session.channel.durable.Following;
import dev.turnkeep.session.channel.durable.Payload;
import dev.turnkeep.session.channel.durable.Readers;
import dev.turnkeep.session.channel.log.LogRecord;
import dev.turnkeep.session.channel.log.Page;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader by server-sent events. To its client a clean end is the end of the stream: it is given only when the channel is
 * closed, when nothing came for as long as the client waits, or when the client asked for what there is. In every other case
 * an error is sent and the connection dropped, and the client comes back to its place by itself.
 *
 * <p>State: confined to the request's event loop, but for what the clock looks at.
 */
final class RealtimeStream implements Follower.Sink, Readers.Waiting {
    static final String VERSION = "v2";

    private static final Logger LOG = LoggerFactory.getLogger(RealtimeStream.class);
    /** The most of a channel's records in one event, in bytes; a single one may be larger. */
    private static final int PAGE = 64 * 1024;
    /** From here on it pays to make an event once for all readers that wait for it. */
    private static final int SHARED = 4 * 1024;
    /** How often it is looked whether what was absent has come. */
    private static final Duration LOOK = Duration.ofSeconds(1);
    /** How often it is asked whether the client may still read. */
    private static final Duration CHECK = Duration.ofSeconds(5);

    private final Exchange exchange;
    private final Following following;
    private final Times times;
    private volatile Sending sending;
    /** Whose readers it is counted among. */
    private volatile SessionId session;

    private final Supplier<Start> again;
    private final Runnable check;
    private final Recurring looks = new Recurring(LOOK, this::look);
    private final Recurring checks = new Recurring(CHECK, this::check);
    private final long cutAt;
    /** Since when it waits for something new, by {@link System#nanoTime}. */
    private volatile long waitsSince = System.nanoTime();

    private volatile boolean absent;
    private @Nullable Follower follower;
    private boolean begun;
    private boolean draining;
    private boolean over;

    /**
     * @param patience after so long without a record it ends
     * @param ping after so long without a word it says that it is alive
     * @param life after so long its client comes back, so that readers spread over nodes again
     */
    record Times(Duration patience, Duration ping, Duration life) {}

    /**
     * @param session whose readers it is counted among
     * @param again looks once more for what was absent, on a virtual thread
     * @param check throws once the client may not read any more; on a virtual thread
     */
    RealtimeStream(
            Exchange exchange,
            SessionId session,
            Following following,
            Times times,
            Supplier<Start> again,
            Runnable check) {
        this.exchange = exchange;
        this.session = session;
        this.following = following;
        this.times = times;
        this.again = again;
        this.check = check;
        this.sending = new Sending(
                exchange.request(), following.outgoing(exchange.request(), exchange.context(), session, this::wake));
        this.cutAt = waitsSince + times.life().toNanos();
    }

    /**
     * On the event loop: answers at once, and goes on from there.
     *
     * @param latest whether it begins with what comes
     */
    void begin(Start start, boolean latest) {
        HttpServerResponse response = exchange.response();
        if (over || response.closed()) {
            leave();
            return;
        }
        begun = true;
        response.setChunked(true)
                .putHeader("Content-Type", "text/event-stream")
                .putHeader("Cache-Control", "no-cache")
                .putHeader("X-Accel-Buffering", "no")
                .putHeader("X-Stream-Version", VERSION);
        if (start instanceof Start.Never || (start instanceof Start.Ready ready && ready.isSettled())) {
            response.putHeader("X-Session-Settled", "true");
        }
        response.closeHandler(_ -> leave());
        response.exceptionHandler(_ -> leave());
        response.drainHandler(_ -> wake());
        if (latest && !(start instanceof Start.Never)) {
            long seq = start instanceof Start.Ready ready ? ready.found().page().from() - 1 : -1;
            sending.send(Batch.start(seq, following.clock().instant()));
        }
        go(start);
        if (!over && !response.headWritten()) {
            // Clients give up on an answer that does not begin.
            ping();
        }
    }

    private void go(Start start) {
        switch (start) {
            case Start.Ready ready -> {
                absent = false;
                draining = ready.settled();
                // What does not fit is read again, once the reader has taken what does.
                Page first = ready.found().page().upTo(PAGE);
                Follower made = following.follower(exchange.context(), first.next(), this);
                follower = made;
                page(first);
                if (!over) {
                    made.follow(first.end());
                }
            }
            case Start.Absent _ -> absent = true;
            case Start.Never _ -> finish();
        }
    }

    @Override
    public boolean ready() {
        return !over && sending.isReady();
    }

    @Override
    public boolean clamps() {
        return true;
    }

    @Override
    public void page(Page page) {
        if (!page.records().isEmpty()) {
            waitsSince = System.nanoTime();
            following.metrics().delivered(page.records());
            sending.send(event(page));
        }
        if (page.isLast() || (draining && page.atTail())) {
            finish();
        }
    }

    private Buffer event(Page page) {
        int size = 0;
        for (LogRecord record : page.records()) {
            size += record.body().length();
        }
        return size < SHARED || follower == null
                ? Batch.event(page)
                : follower.shared("realtime", page, () -> Payload.shared(Batch.event(page)));
    }

    private void wake() {
        if (follower != null) {
            follower.wake();
        }
    }

    /** It cannot be read any more: the client is told so when it asks again. */
    @Override
    public void gone() {
        drop();
    }

    @Override
    public SessionId session() {
        return session;
    }

    @Override
    public void tick(long nanos) {
        if (sending.isStuck(nanos)) {
            exchange.onContext(this::cut);
        } else if (nanos - waitsSince >= times.patience().toNanos()) {
            exchange.onContext(this::timeUp);
        } else if (nanos - cutAt >= 0) {
            exchange.onContext(this::drop);
        } else if (sending.isSilent(nanos, times.ping())) {
            exchange.onContext(this::ping);
        }
        checks.tick(nanos);
        if (absent) {
            looks.tick(nanos);
        }
    }

    private void check() {
        try {
            check.run();
        } catch (Invalid e) {
            // Its client asks again, and is told so.
            exchange.onContext(this::drop);
        } catch (RetryLater e) {
            LOG.debug("nobody knows at the moment whether a reader may go on: it does");
        }
    }

    /** Once there is a session, it counts among the readers of that one. */
    private void found(Start start) {
        SessionId come = start.session();
        if (come != null && !come.equals(session)) {
            following.readers().leave(this);
            session = come;
            sending = new Sending(
                    exchange.request(), following.outgoing(exchange.request(), exchange.context(), come, this::wake));
            try {
                following.readers().enter(this);
            } catch (RetryLater e) {
                // It has too many already: whoever comes back is told so.
                drop();
                return;
            }
        }
        go(start);
    }

    private void look() {
        try {
            Start start = again.get();
            exchange.onContext(() -> {
                if (!over && absent) {
                    found(start);
                }
            });
        } catch (RuntimeException e) {
            // It may pass: the next look tells, or the client's patience ends.
            LOG.atDebug()
                    .addKeyValue("failure", e.getClass().getName())
                    .log("an absent channel could not be looked for");
        }
    }

    @Override
    public void goHome() {
        exchange.onContext(() -> {
            Farewell.to(exchange.request());
            drop();
        });
    }

    private void ping() {
        if (ready()) {
            sending.send(Batch.ping(following.clock().instant()));
        }
    }

    private void timeUp() {
        // What is on its way has not been taken yet: the client has not waited in vain.
        if (!over && sending.isTaken()) {
            finish();
        }
    }

    private void finish() {
        leave();
        sending.end(Batch.done());
    }

    /** The client comes back, and is let in anew. */
    private void drop() {
        if (over) {
            return;
        }
        leave();
        if (!begun) {
            exchange.fail(RetryLater.unavailable("the service is stopping"));
        } else {
            sending.breakOff(Batch.error());
        }
    }

    private void cut() {
        if (!over) {
            leave();
            sending.cut();
        }
    }

    private void leave() {
        if (!over) {
            over = true;
            absent = false;
            if (follower != null) {
                follower.stop();
            }
            following.readers().leave(this);
        }
    }
}
