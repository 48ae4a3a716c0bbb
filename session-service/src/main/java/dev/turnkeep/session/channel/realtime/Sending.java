package dev.turnkeep.session.channel.realtime;

import dev.turnkeep.session.channel.durable.Outbound;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;

/**
 * What is on its way to one reader: no more than its connection takes, nor than all readers together may have.
 *
 * <p>State: confined to the request's event loop, but for what the clock looks at.
 */
final class Sending {
    /** A reader that takes nothing for so long, while there is no room for others, is cut: it comes back, or is gone. */
    private static final long STUCK = Duration.ofSeconds(15).toNanos();

    private final HttpServerResponse response;
    private final Outbound outbound;
    private final Runnable room;
    private volatile long spokeAt = System.nanoTime();
    private volatile long tookAt = spokeAt;
    /** In bytes. */
    private volatile long queued;

    private boolean heldBack;

    /** @param room told when there is room again after there was none */
    Sending(HttpServerResponse response, Outbound outbound, Runnable room) {
        this.response = response;
        this.outbound = outbound;
        this.room = room;
    }

    boolean isReady() {
        heldBack = queued > 0 && outbound.isFull();
        return !heldBack && !response.writeQueueFull();
    }

    void send(Buffer chunk) {
        int bytes = chunk.length();
        long now = System.nanoTime();
        if (queued == 0) {
            tookAt = now;
        }
        spokeAt = now;
        move(bytes);
        outbound.add(bytes);
        response.write(chunk).onComplete(_ -> sent(bytes));
    }

    private void sent(int bytes) {
        outbound.sent(bytes);
        move(-bytes);
        tookAt = System.nanoTime();
        if (heldBack && queued == 0) {
            heldBack = false;
            room.run();
        }
    }

    private void move(int bytes) {
        long now = queued + bytes;
        queued = now;
    }

    /** Whether all of it has been taken. */
    boolean isTaken() {
        return queued == 0;
    }

    /** Whether the reader stands in the way of others. */
    boolean isStuck(long nanos) {
        return queued > 0 && nanos - tookAt >= STUCK && outbound.isFull();
    }

    /** Whether nothing was said for so long. */
    boolean isSilent(long nanos, Duration since) {
        return nanos - spokeAt >= since.toNanos();
    }
}
