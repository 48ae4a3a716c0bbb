package dev.turnkeep.session.channel.durable;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.channel.ChannelsConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads bodies up to a limit, and all of them together up to another, of which those for one session have a quarter. What is
 * too large is read to its end and thrown away, so that the client hears of it; what is far too large, or late, is not.
 */
@Singleton
public final class RequestBody {
    /** As much costs no more than the connection that it comes by. */
    private static final long SMALL = 8L * 1024;

    private static final long THROWN_AWAY = 16L * 1024 * 1024;
    /** Those for one session may use a quarter of what all may. */
    private static final int SHARES = 4;
    /** In milliseconds, for an answer to go out before its stream is ended. */
    private static final long GRACE = 250;

    private final Vertx vertx;
    private final int limit;
    private final long together;
    private final Duration patience;
    private final AtomicLong held = new AtomicLong();
    private final Map<SessionId, Long> bySession = new ConcurrentHashMap<>();

    RequestBody(Vertx vertx, ChannelsConfig config, MeterRegistry registry) {
        this.vertx = vertx;
        this.limit = Math.toIntExact(config.bodySize().asLongValue());
        this.together = config.inFlight().asLongValue();
        this.patience = config.bodyTimeout();
        registry.gauge("turnkeep_channels_bodies_bytes", held);
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
                stop(request);
            }
        });
        request.resume();
    }

    /** As {@link #read(RoutingContext, SessionId)}, for requests that are about no session yet. */
    public Future<Buffer> read(RoutingContext routing) {
        return read(routing, null);
    }

    /**
     * On the event loop, before anything else reads. What has come counts as held until the request is answered.
     *
     * @param session that it is for
     * @return fails as 413 beyond the limit, as 503 when too much is held already, as 400 when it does not come in time
     */
    public Future<Buffer> read(RoutingContext routing, @Nullable SessionId session) {
        HttpServerRequest request = routing.request();
        long length = length(request);
        Incoming incoming = new Incoming(routing, session);
        if (request.response().closed()) {
            incoming.refuse(new Invalid(Problem.MALFORMED, null, "the body did not come"));
            return incoming.promise.future();
        }
        if (length > THROWN_AWAY) {
            incoming.tooLarge(length);
            discard(request);
            return incoming.promise.future();
        }
        long timer = vertx.setTimer(patience.toMillis(), _ -> incoming.late());
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            request.response().writeContinue();
        }
        request.handler(incoming::add);
        request.exceptionHandler(incoming::refuse);
        request.endHandler(_ -> incoming.end());
        request.resume();
        return incoming.promise.future().onComplete(_ -> vertx.cancelTimer(timer));
    }

    /** Nothing more of it is taken. */
    private static void stop(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().reset();
        } else {
            request.connection().close();
        }
    }

    /** So much more, or less, is held; the session's share of it is what comes out. */
    private long hold(@Nullable SessionId session, long bytes) {
        held.addAndGet(bytes);
        Long share = session == null
                ? null
                : bySession.merge(session, bytes, (before, added) -> before + added == 0 ? null : before + added);
        return share == null ? 0 : share;
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
        private final RoutingContext routing;
        private final HttpServerRequest request;
        private final @Nullable SessionId session;
        private final Promise<Buffer> promise = Promise.promise();
        private Buffer body = Buffer.buffer();
        private long holds;
        private long seen;
        private boolean watched;
        private boolean answered;
        private boolean stops;

        Incoming(RoutingContext routing, @Nullable SessionId session) {
            this.routing = routing;
            this.request = routing.request();
            this.session = session;
        }

        /** A small body that comes as it should needs nobody to look after it. */
        private void watch() {
            if (!watched && !request.response().ended() && !request.response().closed()) {
                watched = true;
                routing.addEndHandler(_ -> answered());
            }
        }

        void add(Buffer chunk) {
            seen += chunk.length();
            if (seen > THROWN_AWAY) {
                tooLarge(seen);
                if (answered) {
                    stop(request);
                }
            } else if (seen > limit) {
                letGo();
            } else if (!promise.future().isComplete() && fits()) {
                body.appendBuffer(chunk);
            }
        }

        /** What has come is of no use any more, and not kept for as long as its sender pleases. */
        private void letGo() {
            body = Buffer.buffer();
            if (holds > 0) {
                hold(session, -holds);
                holds = 0;
            }
        }

        /** A small one counts for nothing; others count as they come. */
        private boolean fits() {
            if (seen <= SMALL) {
                return true;
            }
            watch();
            long more = seen - holds;
            holds = seen;
            long share = hold(session, more);
            if (held.get() <= together && share <= together / SHARES) {
                return true;
            }
            refuse(new RetryLater(Problem.OVERLOADED, "too much waits to be written", Duration.ofSeconds(1)));
            return false;
        }

        void end() {
            if (seen > limit) {
                tooLarge(seen);
            } else {
                promise.tryComplete(body);
            }
        }

        void tooLarge(long bytes) {
            stopIf(bytes > THROWN_AWAY);
            refuse(Invalid.tooLarge("a body of " + bytes + " bytes; the limit is " + limit, bytes, limit));
        }

        void late() {
            stopIf(true);
            refuse(new Invalid(
                    Problem.MALFORMED, null, "the body did not come within " + patience.toSeconds() + " seconds"));
        }

        void refuse(Throwable why) {
            if (promise.tryFail(why)) {
                letGo();
            }
        }

        /** The rest is not waited for once it is answered. */
        private void stopIf(boolean far) {
            if (far && !promise.future().isComplete()) {
                stops = true;
                watch();
                if (request.version() != HttpVersion.HTTP_2) {
                    request.response().putHeader("Connection", "close");
                }
            }
        }

        private void answered() {
            answered = true;
            letGo();
            if (stops && request.version() == HttpVersion.HTTP_2) {
                // An end at once would overtake the answer.
                vertx.setTimer(GRACE, _ -> {
                    if (!request.isEnded()) {
                        request.response().reset();
                    }
                });
            }
        }
    }
}
