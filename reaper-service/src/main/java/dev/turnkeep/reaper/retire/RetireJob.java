package dev.turnkeep.reaper.retire;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.reaper.config.ReaperConfig;
import dev.turnkeep.reaper.ending.Changer;
import dev.turnkeep.reaper.ending.Postgres;
import dev.turnkeep.reaper.ending.Tally;
import dev.turnkeep.reaper.job.Counts;
import dev.turnkeep.reaper.job.Job;
import io.vertx.sqlclient.Row;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Frees the keys of sessions that have long been over: the agent that comes back gets a fresh one. History stays. */
public final class RetireJob implements Job {
    /** By the day of their last activity, which is indexed; then by its time. */
    private static final String OLD = """
            SELECT s.id, s.over_on,
                   CASE WHEN s.epoch = 0 THEN s.created_at ELSE coalesce(s.last_received_at, s.updated_at) END < $1 AS due
            FROM sessions s
            WHERE s.over_on <= ($1::timestamptz AT TIME ZONE 'UTC')::date AND (s.over_on, s.id) > ($2, $3)
            ORDER BY s.over_on, s.id
            LIMIT $4
            """;

    private final Postgres postgres;
    private final Changer changer;
    private final Clock clock;
    private final ReaperConfig config;
    private final Retention retention;

    public RetireJob(Postgres postgres, Changer changer, Clock clock, ReaperConfig config) {
        this.postgres = postgres;
        this.changer = changer;
        this.clock = clock;
        this.config = config;
        this.retention = Retention.ofDays(config.retire().maxAgeDays().doubleValue());
    }

    @Override
    public String name() {
        return "retire";
    }

    @Override
    public boolean enabled() {
        return config.retire().enabled();
    }

    @Override
    public Duration untilFirst(Instant now) {
        return Duration.ZERO;
    }

    @Override
    public Duration untilNext(Instant now) {
        return config.retire().every();
    }

    @Override
    public Counts run() {
        Counts counts = Counts.zero("seen", "retired");
        Instant now = clock.instant();
        Optional<Instant> cutoff = retention.cutoff(now);
        if (cutoff.isPresent()) {
            retire(cutoff.get(), now, counts);
        }
        return counts;
    }

    private void retire(Instant cutoff, Instant now, Counts counts) {
        LocalDate day = LocalDate.EPOCH;
        UUID last = new UUID(0, 0);
        List<Row> page;
        do {
            page = postgres.rows(OLD, cutoff.atOffset(ZoneOffset.UTC), day, last, config.batch());
            if (!page.isEmpty()) {
                List<SessionId> due = page.stream()
                        .filter(row -> row.getBoolean("due"))
                        .map(row -> new SessionId(row.getUUID("id")))
                        .toList();
                counts.add("seen", due.size());
                if (!due.isEmpty()) {
                    Tally.add(counts, "retired", changer.retire(due, cutoff, now));
                }
                day = page.getLast().getLocalDate("over_on");
                last = page.getLast().getUUID("id");
            }
        } while (page.size() == config.batch());
    }
}
