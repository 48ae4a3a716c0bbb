package dev.turnkeep.reaper.vacuum;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.LivenessIndex;
import dev.turnkeep.reaper.config.ReaperConfig;
import dev.turnkeep.reaper.ending.Postgres;
import dev.turnkeep.reaper.expire.ExpiredLeases;
import dev.turnkeep.reaper.index.Claims;
import dev.turnkeep.reaper.index.IndexStore;
import dev.turnkeep.reaper.index.IndexStore.Entry;
import dev.turnkeep.reaper.job.Counts;
import dev.turnkeep.reaper.job.Job;
import io.vertx.sqlclient.Row;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Removes what nobody needs any more: entries of the index without an open session, stale claims, leases, placeholders, and
 * the names of sessions that were erased long ago.
 */
public final class VacuumJob implements Job {
    private static final Logger LOG = Logger.getLogger(VacuumJob.class);

    private static final String OPEN = "SELECT s.id FROM sessions s WHERE s.id = ANY ($1::uuid[]) AND s.state = 'open'";

    private static final String PLACEHOLDERS = """
            SELECT p.id, p.created_at
            FROM sessions p
            WHERE p.is_placeholder AND p.created_at < $1 AND (p.created_at, p.id) > ($2, $3)
              AND NOT EXISTS (SELECT 1 FROM sessions c WHERE c.parent_session_id = p.id)
            ORDER BY p.created_at, p.id
            LIMIT $4
            """;

    private static final String LOCK_PLACEHOLDERS = """
            SELECT p.id FROM sessions p
            WHERE p.id = ANY ($1::uuid[]) AND p.is_placeholder
            ORDER BY p.id
            FOR UPDATE SKIP LOCKED
            """;

    /** Sent under the locks: a child that was linked meanwhile is seen, one that comes later finds no parent. */
    private static final String DELETE_PLACEHOLDERS = """
            DELETE FROM sessions p
            WHERE p.id = ANY ($1::uuid[]) AND p.is_placeholder AND p.turn_count = 0
              AND NOT EXISTS (SELECT 1 FROM sessions c WHERE c.parent_session_id = p.id)
            """;

    /** Of sessions that somebody else has changed since. */
    private static final String DELETE_FAILURES = """
            DELETE FROM session_end_failures f
            USING sessions s
            WHERE s.id = f.session_id AND s.state NOT IN ('open', 'suspended') AND s.updated_at > f.last_failed_at
            """;

    private static final String FORGET_NAMES = """
            UPDATE erased_sessions e SET harness_session_id = NULL, external_id = NULL, actor_id = NULL
            WHERE e.session_id IN (
                SELECT n.session_id
                FROM erased_sessions n
                WHERE n.erased_at < $1
                  AND (n.harness_session_id IS NOT NULL OR n.external_id IS NOT NULL OR n.actor_id IS NOT NULL)
                ORDER BY n.erased_at
                LIMIT $2)
            """;

    private final Postgres postgres;
    private final ExpiredLeases leases;
    private final IndexStore index;
    private final Claims claims;
    private final Clock clock;
    private final ReaperConfig config;

    public VacuumJob(Postgres postgres, IndexStore index, Claims claims, Clock clock, ReaperConfig config) {
        this.postgres = postgres;
        this.leases = new ExpiredLeases(postgres, config.batch());
        this.index = index;
        this.claims = claims;
        this.clock = clock;
        this.config = config;
    }

    @Override
    public String name() {
        return "vacuum";
    }

    @Override
    public boolean enabled() {
        return config.vacuum().enabled();
    }

    @Override
    public boolean byTimeOfDay() {
        return config.vacuum().every().isEmpty();
    }

    @Override
    public Duration untilNext(Instant now) {
        return config.vacuum().every().orElseGet(() -> {
            LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
            Instant next = today.atTime(config.vacuum().at()).toInstant(ZoneOffset.UTC);
            return Duration.between(
                    now,
                    next.isAfter(now)
                            ? next
                            : today.plusDays(1).atTime(config.vacuum().at()).toInstant(ZoneOffset.UTC));
        });
    }

    @Override
    public Counts run() {
        Counts counts = Counts.zero(
                "index_removed",
                "claims_removed",
                "leases_removed",
                "placeholders_removed",
                "failures_removed",
                "names_forgotten");
        counts.add("leases_removed", leases.removeExpired());
        counts.add("failures_removed", postgres.count(DELETE_FAILURES));
        placeholders(counts);
        names(counts);
        try {
            for (int shard = 0; shard < LivenessIndex.SHARDS; shard++) {
                entries(shard, counts);
                counts.add("claims_removed", claims.removeStale("reap:" + shard) ? 1 : 0);
            }
            counts.add("claims_removed", claims.removeStale("sweep") ? 1 : 0);
        } catch (RuntimeException e) {
            counts.add("index_failed", 1);
            LOG.warnf("the index was not vacuumed: reason=%s", e.getClass().getSimpleName());
        }
        return counts;
    }

    /** Open sessions stay, whatever their deadline: reap looks at them. */
    private void entries(int shard, Counts counts) {
        int passed = 0;
        List<Entry> page = index.all(shard, passed, config.batch());
        while (!page.isEmpty()) {
            UUID[] ids = page.stream().map(e -> e.session().value()).toArray(UUID[]::new);
            Set<SessionId> open = new HashSet<>();
            postgres.rows(OPEN, (Object) ids).forEach(row -> open.add(new SessionId(row.getUUID("id"))));
            List<Entry> over = new ArrayList<>(page);
            over.removeIf(entry -> open.contains(entry.session()));
            int dropped = over.isEmpty() ? 0 : index.drop(over);
            counts.add("index_removed", dropped);
            passed += page.size() - dropped;
            page = page.size() < config.batch() ? List.of() : index.all(shard, passed, config.batch());
        }
    }

    private void names(Counts counts) {
        OffsetDateTime before =
                clock.instant().minus(config.vacuum().erasedNamesAge()).atOffset(ZoneOffset.UTC);
        int forgotten;
        do {
            forgotten = postgres.count(FORGET_NAMES, before, config.batch());
            counts.add("names_forgotten", forgotten);
        } while (forgotten == config.batch());
    }

    private void placeholders(Counts counts) {
        OffsetDateTime before =
                clock.instant().minus(config.vacuum().placeholderAge()).atOffset(ZoneOffset.UTC);
        OffsetDateTime created = Instant.EPOCH.atOffset(ZoneOffset.UTC);
        UUID last = new UUID(0, 0);
        List<Row> page;
        do {
            page = postgres.rows(PLACEHOLDERS, before, created, last, config.batch());
            if (!page.isEmpty()) {
                Object ids = page.stream().map(row -> row.getUUID("id")).toArray(UUID[]::new);
                counts.add("placeholders_removed", postgres.transaction(work -> {
                    Object locked = work.rows(LOCK_PLACEHOLDERS, ids).stream()
                            .map(row -> row.getUUID("id"))
                            .toArray(UUID[]::new);
                    return work.count(DELETE_PLACEHOLDERS, locked);
                }));
                created = page.getLast().getOffsetDateTime("created_at");
                last = page.getLast().getUUID("id");
            }
        } while (page.size() == config.batch());
    }
}
