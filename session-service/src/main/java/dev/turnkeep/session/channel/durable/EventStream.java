package dev.turnkeep.session.channel.durable;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.channel.ChannelsConfig;
import dev.turnkeep.session.channel.log.ContentTypes;
import dev.turnkeep.session.channel.log.LogMetrics;
import dev.turnkeep.session.channel.log.LogReader.Found;
import dev.turnkeep.session.channel.log.LogRecord;
import dev.turnkeep.session.channel.log.Page;
import dev.turnkeep.session.channel.log.StreamView;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A reader by server-sent events (protocol §5.8). Each data event is followed by a control event that says where to go
 * on. It ends when the stream does, and politely after its time.
 *
 * <p>State: confined to the request's event loop.
 */
final class EventStream implements Follower.Sink, Readers.Waiting {
    private static final Buffer ALIVE = Buffer.buffer(":\n\n");
    /** The most of a stream's records in one event, in bytes; a single one may be larger. */
    static final int PAGE = 64 * 1024;
    /** From here on it pays to make an event once for all readers that wait for it. */
    private static final int SHARED = 16 * 1024;

    private final Call call;
    private final StreamView stream;
    private final @Nullable String cursor;
    private final Readers readers;
    private final LogMetrics metrics;
    private final Clock clock;
    private final Follower follower;
    private final long heartbeat;
    private final long endsAt;
    private final boolean json;
    private final boolean text;
    private final Outgoing outgoing;
    private volatile long spokeAt;
    private boolean begun;
    private boolean over;

    EventStream(Call call, Found found, Following following, ChannelsConfig config, @Nullable String cursor) {
        this.call = call;
        this.stream = found.view();
        this.cursor = cursor;
        this.readers = following.readers();
        this.outgoing =
                following.outgoing(call.request(), call.context(), call.stream().owner(), this::roomy);
        this.metrics = following.metrics();
        this.clock = following.clock();
        this.follower = following.follower(call.context(), found.page().next(), this);
        this.heartbeat = config.heartbeat().toNanos();
        this.json = ContentTypes.isJson(stream.contentType());
        this.text = ContentTypes.isText(stream.contentType());
        this.spokeAt = System.nanoTime();
        // Not all at one time: readers that came together would come back together.
        long time = config.eventStreamTimeout().toNanos();
        this.endsAt = spokeAt + time + ThreadLocalRandom.current().nextLong(time / 10 + 1);
    }

    /** On the event loop: answers at once, and goes on from there. */
    void begin(Page first) {
        HttpServerResponse response = call.response();
        if (over || response.closed()) {
            leave();
            return;
        }
        begun = true;
        response.setChunked(true)
                .putHeader("Content-Type", "text/event-stream")
                .putHeader("Cache-Control", "no-cache")
                .putHeader("X-Accel-Buffering", "no");
        if (!text) {
            response.putHeader(Protocol.ENCODING, "base64");
        }
        response.closeHandler(_ -> leave());
        response.exceptionHandler(_ -> leave());
        response.drainHandler(_ -> roomy());
        write(first);
        if (!over) {
            follower.follow(first.end());
        }
    }

    @Override
    public boolean ready() {
        return !over && outgoing.isReady();
    }

    private void roomy() {
        follower.wake();
    }

    @Override
    public void page(Page page) {
        // What plain readers do not see moves their place, and is nothing to tell.
        if (!page.data().isEmpty() || page.isLast()) {
            write(page);
        }
    }

    private void write(Page page) {
        List<LogRecord> data = page.data();
        Buffer events = Buffer.buffer();
        if (data.stream().mapToLong(record -> record.body().length()).sum() >= SHARED) {
            outgoing.send(follower.shared("durable", page, () -> Payload.shared(event(data))));
        } else if (!data.isEmpty()) {
            events = event(data);
        }
        Payload.appendEvent(events, "control", Buffer.buffer(control(page)));
        spokeAt = System.nanoTime();
        metrics.delivered(data);
        if (page.isLast()) {
            leave();
            outgoing.end(events);
        } else {
            outgoing.send(events);
        }
    }

    private Buffer event(List<LogRecord> data) {
        Buffer payload = Payload.of(data, json);
        Buffer event = Buffer.buffer();
        Payload.appendEvent(event, "data", text ? payload : Payload.base64(payload));
        return event;
    }

    private String control(Page page) {
        String offset = "{\"streamNextOffset\":\"" + page.offset() + "\"";
        return page.isLast()
                ? offset + ",\"streamClosed\":true}"
                : offset + ",\"streamCursor\":\"" + Protocol.cursor(cursor, clock.instant()) + "\""
                        + (page.atTail() ? ",\"upToDate\":true}" : "}");
    }

    @Override
    public void gone() {
        end();
    }

    @Override
    public SessionId session() {
        return call.stream().owner();
    }

    @Override
    public void tick(long nanos) {
        if (nanos - endsAt >= 0) {
            call.context().runOnContext(_ -> end());
        } else if (outgoing.isStuck(nanos)) {
            call.context().runOnContext(_ -> cut());
        } else if (nanos - spokeAt >= heartbeat) {
            spokeAt = nanos;
            call.context().runOnContext(_ -> beat());
        }
    }

    @Override
    public void goHome() {
        call.context().runOnContext(_ -> end());
    }

    private void beat() {
        if (ready()) {
            outgoing.send(ALIVE);
        }
    }

    private void cut() {
        if (!over) {
            leave();
            outgoing.cut();
        }
    }

    private void end() {
        if (over) {
            return;
        }
        leave();
        if (!begun) {
            call.fail(RetryLater.unavailable("the service is stopping"));
        } else if (outgoing.isFull()) {
            Outgoing.drop(call.request());
        } else {
            outgoing.end(Buffer.buffer());
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
