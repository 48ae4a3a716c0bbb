package dev.turnkeep.session.channel.durable;

import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.access.Access;
import dev.turnkeep.session.access.Granted;
import dev.turnkeep.session.access.Route;
import dev.turnkeep.session.access.SessionRef;
import dev.turnkeep.session.channel.ChannelsConfig;
import dev.turnkeep.session.channel.log.StreamAddress;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Durable Streams on a session's channels and in the open namespace. Routes of Vert.x, because the protocol wants exact
 * headers, encoded slashes in names, and readers that wait without a thread.
 */
@Singleton
class DurableRoutes {
    private static final String METHODS = "GET, HEAD, PUT, POST, DELETE, OPTIONS";

    private final ChannelsConfig config;
    private final Access access;
    private final Readers readers;
    private final Reading reading;
    private final Writing writing;
    private final Making making;
    private final RequestBody bodies;

    DurableRoutes(
            ChannelsConfig config,
            Access access,
            Readers readers,
            Reading reading,
            Writing writing,
            Making making,
            RequestBody bodies) {
        this.config = config;
        this.bodies = bodies;
        this.access = access;
        this.readers = readers;
        this.reading = reading;
        this.writing = writing;
        this.making = making;
    }

    /**
     * What a request is about.
     *
     * @param guest whether its sender has a token only, and no key
     */
    record Target(StreamAddress stream, boolean guest) {}

    /** From paths to the streams that the caller may reach; what it may not is thrown. */
    interface Naming {
        /** What the request is about. */
        Target target(String path);

        /** What a fork is made of. */
        StreamAddress source(String path);
    }

    private static final Naming OPEN = new Naming() {
        @Override
        public Target target(String path) {
            return new Target(Addresses.open(path), false);
        }

        @Override
        public StreamAddress source(String path) {
            return Addresses.open(path);
        }
    };

    void register(@Observes Router router) {
        router.routeWithRegex(Addresses.CHANNEL.pattern())
                .handler(routing -> handle(routing, ofCaller(routing.request())));
        if (config.openNamespace()) {
            router.routeWithRegex(Addresses.OPEN + ".+").handler(routing -> {
                // Without authentication, so for this machine only: to others, and through a proxy, it is not there.
                if (isLocal(routing.request())) {
                    handle(routing, OPEN);
                } else if (routing.request().method().equals(HttpMethod.OPTIONS)) {
                    // What could be sent; without the origin, nobody's page may.
                    preflight(routing);
                } else {
                    routing.next();
                }
            });
        }
    }

    private Naming ofCaller(HttpServerRequest request) {
        return new Naming() {
            @Override
            public Target target(String path) {
                return channel(request, route(request.method(), path), path);
            }

            @Override
            public StreamAddress source(String path) {
                return channel(request, Route.CHANNEL_READ, path).stream();
            }
        };
    }

    private Target channel(HttpServerRequest request, Route route, String path) {
        Addresses.Channel channel = Addresses.channel(path);
        Granted granted = access.session(request, route, SessionRef.id(channel.session()));
        return new Target(
                StreamAddress.channel(granted.scope(), granted.id(), channel.name()),
                !granted.caller().holdsKey());
    }

    private static Route route(HttpMethod method, String path) {
        return switch (method.name()) {
            case "POST" -> Addresses.channel(path).name().equals("in") ? Route.CHANNEL_WRITE_IN : Route.CHANNEL_WRITE;
            case "PUT" -> Route.CHANNEL_MAKE;
            case "DELETE" -> Route.CHANNEL_DELETE;
            default -> Route.CHANNEL_READ;
        };
    }

    private void handle(RoutingContext routing, Naming naming) {
        Context context = Objects.requireNonNull(Vertx.currentContext());
        HttpServerRequest request = routing.request();
        headers(routing.response());
        if (request.method().equals(HttpMethod.OPTIONS)) {
            preflight(routing);
        } else if (!hasBody(request)) {
            bodies.discard(request);
            Thread.ofVirtual().name("channel").start(() -> run(routing, context, naming));
        } else if (bodies.isSmall(request)) {
            bodies.read(routing).onComplete(read -> {
                if (read.failed()) {
                    Call.fail(routing, context, read.cause());
                } else {
                    Thread.ofVirtual().name("channel").start(() -> run(routing, context, naming, read.result()));
                }
            });
        } else {
            request.pause();
            Thread.ofVirtual().name("channel").start(() -> runWithBody(routing, context, naming));
        }
    }

