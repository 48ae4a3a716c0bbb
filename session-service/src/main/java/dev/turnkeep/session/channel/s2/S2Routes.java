package dev.turnkeep.session.channel.s2;

import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.access.Route;
import dev.turnkeep.session.channel.durable.Readers;
import dev.turnkeep.session.channel.durable.RequestBody;
import dev.turnkeep.session.channel.token.S2Address;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What of S2 is served: records of a session's channels. A stream's name has slashes, which are encoded in its path. Routes of
 * Vert.x, because sessions of batches go both ways at once.
 */
@Singleton
class S2Routes {
    private static final Pattern PATH = Pattern.compile(S2Address.PATH + "/streams/([^/]+)/records(/tail)?");

    private final Passes passes;
    private final Readers readers;
    private final RequestBody bodies;
    private final Appending appending;
    private final Reading reading;

    S2Routes(Passes passes, Readers readers, RequestBody bodies, Appending appending, Reading reading) {
        this.passes = passes;
        this.readers = readers;
        this.bodies = bodies;
        this.appending = appending;
        this.reading = reading;
    }

    void register(@Observes Router router) {
        router.routeWithRegex(PATH.pattern()).handler(this::handle);
    }

    private void handle(RoutingContext routing) {
        Exchange exchange = new Exchange(routing, Objects.requireNonNull(Vertx.currentContext()));
        HttpServerRequest request = routing.request();
        Matcher path = PATH.matcher(Objects.requireNonNull(request.path()));
        if (!path.matches()) {
            routing.next();
            return;
        }
        String stream = path.group(1);
        boolean tail = path.group(2) != null;
        // A page of an origin is answered by the filter of all routes; whatever the answer, it is not for others to
        // keep.
        routing.response()
                .putHeader("X-Content-Type-Options", "nosniff")
                .headers()
                .add("Vary", "Authorization");
        HttpMethod method = request.method();
        if (method.equals(HttpMethod.GET)) {
            bodies.discard(request);
            Route route = tail ? Route.S2_TAIL : Route.S2_READ;
            run(exchange, () -> read(exchange, passes.reader(request, route, stream), tail));
        } else if (method.equals(HttpMethod.POST) && !tail) {
            append(exchange, stream);
        } else {
            bodies.discard(request);
            String allowed = tail ? "GET" : "GET, POST";
            routing.response().putHeader("Allow", allowed);
            exchange.refuse(Refusal.of(405, "method_not_allowed", "allowed here: " + allowed));
        }
    }

    private void read(Exchange exchange, Pass pass, boolean tail) {
        if (tail) {
            reading.tail(exchange, pass);
        } else {
            reading.read(exchange, pass);
        }
    }

    private void append(Exchange exchange, String stream) {
        HttpServerRequest request = exchange.request();
        if (exchange.names("Content-Type", Frames.TYPE)) {
            request.pause();
            run(exchange, () -> enter(exchange, stream, pass -> appending.session(exchange, pass)));
        } else if (bodies.isSmall(request)) {
            bodies.read(exchange.routing()).onComplete(read -> {
                if (read.failed()) {
                    exchange.refuse(read.cause());
                } else {
                    run(exchange, () -> appending.one(exchange, passes.writer(request, stream), read.result()));
                }
            });
        } else {
            request.pause();
            run(exchange, () -> enter(exchange, stream, pass -> appending.one(exchange, pass, body(exchange, pass))));
        }
    }

    /** What is large, or never ends, is read once it is known that its sender may send it. */
    private void enter(Exchange exchange, String stream, Consumer<Pass> then) {
        try {
            then.accept(passes.writer(exchange.request(), stream));
        } catch (RuntimeException e) {
            exchange.onLoop(() -> {
                if (!exchange.request().isEnded()) {
                    bodies.discard(exchange.request());
                }
            });
            throw e;
        }
    }

    private Buffer body(Exchange exchange, Pass pass) {
        CompletableFuture<Buffer> body = new CompletableFuture<>();
        exchange.onLoop(() -> bodies.read(exchange.routing(), pass.stream().owner())
                .onSuccess(body::complete)
                .onFailure(body::completeExceptionally));
        return body.join();
    }

    private void run(Exchange exchange, Runnable task) {
        exchange.onThread(() -> {
            try {
                readers.check();
            } catch (RetryLater e) {
                // Clients that are told of a draining server come back at once: only sessions are, which have another
                // to go to.
                exchange.refuse(Refusal.unavailable(e));
                return;
            }
            try {
                task.run();
            } catch (Throwable thrown) {
                exchange.refuse(thrown);
            }
        });
    }
}
