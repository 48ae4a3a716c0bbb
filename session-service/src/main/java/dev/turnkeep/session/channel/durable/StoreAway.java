package dev.turnkeep.session.channel.durable;

import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.platform.postgres.Await;
import io.vertx.core.VertxException;
import io.vertx.pgclient.PgException;
import java.util.List;

/** Tells a Postgres that is away, or busy with others, from one that means what it says. */
public final class StoreAway {
    /** Connection, resources, operator, read-only, deadlock and other conflicts, lock timeout, cancelled by a timeout. */
    private static final List<String> PASSING = List.of("08", "53", "57", "25006", "40", "55P03");

    private StoreAway() {}

    /** A 503 where waiting helps; else what it was. */
    public static Throwable orElse(Throwable thrown) {
        boolean away =
                switch (thrown) {
                    case PgException refused -> {
                        String state = refused.getSqlState() == null ? "" : refused.getSqlState();
                        yield PASSING.stream().anyMatch(state::startsWith);
                    }
                    case VertxException _, Await.Unreachable _ -> true;
                    default -> false;
                };
        return away ? RetryLater.unavailable("Postgres does not answer") : thrown;
    }
}
