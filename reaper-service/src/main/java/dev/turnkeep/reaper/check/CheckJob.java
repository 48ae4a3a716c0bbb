package dev.turnkeep.reaper.check;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.IdleVerdict;
import dev.turnkeep.reaper.check.CheckStore.Looked;
import dev.turnkeep.reaper.check.CheckStore.Overdue;
import dev.turnkeep.reaper.config.ReaperConfig;
import dev.turnkeep.reaper.ending.Changer;
import dev.turnkeep.reaper.ending.Postgres;
import dev.turnkeep.reaper.index.IndexStore;
import dev.turnkeep.reaper.job.Counts;
import dev.turnkeep.reaper.job.Job;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Compares what is stored with the invariants, a page at a time. One check at a time.
 *
 * <p>{@link #unindexed} remembers since when sessions were seen to be missing from the index: a flush of Redis is no
 * violation, that nobody mends it is.
 */
public final class CheckJob implements Job {
    private static final SessionId FIRST = new SessionId(new UUID(0, 0));
    private static final int REMEMBERED = 100_000;
    private static final int TICKS = 3;
    private static final int SWEEPS = 2;

    private final CheckStore store;
    private final IndexStore index;
    private final Changer changer;
    private final Clock clock;
    private final ReaperConfig config;
    private final Map<Invariant, AtomicLong> gauges = new EnumMap<>(Invariant.class);
    private Map<SessionId, Instant> unindexed = new HashMap<>();

    public CheckJob(
            Postgres postgres,
            IndexStore index,
            Changer changer,
            Clock clock,
            ReaperConfig config,
            MeterRegistry registry) {
        this.store = new CheckStore(postgres);
        this.index = index;
        this.changer = changer;
        this.clock = clock;
        this.config = config;
        for (Invariant invariant : Invariant.values()) {
            AtomicLong gauge = new AtomicLong();
            gauges.put(invariant, gauge);
            registry.gauge("turnkeep_invariant_violations", List.of(Tag.of("invariant", invariant.text())), gauge);
        }
    }

    @Override
    public String name() {
        return "check";
    }

    @Override
    public boolean enabled() {
        return config.check().enabled();
    }

    @Override
    public Duration untilNext(Instant now) {
        return config.check().every();
    }

    @Override
    public Counts run() {
        Report report = check(config.check().sessions());
        Counts counts = Counts.zero("sessions");
        counts.add("sessions", report.sessions());
        for (Invariant invariant : Invariant.values()) {
            counts.add("violations_" + invariant.text(), report.violations(invariant));
        }
        return counts;
    }

    /**
     * Looks at everything.
     *
     * @param newest how many of the newest sessions; 0 for all
     */
    public synchronized Report check(long newest) {
        Instant now = clock.instant();
        Report report = new Report(now);
        sessions(newest, report, now);
        index(report, now);
        overdue(report, now);
        store.deadLetters(config.deadLetterAfter())
                .forEach(id -> report.violated(Invariant.DEAD_LETTERS, id.toString()));
        gauges.forEach((invariant, gauge) -> gauge.set(report.violations(invariant)));
        return report;
    }

    private void sessions(long newest, Report report, Instant now) {
        Instant remembered = now.minus(config.check().eventRetention());
        @Nullable SessionId last = null;
        List<Looked> page;
        do {
            page = store.page(last, config.batch(), remembered);
            report.looked(page.size());
            for (Looked session : page) {
                if (!session.epochs())
                    report.violated(Invariant.EPOCHS, session.id().toString());
                if (!session.totals())
                    report.violated(Invariant.TOTALS, session.id().toString());
                if (!session.leaves())
                    report.violated(Invariant.LEAVES, session.id().toString());
                last = session.id();
            }
        } while (page.size() == config.batch() && (newest == 0 || report.sessions() < newest));
    }

    private void index(Report report, Instant now) {
        Instant before = now.minus(config.sweep().every().multipliedBy(SWEEPS));
        Map<SessionId, Instant> missing = new HashMap<>();
        SessionId last = FIRST;
        List<SessionId> page;
        do {
            page = store.open(last, config.batch());
            Set<SessionId> indexed;
            try {
                indexed = page.isEmpty() ? Set.of() : index.indexed(page);
            } catch (RuntimeException e) {
                report.unknown(Invariant.INDEXED, "Redis does not answer");
                return;
            }
            for (SessionId id : page) {
                if (!indexed.contains(id) && missing.size() < REMEMBERED) {
                    Instant since = unindexed.getOrDefault(id, now);
                    missing.put(id, since);
                    if (since.isBefore(before)) {
                        report.violated(Invariant.INDEXED, id.toString());
                    }
                }
                last = id;
            }
        } while (page.size() == config.batch());
        unindexed = missing;
    }

    /** Judged as of three runs ago: what could have been ended then should be over by now. */
    private void overdue(Report report, Instant now) {
        Duration patience = config.reap().every().multipliedBy(TICKS);
        Instant then = now.minus(patience);
        @Nullable Overdue last = null;
        List<Overdue> page;
        do {
            page = store.overdue(then, last, config.batch());
            Map<SessionId, IdleVerdict> verdicts = page.isEmpty()
                    ? Map.of()
                    : changer.idleAsOf(
                            page.stream()
                                    .map(s ->
                                            new Changer.Candidate(s.id(), s.state(), s.lastReceivedAt(), s.partition()))
                                    .toList(),
                            then,
                            patience);
            for (Overdue session : page) {
                switch (verdicts.getOrDefault(session.id(), new IdleVerdict.NotOpen())) {
                    case IdleVerdict.End _ ->
                        report.violated(Invariant.OVERDUE, session.id().toString());
                    case IdleVerdict.Kept(var veto) -> report.vetoed(veto.text());
                    case IdleVerdict.NotDue _, IdleVerdict.NotOpen _ -> {
                        // Not due, or over meanwhile.
                    }
                }
                last = session;
            }
        } while (page.size() == config.batch());
    }
}
