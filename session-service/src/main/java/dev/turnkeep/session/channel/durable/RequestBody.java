package dev.turnkeep.session.channel.durable;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.channel.ChannelsConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads bodies up to a limit, and all of them together up to another. What is too large is read to its end and thrown away,
 * so that the client hears of it; what is far too large, is not.
 */
@Singleton
public final class RequestBody {
    /** As much costs no more than the connection that it comes by. */
    private static final long SMALL = 8L * 1024;

    private static final long THROWN_AWAY = 16L * 1024 * 1024;

    private final Vertx vertx;
    private final int limit;
    private final long together;
    private final Duration patience;
    private final AtomicLong held = new AtomicLong();

    RequestBody(Vertx vertx, ChannelsConfig config) {
        this.vertx = vertx;
        this.limit = Math.toIntExact(config.bodySize().asLongValue());
        this.together = config.inFlight().asLongValue();
        this.patience = config.bodyTimeout();
    }

    /** Whether it may be read before it is known who sends it. */
    public boolean isSmall(HttpServerRequest request) {
        long length = length(request);
        return length >= 0 && length <= SMALL;
    }

    /** On the event loop: for requests whose body says nothing, or that are refused whatever it says. */
    public void discard(HttpServerRequest request) {
        long[] seen = new long[1];
        request.handler(chunk -> {
            seen[0] += chunk.length();
            if (seen[0] > THROWN_AWAY) {
                request.connection().close();
            }
        });
        request.resume();
    }

    /**
     * On the event loop, before anything else reads. It counts as held until the request is answered.
     *
     * @return fails as 413 beyond the limit, as 503 when too much is held already, as 400 when it does not come in time
     */
    public Future<Buffer> read(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        long length = length(request);
        Incoming incoming = new Incoming(request);
        if (request.response().closed()) {
            incoming.promise.fail(new Invalid(Problem.MALFORMED, null, "the body did not come"));
            return incoming.promise.future();
        }
        if (length > THROWN_AWAY) {
            incoming.tooLarge(length);
        } else if (length > SMALL && length <= limit) {
            incoming.hold(length);
        }
        if (incoming.promise.future().isComplete()) {
            discard(request);
            return incoming.promise.future();
        }
        if (length < 0 || length > SMALL) {
            routing.addEndHandler(_ -> incoming.release());
        }
        long timer = vertx.setTimer(patience.toMillis(), _ -> incoming.late());
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            request.response().writeContinue();
        }
        request.handler(incoming::add);
        request.exceptionHandler(incoming.promise::tryFail);
        request.endHandler(_ -> incoming.end());
        request.resume();
        return incoming.promise.future().onComplete(_ -> vertx.cancelTimer(timer));
    }

    /** -1 when it is not said. */
    private static long length(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        if (length == null) {
            return request.getHeader("Transfer-Encoding") == null && request.version() != HttpVersion.HTTP_2 ? 0 : -1;
        }
        try {
            return Long.parseLong(length);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** State: confined to the request's event loop. */
    private final class Incoming {
        private final HttpServerRequest request;
        private final Promise<Buffer> promise = Promise.promise();
        private final Buffer body = Buffer.buffer();
        private long holds;
        private long seen;
        private boolean released;

        Incoming(HttpServerRequest request) {
            this.request = request;
        }

        /** Whether there is room for so much. */
        boolean hold(long bytes) {
            if (held.addAndGet(bytes) > together) {
                held.addAndGet(-bytes);
                promise.tryFail(
                        new RetryLater(Problem.OVERLOADED, "too much waits to be written", Duration.ofSeconds(1)));
                return false;
            }
            holds += bytes;
            return true;
        }

        void release() {
            if (!released) {
                released = true;
                held.addAndGet(-holds);
            }
        }

        void add(Buffer chunk) {
            seen += chunk.length();
            if (seen > THROWN_AWAY) {
                tooLarge(seen);
            } else if (seen <= limit && !promise.future().isComplete() && fits()) {
                body.appendBuffer(chunk);
            }
        }

        /** A small one counts for nothing; one that did not say its length, as it comes. */
        private boolean fits() {
            return seen <= SMALL || seen <= holds || released || hold(seen - holds);
        }

        void end() {
            if (seen > limit) {
                tooLarge(seen);
            } else {
                promise.tryComplete(body);
            }
        }

        void tooLarge(long bytes) {
            closeIf(bytes > THROWN_AWAY);
            promise.tryFail(Invalid.tooLarge("a body of " + bytes + " bytes; the limit is " + limit, bytes, limit));
        }

        void late() {
            closeIf(true);
            promise.tryFail(new Invalid(
                    Problem.MALFORMED, null, "the body did not come within " + patience.toSeconds() + " seconds"));
        }

        private void closeIf(boolean far) {
            if (far && !promise.future().isComplete() && request.version() != HttpVersion.HTTP_2) {
                request.response().putHeader("Connection", "close");
            }
        }
    }
}
