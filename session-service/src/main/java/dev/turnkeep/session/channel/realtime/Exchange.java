package dev.turnkeep.session.channel.realtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.ProblemDocument;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.access.Granted;
import dev.turnkeep.session.channel.durable.Delivery;
import dev.turnkeep.session.channel.durable.StoreAway;
import dev.turnkeep.session.http.SessionApiDialect;
import dev.turnkeep.session.http.SessionApiDialect.Form;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request, and how it is answered. Questions may be asked on any thread; it answers on its own. */
final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RoutingContext routing;
    private final Context context;
    private final RealtimePath path;
    private final Clock clock;

    Exchange(RoutingContext routing, Context context, RealtimePath path, Clock clock) {
        this.routing = routing;
        this.context = context;
        this.path = path;
        this.clock = clock;
    }

    /** A request that may be answered as it asks. */
    record Let(Exchange exchange, Granted granted) {
        RealtimePath path() {
            return exchange.path;
        }
    }

    RealtimePath path() {
        return path;
    }

    RoutingContext routing() {
        return routing;
    }

    Context context() {
        return context;
    }

    HttpServerRequest request() {
        return routing.request();
    }

    HttpServerResponse response() {
        return routing.response();
    }

    boolean isHead() {
        return routing.request().method().equals(HttpMethod.HEAD);
    }

    @Nullable
    String header(String name) {
        return routing.request().getHeader(name);
    }

    /** The last one, as clients of this API are used to. */
    @Nullable
    String query(String name) {
        List<String> values = routing.queryParam(name);
        return values.isEmpty() ? null : values.getLast();
    }

    /** On any thread. */
    void json(int status, Object body) {
        answer(status, "application/json", json(body));
    }

    void answer(int status, String mediaType, Buffer body) {
        answer(status, mediaType, body, null);
    }

    /** @param way by which the body goes out; null for any */
    void answer(int status, String mediaType, Buffer body, @Nullable Delivery way) {
        onContext(() -> {
            HttpServerResponse response = routing.response();
            if (response.ended() || response.closed()) {
                if (way != null) {
                    way.spare();
                }
                return;
            }
            response.setStatusCode(status);
            response.putHeader("Content-Type", mediaType);
            response.putHeader("Cache-Control", "no-store");
            if (way != null) {
                way.send(body);
                return;
            }
            var unused = isHead() ? response.end() : response.end(body);
        });
    }

    void fail(Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        switch (StoreAway.orElse(cause)) {
            case Invalid invalid ->
                problem(
                        invalid.problem(),
                        ProblemDocument.of(
                                        invalid.problem(),
                                        invalid.problem().status(),
                                        invalid.detail(),
                                        invalid.field(),
                                        null)
                                .with(invalid.excess()));
            case RetryLater later -> {
                String seconds =
                        Long.toString(Math.max(1, later.after().plusMillis(999).toSeconds()));
                onContext(() -> routing.response().putHeader("Retry-After", seconds));
                problem(later.problem(), later.detail());
            }
            default -> {
                // Never the message: it can quote content.
                LOG.atError()
                        .addKeyValue("failure", cause.getClass().getName())
                        .addKeyValue("at", cause.getStackTrace().length == 0 ? "" : cause.getStackTrace()[0])
                        .log("a realtime request failed unexpectedly");
                problem(Problem.INTERNAL, Problem.INTERNAL.title());
            }
        }
    }

    void problem(Problem problem, String detail) {
        problem(problem, ProblemDocument.of(problem, problem.status(), detail, null, null));
    }

    private void problem(Problem problem, ProblemDocument document) {
        onContext(() -> {
            HttpServerResponse response = routing.response();
            if (response.headWritten()) {
                // Half an answer must not pass for a whole one.
                drop();
                return;
            }
            boolean passes = document.status() >= 500 || document.status() == 429;
            response.putHeader("x-should-retry", passes && document.status() != 501 ? "true" : "false");
            if (document.status() == 401) {
                response.putHeader("WWW-Authenticate", "Bearer");
            }
            Form form = SessionApiDialect.form(problem, document, response.headers(), clock.millis());
            answer(form.status(), form.mediaType(), json(form.body()));
        });
    }

    /** Ends the connection and not the answer, which its client cannot take for a whole one then. On the event loop. */
    void drop() {
        if (routing.request().version() == HttpVersion.HTTP_2) {
            routing.response().reset();
        } else {
            // Nobody would hear of the end of a response that is reset, and a node that stops would wait for it.
            routing.request().connection().close();
        }
    }

    void onContext(Runnable action) {
        if (Vertx.currentContext() == context) {
            action.run();
        } else {
            context.runOnContext(_ -> action.run());
        }
    }

    private static Buffer json(Object body) {
        try {
            return Buffer.buffer(JSON.writeValueAsBytes(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
