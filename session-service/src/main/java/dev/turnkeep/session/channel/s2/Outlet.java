package dev.turnkeep.session.channel.s2;

import dev.turnkeep.session.channel.durable.Outbound;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;

/**
 * The way out to one reader. What is on it counts among what is on its way to all of them. State: confined to the response's
 * event loop, but for {@link #isStuck}.
 */
final class Outlet {
    /** A reader that takes nothing for so long, while there is no room for others, is cut: it comes back, or is gone. */
    private static final long STUCK = Duration.ofSeconds(15).toNanos();

    private final HttpServerResponse response;
    private final Outbound outbound;
    private final Runnable drained;
    /** Since when it has taken nothing of what is on its way, by {@link System#nanoTime}. */
    private volatile long tookAt;
    /** In bytes, on its way. */
    private volatile long queued;

    private boolean heldBack;

    /** @param drained told when it takes something again */
    Outlet(HttpServerResponse response, Outbound outbound, Runnable drained) {
        this.response = response;
        this.outbound = outbound;
        this.drained = drained;
        response.drainHandler(_ -> drained.run());
    }

    boolean isReady() {
        heldBack = queued > 0 && outbound.isFull();
        return !heldBack && !response.writeQueueFull();
    }

    boolean isFull() {
        return response.writeQueueFull();
    }

    void send(Buffer chunk) {
        int bytes = chunk.length();
        if (queued == 0) {
            tookAt = System.nanoTime();
        }
        add(bytes);
        outbound.add(bytes);
        response.write(chunk).onComplete(_ -> sent(bytes));
    }

    private void sent(int bytes) {
        outbound.sent(bytes);
        add(-bytes);
        tookAt = System.nanoTime();
        if (heldBack && queued == 0) {
            heldBack = false;
            drained.run();
        }
    }

    private void add(int bytes) {
        long now = queued + bytes;
        queued = now;
    }

    boolean isStuck(long nanos) {
        return queued > 0 && nanos - tookAt >= STUCK && outbound.isFull();
    }
}
