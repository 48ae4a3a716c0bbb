package dev.turnkeep.replication.table;

import dev.turnkeep.platform.postgres.PostgresConfig;
import dev.turnkeep.replication.stream.PostgresServer;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * On the management port: {@code POST /resnapshot} has ClickHouse's tables made anew, by whichever instance leads. 409 when this
 * one is not configured to bring tables, 503 when Postgres does not answer.
 */
@Singleton
public class TablesRoutes {
    private static final Logger LOG = Logger.getLogger(TablesRoutes.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TablesStream tables;
    private final TablesConfig config;
    private final PostgresConfig postgres;

    TablesRoutes(TablesStream tables, TablesConfig config, PostgresConfig postgres) {
        this.tables = tables;
        this.config = config;
        this.postgres = postgres;
    }

    void routes(@Observes ManagementInterface management) {
        management.router().post("/resnapshot").blockingHandler(context -> answer(context, this::resnapshot));
    }

    private interface Work {
        JsonObject run();
    }

    private JsonObject resnapshot() {
        if (tables.sink().isEmpty()) throw new IllegalStateException("this instance brings no tables");
        PostgresServer server = new PostgresServer(postgres);
        try (PostgresLink link = new PostgresLink(() -> server.tables("turnkeep-resnapshot", PATIENCE))) {
            Resnapshot.request(link, TablesStream.NAME);
        }
        try (PostgresLink link = new PostgresLink(() -> server.login("turnkeep-resnapshot", PATIENCE))) {
            Resnapshot.interrupt(link, config.slot());
        }
        return new JsonObject().put("requested", true);
    }

    private static void answer(RoutingContext context, Work work) {
        try {
            context.response()
                    .putHeader("content-type", "application/json")
                    .end(work.run().encode());
        } catch (IllegalStateException e) {
            refuse(context, 409, e);
        } catch (RuntimeException e) {
            LOG.warnf(e, "management: %s failed", context.normalizedPath());
            refuse(context, 503, e);
        }
    }

    private static void refuse(RoutingContext context, int status, RuntimeException e) {
        context.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json")
                .end(new JsonObject().put("error", e.getMessage()).encode());
    }
}
