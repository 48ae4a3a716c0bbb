package dev.turnkeep.session.channel.s2;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.channel.Farewell;
import dev.turnkeep.session.channel.durable.Outgoing;
import dev.turnkeep.session.channel.durable.Readers;
import dev.turnkeep.session.channel.log.StreamView;
import dev.turnkeep.session.channel.log.Tail;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
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
    /**
     * A writer that comes to a closed stream may have something to send that was stored before: it is answered. When the node
     * stops, one that takes no answers is waited for as long.
     */
    private static final Duration LAST_WORD = Duration.ofSeconds(5);
    /** As much as a writer may still send before it has read that it is over. */
    private static final long PATIENCE = Duration.ofSeconds(5).toMillis();

    private static final long NEVER = Long.MIN_VALUE;

    private final Exchange exchange;
    private final Pass pass;
    private final StreamView view;
    private final Appending shared;
    private final Intake intake;
    private final Outgoing outlet;
    private final long wordEndsAt = System.nanoTime() + LAST_WORD.toNanos();
    private @Nullable Tail tail;
    private boolean begun;
    private boolean busy;
    private boolean saidAll;
    private boolean over;
    private boolean heard;
    private @Nullable Refusal unreadable;
    private volatile boolean stopping;
    /** Since when a frame has not been whole, by {@link System#nanoTime}. */
    private volatile long partSince = NEVER;
    /** Since when something waits behind answers that its writer does not take, by {@link System#nanoTime}. */
    private volatile long deafSince = NEVER;

    AppendSession(Exchange exchange, Pass pass, StreamView view, Appending shared) {
        this.exchange = exchange;
        this.pass = pass;
        this.view = view;
        this.shared = shared;
        this.intake = new Intake(shared.budget(), pass.stream().owner());
        this.outlet = shared.following()
                .outgoing(exchange.request(), exchange.context(), pass.stream().owner(), () -> {});
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
        if (over || saidAll || stopping) {
            // Once the node stops, what comes is for another one; what has come is committed and answered.
            return;
        }
        if (partSince == NEVER) {
            partSince = System.nanoTime();
        }
        try {
            boolean some = intake.add(chunk);
            heard |= some;
            partSince = !intake.hasPart() ? NEVER : some ? System.nanoTime() : partSince;
        } catch (RuntimeException e) {
            // What came before it is answered first.
            heard |= intake.hasBatch();
            unreadable = Refusal.of(e);
            saidAll = true;
        }
        pump();
        if (intake.whole() > WINDOW && !over) {
            partSince = NEVER;
            exchange.request().pause();
        }
    }

    private void ended() {
        if (unreadable == null && intake.hasPart() && !stopping) {
            unreadable = Refusal.of(400, "bad_frame", "the last frame is not whole");
        }
        saidAll = true;
        pump();
    }

    private void pump() {
        if (!begun || over || busy) {
            return;
        }
        if (outlet.isFull()) {
            boolean waits = intake.hasBatch() || saidAll || stopping;
            deafSince = !waits ? NEVER : deafSince == NEVER ? System.nanoTime() : deafSince;
            return;
        }
        deafSince = NEVER;
        if (intake.hasBatch()) {
            List<AppendInput> inputs = intake.next();
            busy = true;
            exchange.onThread(() -> write(inputs));
        } else if (unreadable != null) {
            last(unreadable);
        } else if (stopping) {
            last(Refusal.draining());
        } else if (saidAll) {
            leave();
            outlet.end(Buffer.buffer());
        }
    }

    /** On a virtual thread. */
    private void write(List<AppendInput> inputs) {
        Buffer acks = Buffer.buffer();
        Refusal refusal = null;
        try {
            pass.recheck();
            refusal = shared.append(pass, inputs, acks);
        } catch (RuntimeException | Error e) {
            refusal = Refusal.of(e);
        }
        Refusal refused = refusal;
        exchange.onLoop(() -> written(inputs, acks, refused));
    }

    private void written(List<AppendInput> inputs, Buffer acks, @Nullable Refusal refusal) {
        busy = false;
        intake.written(inputs);
        if (over) {
            return;
        }
        if (acks.length() > 0) {
            outlet.send(acks);
        }
        if (refusal != null) {
            last(refusal);
            return;
        }
        if (intake.whole() <= WINDOW && !saidAll) {
            if (intake.hasPart() && partSince == NEVER) {
                // It was kept waiting in the middle of a frame, and has its time for the rest again.
                partSince = System.nanoTime();
            }
            exchange.request().resume();
        }
        pump();
        look();
    }

    /** The stream was closed, or says something else. */
    @Override
    public void wake() {
        exchange.context().runOnContext(_ -> look());
    }

    /** A writer that has nothing under way is told of the close; what is under way, the log decides. */
    private void look() {
        Tail of = tail;
        boolean idle = !over && !busy && !intake.hasBatch();
        if (of != null && idle && of.isOver() && (heard || !view.closed() || System.nanoTime() - wordEndsAt >= 0)) {
            last(Refusal.closed());
        }
    }

    @Override
    public SessionId session() {
        return pass.stream().owner();
    }

    /** However many read the session, its writers are let in. */
    @Override
    public Readers.Crowd crowd() {
        return new Readers.Crowd(session(), pass.stream().name());
    }

    @Override
    public void tick(long nanos) {
        long since = partSince;
        if (view.closed() && nanos - wordEndsAt >= 0) {
            wake();
        } else if (since != NEVER && nanos - since >= shared.patience().toNanos()) {
            exchange.context().runOnContext(_ -> late());
        }
        if (isDeaf(nanos)) {
            exchange.context().runOnContext(_ -> cut());
        }
    }

    private boolean isDeaf(long nanos) {
        long since = deafSince;
        return since != NEVER && nanos - since >= (stopping ? LAST_WORD : shared.patience()).toNanos();
    }

    /** What waits is not for ever kept from other writers: it has no answer, and is sent again. */
    private void cut() {
        if (!over && isDeaf(System.nanoTime())) {
            leave();
            outlet.cut();
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
        exchange.onLoop(() -> {
            // Before the last frame: whoever reads that one comes back at once.
            Farewell.to(exchange.request());
            pump();
        });
    }

    private void last(Refusal refusal) {
        leave();
        HttpServerResponse response = exchange.response();
        HttpServerRequest request = exchange.request();
        outlet.end(Frames.last(refusal));
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
            intake.forget();
            Tail of = tail;
            if (of != null) {
                shared.tails().leave(of, this);
            }
            shared.following().readers().leave(this);
        }
    }
}
