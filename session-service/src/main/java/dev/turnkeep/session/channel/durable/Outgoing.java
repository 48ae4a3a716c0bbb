package dev.turnkeep.session.channel.durable;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.channel.log.LogMetrics;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;

/**
 * The way out to one reader: counts what is on it among what is on its way to the session's readers and to all. It goes out in
 * pieces, so that a slow reader is told from one that takes nothing; that one is cut. Who owns it asks for that while it
 * waits; once its last word is said, it looks after itself, since an end waits behind whatever was not taken.
 *
 * <p>State: confined to the response's event loop, but for {@link #isStuck} and {@link #tick}.
 */
public final class Outgoing implements Readers.Timed {
    private static final long CANCEL = 8;
    /** In bytes. Less than what a connection takes at a time by default, so that whoever takes anything is seen to. */
    private static final int PIECE = 32 * 1024;

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Context context;
    private final SessionId session;
    private final Shared shared;
    private final Runnable roomy;
    /** Since when it has taken nothing of what is on its way, by {@link System#nanoTime}. */
    private volatile long tookAt;
    /** In bytes, on its way. */
    private volatile long queued;
    /** Ended, and not all of it has gone out. */
    private volatile boolean leaving;

    private boolean heldBack;
    /** Of the newest piece: whether it has been taken. */
    private Future<Void> last = Future.succeededFuture();

    /**
     * What all of a node have in common.
     *
     * @param patience after so long without taking anything a reader is cut, while there is no room for others
     * @param timeout and after so long in any case
     */
    record Shared(Outbound outbound, Readers readers, LogMetrics metrics, Duration patience, Duration timeout) {}

    /** @param roomy told when it may be sent something again that it was not ready for */
    Outgoing(HttpServerRequest request, Context context, SessionId session, Shared shared, Runnable roomy) {
        this.request = request;
        this.response = request.response();
        this.context = context;
        this.session = session;
        this.shared = shared;
        this.roomy = roomy;
    }

    /** Whether it takes something now; when not, it says so later. */
    public boolean isReady() {
        if (queued > 0 && shared.outbound().isFull(session)) {
            // Until all of it has been taken, and its owner told, whoever else asks meanwhile.
            heldBack = true;
            return false;
        }
        return !response.writeQueueFull();
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
        int at = 0;
        for (; chunk.length() - at > PIECE; at += PIECE) {
            write(chunk.slice(at, at + PIECE));
        }
        write(at == 0 ? chunk : chunk.slice(at, chunk.length()));
    }

    private void write(Buffer piece) {
        begin(piece.length());
        last = count(piece.length(), response.write(piece));
    }

    /** The last of it. */
    public void end(Buffer rest) {
        if (request.version() != HttpVersion.HTTP_2 && rest.length() <= PIECE) {
            begin(rest.length());
            leave(count(rest.length(), response.end(rest)));
            return;
        }
        if (rest.length() > 0) {
            send(rest);
        }
        // Not before that is taken: by HTTP/2 what is ended cannot be reset any more, although it has not gone out.
        leave(last.compose(_ -> response.end()));
    }

    /** Says one thing more, and ends the connection and not the answer: its reader cannot take it for a whole one. */
    public void breakOff(Buffer word) {
        begin(word.length());
        leave(count(word.length(), response.write(word))).onSuccess(_ -> drop(request));
    }

    private Future<Void> leave(Future<Void> gone) {
        if (queued == 0) {
            tookAt = System.nanoTime();
        }
        if (!gone.isComplete()) {
            leaving = true;
            shared.readers().watch(this);
        }
        return gone.onComplete(_ -> left());
    }

    private void left() {
        leaving = false;
        shared.readers().unwatch(this);
    }

    private void begin(int bytes) {
        if (queued == 0) {
            tookAt = System.nanoTime();
        }
        move(bytes);
        shared.outbound().add(session, bytes);
    }

    private Future<Void> count(int bytes, Future<Void> taken) {
        return taken.onComplete(_ -> {
            shared.outbound().sent(session, bytes);
            move(-bytes);
            tookAt = System.nanoTime();
            if (heldBack && queued == 0) {
                heldBack = false;
                roomy.run();
            }
        });
    }

    private void move(int bytes) {
        long now = queued + bytes;
        queued = now;
    }

    /**
     * Whether it has taken nothing for long: less long while there is no room for others. By HTTP/2 its connection may be busy
     * all the same, so nobody else would notice.
     *
     * @param nanos now, by {@link System#nanoTime}
     */
    public boolean isStuck(long nanos) {
        long since = nanos - tookAt;
        // An end without a byte of its own waits as well.
        return (queued > 0 || leaving)
                && (since >= shared.timeout().toNanos()
                        || (since >= shared.patience().toNanos()
                                && shared.outbound().isFull(session)));
    }

    @Override
    public void tick(long nanos) {
        if (isStuck(nanos)) {
            context.runOnContext(_ -> cutIfStuck(nanos));
        }
    }

    /** Unless it has moved, or was cut, since. */
    private void cutIfStuck(long nanos) {
        if (leaving && isStuck(nanos)) {
            cut();
        }
    }

    /** Cuts a reader that takes nothing: it comes back, or is gone. */
    public void cut() {
        shared.metrics().cut();
        left();
        drop(request);
    }

    /** Ends a reader without waiting: an end would wait behind what it does not take, and so would a close. */
    public static void drop(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_2 && request.connection() instanceof ConnectionBase connection) {
            var unused = connection.channelHandlerContext().close();
        } else {
            request.response().reset(CANCEL);
        }
    }
}
