package dev.turnkeep.reaper.reap;

import dev.turnkeep.reaper.ending.Postgres;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/**
 * How many sessions are open, and how long the most overdue one has been: looked up with each run of reap, so that a scrape
 * costs nothing. NaN while that is unknown.
 */
public final class OpenGauges {
    private static final Logger LOG = Logger.getLogger(OpenGauges.class);

    /** The most overdue session is in one of the earliest buckets. */
    private static final String LOOK = """
            SELECT (SELECT count(*) FROM sessions o WHERE o.state = 'open') AS open,
                   (SELECT coalesce(GREATEST(0, extract(epoch FROM $1 - min(d.last_received_at
                        + coalesce((e.harness_idle_timeouts ->> d.harness_id)::interval, e.idle_timeout)))), 0)::float8
                    FROM (SELECT s.* FROM sessions s
                          WHERE s.state = 'open' AND s.idle_bucket <= $1 ORDER BY s.idle_bucket LIMIT 1000) d
                    JOIN environments e ON e.org_id = d.org_id AND e.name = d.environment) AS overdue
            """;

    private final Postgres postgres;
    private final AtomicReference<Double> open = new AtomicReference<>(Double.NaN);
    private final AtomicReference<Double> overdue = new AtomicReference<>(Double.NaN);

    public OpenGauges(Postgres postgres, MeterRegistry registry) {
        this.postgres = postgres;
        registry.gauge("turnkeep_sessions_open", open, AtomicReference::get);
        registry.gauge("turnkeep_session_oldest_overdue_seconds", overdue, AtomicReference::get);
    }

    void refresh(Instant now) {
        try {
            Row row = postgres.rows(LOOK, now.atOffset(ZoneOffset.UTC)).getFirst();
            open.set((double) row.getLong("open"));
            overdue.set(row.getDouble("overdue"));
        } catch (RuntimeException e) {
            open.set(Double.NaN);
            overdue.set(Double.NaN);
            LOG.debugf(
                    "the open sessions were not counted: reason=%s",
                    e.getClass().getSimpleName());
        }
    }
}
