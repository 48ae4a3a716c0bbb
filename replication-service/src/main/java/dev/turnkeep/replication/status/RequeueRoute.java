package dev.turnkeep.replication.status;

import dev.turnkeep.replication.stream.Pipeline;
import dev.turnkeep.replication.stream.Requeued;
import dev.turnkeep.replication.stream.Streams;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/**
 * {@code POST /requeue} on the management port: tries what is in quarantine once more, of the streams that this instance leads.
 * 409 when it leads none that can, 503 when a store does not answer.
 */
@Singleton
public class RequeueRoute {
    private static final Logger LOG = Logger.getLogger(RequeueRoute.class);

    private final Streams streams;

    RequeueRoute(Streams streams) {
        this.streams = streams;
    }

    void route(@Observes ManagementInterface management) {
        management.router().post("/requeue").blockingHandler(this::requeue);
    }

    private void requeue(RoutingContext context) {
        Requeued sum = Requeued.NONE;
        JsonArray done = new JsonArray();
        JsonObject elsewhere = new JsonObject();
        for (Pipeline pipeline : streams.all()) {
            try {
                sum = sum.plus(pipeline.requeue());
                done.add(pipeline.name());
            } catch (IllegalStateException e) {
                elsewhere.put(pipeline.name(), e.getMessage());
            } catch (RuntimeException e) {
                LOG.warnf(e, "requeue failed: stream=%s", pipeline.name());
                answer(context, 503, new JsonObject().put("error", e.getMessage()));
                return;
            }
        }
        answer(
                context,
                done.isEmpty() ? 409 : 200,
                new JsonObject()
                        .put("stored", sum.stored())
                        .put("refused", sum.refused())
                        .put("dropped", sum.dropped())
                        .put("streams", done)
                        .put("not_here", elsewhere));
    }

    private static void answer(RoutingContext context, int status, JsonObject body) {
        context.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json")
                .end(body.encode());
    }
}