    private void preflight(RoutingContext routing) {
        bodies.discard(routing.request());
        routing.response()
                .putHeader("Access-Control-Allow-Methods", METHODS)
                .putHeader("Access-Control-Allow-Headers", Protocol.ALLOWED_HEADERS)
                .putHeader("Access-Control-Max-Age", "86400")
                .setStatusCode(204)
                .end();
    }

    private static boolean hasBody(HttpServerRequest request) {
        return request.method().equals(HttpMethod.POST) || request.method().equals(HttpMethod.PUT);
    }

    /** Never cached by others, never run as something else, and readable by any page that has the key. */
    private static void headers(HttpServerResponse response) {
        response.putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Cross-Origin-Resource-Policy", "cross-origin")
                .putHeader("Access-Control-Allow-Origin", "*")
                .putHeader("Access-Control-Expose-Headers", Protocol.EXPOSED)
                .putHeader("Vary", "Authorization");
    }

    private void run(RoutingContext routing, Context context, Naming naming) {
        run(routing, context, naming, Buffer.buffer());
    }

    private void run(RoutingContext routing, Context context, Naming naming, Buffer body) {
        try {
            answer(new Call(routing, context, target(routing, naming), body), naming);
        } catch (Throwable thrown) {
            Call.fail(routing, context, thrown);
        }
    }

    /** What is large is read once it is known that its sender may send it. */
    private void runWithBody(RoutingContext routing, Context context, Naming naming) {
        Target target;
        try {
            target = target(routing, naming);
        } catch (Throwable thrown) {
            context.runOnContext(_ -> {
                bodies.discard(routing.request());
                Call.fail(routing, context, thrown);
            });
            return;
        }
        CompletableFuture<Buffer> body = new CompletableFuture<>();
        context.runOnContext(_ -> bodies.read(routing, target.stream().owner())
                .onSuccess(body::complete)
                .onFailure(body::completeExceptionally));
        try {
            answer(new Call(routing, context, target, body.join()), naming);
        } catch (Throwable thrown) {
            Call.fail(routing, context, thrown);
        }
    }

    private Target target(RoutingContext routing, Naming naming) {
        readers.check();
        return naming.target(Objects.requireNonNull(routing.request().path()));
    }

    private void answer(Call call, Naming naming) {
        switch (call.routing().request().method().name()) {
            case "GET" -> reading.get(call);
            case "HEAD" -> reading.head(call);
            case "PUT" -> making.put(call, naming::source);
            case "POST" -> writing.post(call);
            case "DELETE" -> making.delete(call);
            default ->
                call.answer(Answer.problem(Problem.METHOD_NOT_ALLOWED, "the method is not allowed here")
                        .with("Allow", METHODS));
        }
    }

    /** From this machine, and not on behalf of a page from elsewhere: a browser here is local, too. */
    private static boolean isLocal(HttpServerRequest request) {
        SocketAddress remote = request.remoteAddress();
        InetAddress host = remote == null || remote.hostAddress() == null
                ? null
                : new InetSocketAddress(remote.hostAddress(), 0).getAddress();
        HostAndPort authority = request.authority();
        return host != null
                && host.isLoopbackAddress()
                && request.getHeader("Forwarded") == null
                && request.getHeader("X-Forwarded-For") == null
                && authority != null
                && isLoopback(authority.host())
                && isLocalPage(request.getHeader("Origin"));
    }

    private static boolean isLocalPage(@Nullable String origin) {
        if (origin == null) {
            return true;
        }
        try {
            return isLoopback(URI.create(origin).getHost());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** A name that means this machine whoever is asked; another one may be made to. */
    private static boolean isLoopback(@Nullable String name) {
        if (name == null || name.equalsIgnoreCase("localhost")) {
            return name != null;
        }
        try {
            return InetAddress.ofLiteral(name.replace("[", "").replace("]", "")).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
