package dev.turnkeep.reaper.reap;

import dev.turnkeep.reaper.ending.Postgres;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.sqlclient.Row;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToDoubleFunction;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * How many sessions are open, and how long the most overdue one has been that nobody keeps: looked up with each run of reap, so that a scrape
 * costs nothing. NaN while that is unknown, also when no run has looked for long: a job that stands still must not show the
 * last good value.
 */
public final class OpenGauges {
    private static final Logger LOG = Logger.getLogger(OpenGauges.class);

    /**
     * The most overdue session is in one of the earliest buckets. One that somebody keeps, by a lease or by writing to a channel, is
     * not overdue: it may be kept for days, and nobody is to be called for that. So the earliest buckets are looked at beyond those,
     * as far as a look may cost.
     */
    private static final String LOOK = """
            SELECT (SELECT count(*) FROM sessions o WHERE o.state = 'open') AS open,
                   (SELECT coalesce(GREATEST(0, extract(epoch FROM $1 - min(d.last_received_at
                        + coalesce((e.harness_idle_timeouts ->> d.harness_id)::interval, e.idle_timeout)))), 0)::float8
                    FROM (SELECT s.* FROM sessions s
                          WHERE s.state = 'open' AND s.idle_bucket <= $1 ORDER BY s.idle_bucket LIMIT 10000) d
                    JOIN environments e ON e.org_id = d.org_id AND e.name = d.environment
                    WHERE NOT EXISTS (SELECT FROM session_leases h WHERE h.session_id = d.id AND h.expires_at > $1)
                      AND NOT EXISTS (SELECT FROM streams t
                                      WHERE t.session_id = d.id AND t.org_id = d.org_id AND t.environment = d.environment
                                        AND t.deleted_at IS NULL
                                        AND t.last_at >= $1 - coalesce(
                                            (e.harness_idle_timeouts ->> d.harness_id)::interval, e.idle_timeout))) AS overdue
            """;

    private record Looked(double open, double overdue, Instant at) {}

    private final Postgres postgres;
    private final Clock clock;
    private final Duration validFor;
    private final AtomicReference<@Nullable Looked> looked = new AtomicReference<>();

    /** @param validFor how long a look is shown */
    public OpenGauges(Postgres postgres, Clock clock, Duration validFor, MeterRegistry registry) {
        this.postgres = postgres;
        this.clock = clock;
        this.validFor = validFor;
        registry.gauge("turnkeep_sessions_open", this, gauges -> gauges.shown(Looked::open));
        registry.gauge("turnkeep_session_oldest_overdue_seconds", this, gauges -> gauges.shown(Looked::overdue));
    }

    private double shown(ToDoubleFunction<Looked> value) {
        Looked last = looked.get();
        return last == null || last.at().plus(validFor).isBefore(clock.instant())
                ? Double.NaN
                : value.applyAsDouble(last);
    }

    void refresh(Instant now) {
        try {
            Row row = postgres.rows(LOOK, now.atOffset(ZoneOffset.UTC)).getFirst();
            looked.set(new Looked(row.getLong("open"), row.getDouble("overdue"), now));
        } catch (RuntimeException e) {
            looked.set(null);
            LOG.debugf(
                    "the open sessions were not counted: reason=%s",
                    e.getClass().getSimpleName());
        }
    }
}
