package dev.turnkeep.session.channel.realtime;

import dev.turnkeep.session.channel.durable.Outgoing;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;

/**
 * What is on its way to one reader, and when it was last told anything.
 *
 * <p>State: confined to the request's event loop, but for what the clock looks at.
 */
final class Sending {
    private final HttpServerRequest request;
    private final Outgoing outgoing;
    private volatile long spokeAt = System.nanoTime();

    Sending(HttpServerRequest request, Outgoing outgoing) {
        this.request = request;
        this.outgoing = outgoing;
    }

    boolean isReady() {
        return outgoing.isReady();
    }

    void send(Buffer chunk) {
        spokeAt = System.nanoTime();
        outgoing.send(chunk);
    }

    /** Whether all of it has been taken. */
    boolean isTaken() {
        return outgoing.isIdle();
    }

    /** Whether the reader stands in the way of others. */
    boolean isStuck(long nanos) {
        return outgoing.isStuck(nanos);
    }

    void cut() {
        outgoing.cut();
    }

    /** The last of a stream that ends as it should. */
    void end(Buffer word) {
        outgoing.end(word);
    }

    /** Says why, and ends the connection: its client comes back. One that takes nothing is not told. */
    void breakOff(Buffer word) {
        if (outgoing.isFull()) {
            drop();
        } else {
            outgoing.breakOff(word);
        }
    }

    private void drop() {
        Outgoing.drop(request);
    }

    /** Whether nothing was said for so long. */
    boolean isSilent(long nanos, Duration since) {
        return nanos - spokeAt >= since.toNanos();
    }
}
