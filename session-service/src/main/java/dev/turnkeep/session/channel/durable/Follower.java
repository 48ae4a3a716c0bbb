package dev.turnkeep.session.channel.durable;

import dev.turnkeep.session.channel.log.LogMetrics;
import dev.turnkeep.session.channel.log.LogReader.Found;
import dev.turnkeep.session.channel.log.LogRecord;
import dev.turnkeep.session.channel.log.Page;
import dev.turnkeep.session.channel.log.StreamEnd;
import dev.turnkeep.session.channel.log.Tail;
import dev.turnkeep.session.channel.log.Tail.Look;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Follows a stream from a place, page by page, as fast as its sink takes them. Nothing is queued for a reader: the log is
 * the buffer. Takes no thread while it waits.
 *
 * <p>State: confined to its context's event loop; {@link #wake} may come from anywhere.
 */
public final class Follower implements Tail.Waiter {
    private static final long AGAIN = 500;
    private static final long SOON = 10;

    private final Context context;
    private final Log log;
    private final Sink sink;
    private final LogMetrics metrics;
    private final Clock clock;
    private final AtomicBoolean awake = new AtomicBoolean();
    private @Nullable Tail tail;
    private long place;
    private boolean reading;
    private boolean over;
    /** Whether it had all there was, and waited: what comes then is news, and not history. */
    private boolean waiting;

    /** Where records come from: memory, and what lies behind it. */
    interface Log {
        Tail join(StreamEnd stream, Tail.Waiter waiter);

        void leave(Tail tail, Tail.Waiter waiter);

        /** What was read shows where the end is. */
        void saw(Tail tail, Page page);

        Future<Optional<Found>> page(Tail tail, long from);
    }

    /** Takes what a follower finds. Called on the event loop. */
    public interface Sink {
        /** Whether it takes a page now; when not, it wakes the follower later. */
        boolean ready();

        /** A page with something new, or the last one. */
        void page(Page page);

        /** The stream can no longer be read. */
        void gone();

        /** Whether it goes on with what is left when it is trimmed away before it; else it is told that it is gone. */
        default boolean clamps() {
            return false;
        }
    }

    Follower(Context context, Log log, long place, Sink sink, LogMetrics metrics, Clock clock) {
        this.metrics = metrics;
        this.clock = clock;
        this.context = context;
        this.log = log;
        this.place = place;
        this.sink = sink;
    }

    /** On the event loop: from now on nothing is missed. */
    public void follow(StreamEnd stream) {
        if (!over) {
            tail = log.join(stream, this);
            pump();
        }
    }

    /** On the event loop: nothing more is wanted. */
    public void stop() {
        over = true;
        if (tail != null) {
            log.leave(tail, this);
        }
    }

    public long place() {
        return place;
    }

    @Override
    public void wake() {
        if (awake.compareAndSet(false, true)) {
            context.runOnContext(_ -> {
                awake.set(false);
                pump();
            });
        }
    }

    private void pump() {
        Tail from = tail;
        if (!over && !sink.ready()) {
            // What it gets late now is late because of itself.
            waiting = false;
        }
        while (from != null && !over && !reading && sink.ready()) {
            switch (from.from(place)) {
                case Look.New found -> {
                    if (!give(found.page())) {
                        waiting = true;
                        return;
                    }
                    if (waiting) {
                        late(found);
                    }
                }
                case Look.Behind _ -> {
                    waiting = false;
                    read(from);
                }
                case Look.Gone _ -> {
                    sink.gone();
                    return;
                }
            }
        }
    }

    /** From the commit to the reader's connection: by one clock when this node committed it, else by two. */
    private void late(Look.New found) {
        List<LogRecord> data = found.page().data();
        if (!data.isEmpty()) {
            metrics.late(
                    found.committed() != null
                            ? Duration.ofNanos(System.nanoTime() - found.committed())
                            : Duration.between(data.getFirst().at(), clock.instant()));
        }
    }

    /** What readers of the same form at the same place may share: made by the first of them. */
    public Buffer shared(String form, Page page, Supplier<Buffer> make) {
        return tail == null ? make.get() : tail.shared(form, page, make);
    }

    /** Whether there was anything to give. */
    private boolean give(Page page) {
        if (page.next() <= place && !page.isLast()) {
            return false;
        }
        place = page.next();
        sink.page(page);
        return !page.isLast();
    }

    private void read(Tail from) {
        reading = true;
        log.page(from, place)
                .onComplete(answer -> context.runOnContext(_ -> {
                    reading = false;
                    found(from, answer);
                }));
    }

    private void found(Tail from, AsyncResult<Optional<Found>> answer) {
        if (over) {
            return;
        }
        if (answer.failed()) {
            context.owner().setTimer(AGAIN, _ -> wake());
        } else if (answer.result().isEmpty()
                || answer.result().get().view().hidden()
                || (answer.result().get().view().first() > place && !sink.clamps())) {
            // What was trimmed before the reader came to it is not passed over in silence: it asks again, and is told.
            sink.gone();
        } else {
            Page page = answer.result().get().page();
            log.saw(from, page);
            if (give(page)) {
                pump();
            } else if (!page.isLast()) {
                lookAgain(from);
            }
        }
    }

    /**
     * Memory may have learned more than the read found, and woken it in vain while it read. It may even know of more than it
     * holds: that is read again, and not without end should the two never agree.
     */
    private void lookAgain(Tail from) {
        if (from.from(place) instanceof Look.Behind) {
            context.owner().setTimer(SOON, _ -> wake());
        } else {
            pump();
        }
    }
}
