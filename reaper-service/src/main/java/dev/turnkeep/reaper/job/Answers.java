package dev.turnkeep.reaper.job;

import io.vertx.core.Context;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Supplier;

/** JSON answers of routes that take their time. */
public final class Answers {
    private Answers() {}

    /** A status and a body. */
    public record Answer(int status, JsonObject body) {}

    /** Works on a virtual thread, and answers on the request's own. */
    public static void later(RoutingContext request, Supplier<Answer> work) {
        Context context = request.vertx().getOrCreateContext();
        Thread.ofVirtual().name("on-demand").start(() -> {
            Answer answer = answer(work);
            context.runOnContext(now -> send(request, answer.status(), answer.body()));
        });
    }

    private static Answer answer(Supplier<Answer> work) {
        try {
            return work.get();
        } catch (RuntimeException e) {
            return new Answer(503, new JsonObject().put("error", "it failed; the log says why"));
        }
    }

    public static void send(RoutingContext request, int status, JsonObject body) {
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(body.encode() + "\n");
    }
}
