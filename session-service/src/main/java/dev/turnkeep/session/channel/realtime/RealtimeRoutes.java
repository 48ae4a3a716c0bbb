package dev.turnkeep.session.channel.realtime;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.access.Access;
import dev.turnkeep.session.access.Route;
import dev.turnkeep.session.access.SessionRef;
import dev.turnkeep.session.channel.durable.Following;
import dev.turnkeep.session.channel.durable.RequestBody;
import dev.turnkeep.session.channel.realtime.Exchange.Let;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Realtime on a session's channels, as {@code @trigger.dev/sdk} speaks it: the same log as that of the other protocols.
 * Routes of Vert.x, because names have encoded slashes, and readers wait without a thread.
 */
@Singleton
class RealtimeRoutes {
    private final Access access;
    private final Following following;
    private final RequestBody bodies;
    private final RealtimeSessions sessions;
    private final Initialising initialising;
    private final Subscribing subscribing;
    private final Draining draining;
    private final Appending appending;

    RealtimeRoutes(
            Access access,
            Following following,
            RequestBody bodies,
            RealtimeSessions sessions,
            Initialising initialising,
            Subscribing subscribing,
            Draining draining,
            Appending appending) {
        this.access = access;
        this.following = following;
        this.bodies = bodies;
        this.sessions = sessions;
        this.initialising = initialising;
        this.subscribing = subscribing;
        this.draining = draining;
        this.appending = appending;
    }

    void register(@Observes Router router) {
        router.routeWithRegex(RealtimePath.ANY).handler(this::handle);
    }

    private void handle(RoutingContext routing) {
        Context context = Objects.requireNonNull(Vertx.currentContext());
        HttpServerRequest request = routing.request();
        routing.response()
                .putHeader("X-Content-Type-Options", "nosniff")
                .headers()
                .add("Vary", "Authorization");
        if (request.method().equals(HttpMethod.OPTIONS)) {
            bodies.discard(request);
            routing.response().setStatusCode(204).end();
        } else if (!request.method().equals(HttpMethod.POST)) {
            bodies.discard(request);
            Thread.ofVirtual().name("channel").start(() -> run(routing, context, Buffer.buffer()));
        } else if (bodies.isSmall(request)) {
            bodies.read(routing)
                    .onComplete(read -> Thread.ofVirtual().name("channel").start(() -> {
                        if (read.failed()) {
                            unnamed(routing, context).fail(read.cause());
                        } else {
                            run(routing, context, read.result());
                        }
                    }));
        } else {
            request.pause();
            Thread.ofVirtual().name("channel").start(() -> runWithBody(routing, context));
        }
    }

    private void run(RoutingContext routing, Context context, Buffer body) {
        Exchange exchange = unnamed(routing, context);
        try {
            exchange = named(routing, context);
            answer(let(exchange), body);
        } catch (Throwable thrown) {
            exchange.fail(thrown);
        }
    }

    /** What is large is read once it is known that its sender may send it. */
    private void runWithBody(RoutingContext routing, Context context) {
        Exchange exchange = unnamed(routing, context);
        Let let;
        SessionId session;
        try {
            exchange = named(routing, context);
            let = let(exchange);
            session = sessions.get(let.granted()).id();
        } catch (Throwable thrown) {
            exchange.onContext(() -> bodies.discard(routing.request()));
            exchange.fail(thrown);
            return;
        }
        CompletableFuture<Buffer> body = new CompletableFuture<>();
        exchange.onContext(
                () -> bodies.read(routing, session).onSuccess(body::complete).onFailure(body::completeExceptionally));
        try {
            answer(let, body.join());
        } catch (Throwable thrown) {
            exchange.fail(thrown);
        }
    }

    private Exchange unnamed(RoutingContext routing, Context context) {
        return new Exchange(
                routing, context, new RealtimePath("", "", RealtimePath.Operation.CHANNEL), following.clock());
    }

    private Exchange named(RoutingContext routing, Context context) {
        String path = Objects.requireNonNull(routing.request().path());
        return new Exchange(routing, context, RealtimePath.parse(path), following.clock());
    }

    /** What the caller may not is thrown. */
    private Let let(Exchange exchange) {
        following.readers().check();
        Optional<Route> route = exchange.path().route(exchange.request().method());
        if (route.isEmpty()) {
            String methods = exchange.path().operation().methods();
            exchange.onContext(() -> exchange.response().putHeader("Allow", methods));
            throw new Invalid(Problem.METHOD_NOT_ALLOWED, null, Problem.METHOD_NOT_ALLOWED.title());
        }
        SessionRef session = SessionRef.api(exchange.path().session());
        return new Let(exchange, access.session(exchange.request(), route.get(), session));
    }

    private void answer(Let let, Buffer body) {
        switch (let.path().operation()) {
            case RECORDS -> draining.get(let);
            case APPEND -> appending.post(let, body);
            case CHANNEL -> {
                switch (let.exchange().request().method().name()) {
                    case "HEAD" -> subscribing.head(let);
                    case "PUT" -> initialising.put(let);
                    default -> subscribing.get(let);
                }
            }
        }
    }
}
