package dev.turnkeep.session.channel.s2;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.channel.durable.Readers;
import dev.turnkeep.session.channel.log.StreamView;
import dev.turnkeep.session.channel.log.Tail;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A writer whose connection stays: batches come one after the other, and each is answered in its turn. While some are being
 * committed the next ones gather, and are then committed together. It ends when the writer has said all, or with a last
 * frame that says why: what was refused, or that the stream is closed. Nothing that comes after a refusal is stored.
 *
 * <p>State: confined to the request's event loop; {@link #wake} and {@link #tick} may come from anywhere.
 */
final class AppendSession implements Readers.Waiting, Tail.Waiter {
    /** In bytes: what may wait before the writer has to. */
    private static final long WINDOW = 1024 * 1024;
    /** A writer that comes to a closed stream may have something to send that was stored before: it is answered. */
    private static final Duration LAST_WORD = Duration.ofSeconds(5);
    /** As much as a writer may still send before it has read that it is over. */
    private static final long PATIENCE = Duration.ofSeconds(5).toMillis();

    private static final long NEVER = Long.MIN_VALUE;

    private final Exchange exchange;
    private final Pass pass;
    private final StreamView view;
    private final Appending shared;
    private final FrameReader frames = new FrameReader();
    private final Deque<AppendInput> waiting = new ArrayDeque<>();
    private final long wordEndsAt = System.nanoTime() + LAST_WORD.toNanos();
    private @Nullable Tail tail;
    private long held;
    private boolean begun;
    private boolean busy;
    private boolean saidAll;
    private boolean over;
    private boolean heard;
    private @Nullable Refusal unreadable;
    private volatile boolean stopping;
    /** Since when a frame has not been whole, by {@link System#nanoTime}. */
    private volatile long partSince = NEVER;

    AppendSession(Exchange exchange, Pass pass, StreamView view, Appending shared) {
        this.exchange = exchange;
        this.pass = pass;
        this.view = view;
        this.shared = shared;
    }

    /** On the event loop: says at once that it listens, and does. */
    void begin() {
        HttpServerResponse response = exchange.response();
        if (response.closed()) {
            leave();
            return;
        }
        if (stopping) {
            leave();
            exchange.refuse(Refusal.draining());
            return;
        }
        begun = true;
        response.setChunked(true)
                .setStatusCode(200)
                .putHeader("Content-Type", Frames.TYPE)
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Accel-Buffering", "no");
        response.closeHandler(_ -> leave());
        response.exceptionHandler(_ -> leave());
        response.drainHandler(_ -> pump());
        response.writeHead();
        tail = shared.tails().join(view.end(), this);
        HttpServerRequest request = exchange.request();
        request.handler(this::came);
        request.exceptionHandler(_ -> leave());
        request.endHandler(_ -> ended());
        request.resume();
        look();
    }

    private void came(Buffer chunk) {
        if (over || saidAll) {
            return;
        }
        frames.add(chunk);
        if (partSince == NEVER) {
            partSince = System.nanoTime();
        }
        try {
            Buffer message = frames.next();
            while (message != null) {
                take(Proto.input(message));
                partSince = System.nanoTime();
                message = frames.next();
            }
            partSince = frames.isEmpty() ? NEVER : partSince;
        } catch (RuntimeException e) {
            // What came before it is answered first.
            unreadable = Refusal.of(e);
            saidAll = true;
        }
        pump();
        if (held > WINDOW && !over) {
            partSince = NEVER;
            exchange.request().pause();
        }
    }

    private void take(AppendInput input) {
        long size = Group.size(input);
        if (!shared.hold(size)) {
            throw new RetryLater(Problem.OVERLOADED, "too much waits to be written", Duration.ofSeconds(1));
        }
        held += size;
        waiting.add(input);
        heard = true;
    }

    private void ended() {
        if (unreadable == null && !frames.isEmpty()) {
            unreadable = Refusal.of(400, "bad_frame", "the last frame is not whole");
        }
        saidAll = true;
        pump();
    }

    private void pump() {
        if (!begun || over || busy || exchange.response().writeQueueFull()) {
            return;
        }
        if (!waiting.isEmpty()) {
            List<AppendInput> inputs = Group.next(waiting);
            busy = true;
            exchange.onThread(() -> write(inputs));
        } else if (unreadable != null) {
            last(unreadable);
        } else if (stopping) {
            last(Refusal.draining());
        } else if (saidAll) {
            leave();
            exchange.response().end();
        }
    }

    /** On a virtual thread. */
    private void write(List<AppendInput> inputs) {
        Buffer acks = Buffer.buffer();
        Refusal refusal = null;
        try {
            pass.recheck();
            refusal = shared.append(pass.stream(), inputs, acks);
        } catch (RuntimeException e) {
            refusal = Refusal.of(e);
        }
        Refusal refused = refusal;
        exchange.onLoop(() -> written(inputs, acks, refused));
    }

    private void written(List<AppendInput> inputs, Buffer acks, @Nullable Refusal refusal) {
        busy = false;
        let(inputs.stream().mapToLong(Group::size).sum());
        if (over) {
            return;
        }
        if (acks.length() > 0) {
            exchange.response().write(acks);
        }
        if (refusal != null) {
            last(refusal);
            return;
        }
        if (held <= WINDOW && !saidAll) {
            exchange.request().resume();
        }
        pump();
        look();
    }

    private void let(long bytes) {
        held -= bytes;
        shared.release(bytes);
    }

    /** The stream was closed, or says something else. */
    @Override
    public void wake() {
        exchange.context().runOnContext(_ -> look());
    }

    /** A writer that has nothing under way is told of the close; what is under way, the log decides. */
    private void look() {
        Tail of = tail;
        boolean idle = !over && !busy && waiting.isEmpty();
        if (of != null && idle && of.isOver() && (heard || !view.closed() || System.nanoTime() - wordEndsAt >= 0)) {
            last(Refusal.closed());
        }
    }

    @Override
    public SessionId session() {
        return pass.stream().owner();
    }

    @Override
    public void tick(long nanos) {
        long since = partSince;
        if (view.closed() && nanos - wordEndsAt >= 0) {
            wake();
        } else if (since != NEVER && nanos - since >= shared.patience().toNanos()) {
            exchange.context().runOnContext(_ -> late());
        }
    }

    /** Nobody keeps the beginning of a frame here for as long as they like. */
    private void late() {
        if (partSince != NEVER && !saidAll) {
            partSince = NEVER;
            saidAll = true;
            unreadable = Refusal.of(
                    408,
                    "timeout",
                    "a frame did not come within " + shared.patience().toSeconds() + " seconds");
            pump();
        }
    }

    @Override
    public void goHome() {
        stopping = true;
        exchange.onLoop(this::pump);
    }

    private void last(Refusal refusal) {
        leave();
        HttpServerResponse response = exchange.response();
        HttpServerRequest request = exchange.request();
        response.end(Frames.last(refusal));
        if (!request.isEnded()) {
            // It reads its answer while it still sends: what it sends goes nowhere, for a while.
            request.handler(_ -> {});
            request.resume();
            exchange.context().owner().setTimer(PATIENCE, _ -> {
                if (!request.isEnded()) {
                    response.reset(0);
                }
            });
        }
    }

    private void leave() {
        if (!over) {
            over = true;
            let(waiting.stream().mapToLong(Group::size).sum());
            waiting.clear();
            Tail of = tail;
            if (of != null) {
                shared.tails().leave(of, this);
            }
            shared.readers().leave(this);
        }
    }
}
