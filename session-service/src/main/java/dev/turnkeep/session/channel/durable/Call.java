package dev.turnkeep.session.channel.durable;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnkeep.contracts.problem.Excess;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.ProblemDocument;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.channel.durable.DurableRoutes.Target;
import dev.turnkeep.session.channel.log.StreamAddress;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request: what it says, and how it is answered. Questions may be asked on any thread; it answers on its own. */
final class Call {
    private static final Logger LOG = LoggerFactory.getLogger(Call.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RoutingContext routing;
    private final Context context;
    private final Target target;
    private final Buffer body;

    Call(RoutingContext routing, Context context, Target target, Buffer body) {
        this.routing = routing;
        this.context = context;
        this.target = target;
        this.body = body;
    }

    StreamAddress stream() {
        return target.stream();
    }

    /** Whether it comes with a token only. */
    boolean isGuest() {
        return target.guest();
    }

    Buffer body() {
        return body;
    }

    Context context() {
        return context;
    }

    HttpServerResponse response() {
        return routing.response();
    }

    RoutingContext routing() {
        return routing;
    }

    HttpServerRequest request() {
        return routing.request();
    }

    @Nullable
    String header(String name) {
        return routing.request().getHeader(name);
    }

    List<String> query(String name) {
        return routing.queryParam(name);
    }

    /** Whether a header says {@code true}, in any case; anything else is as if it were not there. */
    boolean says(String name) {
        return Protocol.TRUE.equalsIgnoreCase(header(name));
    }

    /** Where the stream is, for clients. */
    String location() {
        String uri = routing.request().absoluteURI();
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    void answer(Answer answer) {
        write(routing, context, answer, null);
    }

    /** @param way by which its body goes out */
    void answer(Answer answer, Way way) {
        write(routing, context, answer, way);
    }

    /** How a body goes out that is not simply written. Called once, on the event loop. */
    interface Way {
        void send(Buffer body);

        /** There is nobody to send it to, or nothing to send. */
        void spare();
    }

    void fail(Throwable thrown) {
        fail(routing, context, thrown);
    }

    static void fail(RoutingContext routing, Context context, Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        write(
                routing,
                context,
                switch (StoreAway.orElse(cause)) {
                    case Invalid invalid ->
                        Answer.problem(invalid.problem(), invalid.detail()).exceeding(invalid.excess());
                    case RetryLater later ->
                        Answer.problem(later.problem(), later.detail())
                                .with(
                                        "Retry-After",
                                        Long.toString(Math.max(
                                                1, later.after().plusMillis(999).toSeconds())));
                    default -> {
                        // Never the message: it can quote content.
                        LOG.atError()
                                .addKeyValue("failure", cause.getClass().getName())
                                .addKeyValue("at", cause.getStackTrace().length == 0 ? "" : cause.getStackTrace()[0])
                                .log("a channel request failed unexpectedly");
                        yield Answer.problem(Problem.INTERNAL, Problem.INTERNAL.title());
                    }
                },
                null);
    }

    private static void write(RoutingContext routing, Context context, Answer answer, @Nullable Way way) {
        if (Vertx.currentContext() != context) {
            context.runOnContext(_ -> write(routing, context, answer, way));
            return;
        }
        HttpServerResponse response = routing.response();
        if (response.ended() || response.closed()) {
            if (way != null) {
                way.spare();
            }
            return;
        }
        response.setStatusCode(answer.status());
        answer.headers().forEach(response::putHeader);
        Buffer body = answer.body();
        if (answer.problem() != null) {
            response.putHeader("Content-Type", ProblemDocument.MEDIA_TYPE);
            response.putHeader("Cache-Control", "no-store");
            response.putHeader("x-should-retry", answer.status() >= 500 || answer.status() == 429 ? "true" : "false");
            if (answer.status() == 401) {
                response.putHeader("WWW-Authenticate", "Bearer");
            }
            body = problem(answer.problem(), answer.detail(), answer.excess());
        }
        boolean bodyless = answer.status() == 204 || answer.status() == 304;
        boolean empty = routing.request().method().equals(HttpMethod.HEAD) || bodyless;
        if (way != null && !empty) {
            way.send(body);
            return;
        }
        if (way != null) {
            way.spare();
        }
        var unused = empty ? response.end() : response.end(body);
    }

    private static Buffer problem(Problem problem, String detail, @Nullable Excess excess) {
        try {
            return Buffer.buffer(
                    JSON.writeValueAsBytes(ProblemDocument.of(problem, problem.status(), detail, null, null)
                            .with(excess)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
