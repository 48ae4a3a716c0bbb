package dev.turnkeep.session.channel.durable;

import dev.turnkeep.contracts.id.SessionId;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * The way out to one reader: counts what is on it among what is on its way to the session's readers and to all.
 *
 * <p>State: confined to the response's event loop, but for {@link #isStuck}.
 */
public final class Outgoing {
    private static final long CANCEL = 8;

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final SessionId session;
    private final Following following;
    private final Runnable roomy;
    private final long patience;
    /** Since when it has taken nothing of what is on its way, by {@link System#nanoTime}. */
    private volatile long tookAt;
    /** In bytes, on its way. */
    private volatile long queued;

    private boolean heldBack;

    /** @param roomy told when it may be sent something again that it was not ready for */
    Outgoing(HttpServerRequest request, SessionId session, Following following, Runnable roomy) {
        this.request = request;
        this.response = request.response();
        this.session = session;
        this.following = following;
        this.roomy = roomy;
        this.patience = following.readerPatience().toNanos();
    }

    /** Whether it takes something now; when not, it says so later. */
    public boolean isReady() {
        heldBack = queued > 0 && following.outbound().isFull(session);
        return !heldBack && !response.writeQueueFull();
    }

    /** Whether it has taken all that it was sent. */
    public boolean isIdle() {
        return queued == 0;
    }

    /** Whether it has not taken what was sent before. */
    public boolean isFull() {
        return response.writeQueueFull();
    }

    public void send(Buffer chunk) {
        int bytes = chunk.length();
        begin(bytes);
        response.write(chunk).onComplete(_ -> sent(bytes));
    }

    /** @param gone told once the last of it has gone out, or never will */
    void end(Buffer rest, Runnable gone) {
        int bytes = rest.length();
        begin(bytes);
        response.end(rest).onComplete(_ -> {
            sent(bytes);
            gone.run();
        });
    }

    private void begin(int bytes) {
        if (queued == 0) {
            tookAt = System.nanoTime();
        }
        move(bytes);
        following.outbound().add(session, bytes);
    }

    private void sent(int bytes) {
        following.outbound().sent(session, bytes);
        move(-bytes);
        tookAt = System.nanoTime();
        if (heldBack && queued == 0) {
            heldBack = false;
            roomy.run();
        }
    }

    private void move(int bytes) {
        long now = queued + bytes;
        queued = now;
    }

    /**
     * Whether it has taken nothing for long, while there is no room for others.
     *
     * @param nanos now, by {@link System#nanoTime}
     */
    public boolean isStuck(long nanos) {
        return queued > 0 && nanos - tookAt >= patience && following.outbound().isFull(session);
    }

    /** Cuts a reader that takes nothing: it comes back, or is gone. */
    public void cut() {
        following.metrics().cut();
        drop();
    }

    /** Ends it without waiting: an end would wait behind what the reader does not take, and so would a close. */
    public void drop() {
        if (request.version() != HttpVersion.HTTP_2 && request.connection() instanceof ConnectionBase connection) {
            var unused = connection.channelHandlerContext().close();
        } else {
            response.reset(CANCEL);
        }
    }
}
