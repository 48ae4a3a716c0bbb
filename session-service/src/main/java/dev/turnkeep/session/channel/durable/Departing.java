package dev.turnkeep.session.channel.durable;

import dev.turnkeep.session.channel.Farewell;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** While the node stops, whoever asks anything of it is told to ask another one next time. */
@Singleton
class Departing {
    /** Before everything that may answer. */
    private static final int FIRST = 10_001;

    private final Readers readers;

    Departing(Readers readers) {
        this.readers = readers;
    }

    void register(@Observes Filters filters) {
        filters.register(this::handle, FIRST);
    }

    private void handle(RoutingContext routing) {
        if (readers.isStopping()) {
            Farewell.to(routing.request());
        }
        routing.next();
    }
}
