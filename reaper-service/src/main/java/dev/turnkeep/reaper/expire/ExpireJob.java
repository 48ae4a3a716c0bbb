package dev.turnkeep.reaper.expire;

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
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;

/** Closes sessions whose {@code expires_at} has passed, with what is open of them, and removes leases that have run out. */
public final class ExpireJob implements Job {
    private static final String DUE = """
            SELECT s.id, s.expires_at
            FROM sessions s
            WHERE s.expires_at <= $1 AND s.closed_at IS NULL AND s.retired_at IS NULL AND NOT s.is_placeholder
              AND (s.expires_at, s.id) > ($2, $3)
            ORDER BY s.expires_at, s.id
            LIMIT $4
            """;

    private final Postgres postgres;
    private final ExpiredLeases leases;
    private final Changer changer;
    private final Clock clock;
    private final ReaperConfig config;

    public ExpireJob(Postgres postgres, Changer changer, Clock clock, ReaperConfig config) {
        this.postgres = postgres;
        this.leases = new ExpiredLeases(postgres, config.batch());
        this.changer = changer;
        this.clock = clock;
        this.config = config;
    }

    @Override
    public String name() {
        return "expire";
    }

    @Override
    public boolean enabled() {
        return config.expire().enabled();
    }

    @Override
    public Duration untilNext(Instant now) {
        return config.expire().every();
    }

    @Override
    public Counts run() {
        Counts counts = Counts.zero("seen", "expired", "leases_removed");
        Instant now = clock.instant();
        OffsetDateTime expired = Instant.EPOCH.atOffset(ZoneOffset.UTC);
        UUID last = new UUID(0, 0);
        List<Row> due;
        do {
            due = postgres.rows(DUE, now.atOffset(ZoneOffset.UTC), expired, last, config.batch());
            if (!due.isEmpty()) {
                counts.add("seen", due.size());
                List<SessionId> ids = due.stream()
                        .map(row -> new SessionId(row.getUUID("id")))
                        .toList();
                Tally.add(counts, "expired", changer.expire(ids, now));
                expired = due.getLast().getOffsetDateTime("expires_at");
                last = due.getLast().getUUID("id");
            }
        } while (due.size() == config.batch());
        counts.add("leases_removed", leases.removeExpired());
        return counts;
    }
}
