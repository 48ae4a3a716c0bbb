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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Compares what is stored with the invariants, a page at a time. One check at a time.
 *
 * <p>A session that is missing from the index, or that should be over, is a violation only when earlier checks of this
 * process saw the same long enough ago.
 */
public final class CheckJob implements Job {
    private static final SessionId FIRST = new SessionId(new UUID(0, 0));
    private static final int TICKS = 3;
    private static final int SWEEPS = 2;

    private final CheckStore store;
    private final IndexStore index;
    private final Changer changer;
    private final Clock clock;
    private final ReaperConfig config;
    private final Map<Invariant, AtomicLong> gauges = new EnumMap<>(Invariant.class);
    private final Sightings unindexed = new Sightings();
    private final Sightings overdue = new Sightings();
    private volatile boolean confirming;

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
        // What may be overdue is looked at again as soon as it can be told.
        Duration soon = patience().plusSeconds(1);
        Duration every = config.check().every();
        return confirming && soon.compareTo(every) < 0 ? soon : every;
    }

    private Duration patience() {
        return config.reap().every().multipliedBy(TICKS);
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
        unpublished(report, now);
        store.deadLetters(config.deadLetterAfter())
                .forEach(id -> report.violated(Invariant.DEAD_LETTERS, id.toString()));
        gauges.forEach((invariant, gauge) -> gauge.set(report.violations(invariant)));
        return report;
    }

    private void sessions(long newest, Report report, Instant now) {
        SessionPages pages = store.sessions(now.minus(config.check().eventRetention()));
        SessionPages.Page page;
        do {
            page = pages.next();
            report.looked(page.sessions().size());
            if (page.tooLarge() != null) {
                report.unknown(Invariant.TOTALS, "its turns could not be summed up in time: " + page.tooLarge());
            }
            for (Looked session : page.sessions()) {
                String id = session.id().toString();
                if (!session.epochs()) {
                    report.violated(Invariant.EPOCHS, id);
                }
                if (!session.totals()) {
                    report.violated(Invariant.TOTALS, id);
                }
                if (!session.leaves()) {
                    report.violated(Invariant.LEAVES, id);
                }
            }
        } while (!page.end() && (newest == 0 || report.sessions() < newest));
    }

    private void index(Report report, Instant now) {
        Instant before = now.minus(config.sweep().every().multipliedBy(SWEEPS));
        SessionId last = FIRST;
        List<SessionId> page;
        do {
            page = store.open(last, config.batch());
            Set<SessionId> indexed;
            try {
                indexed = page.isEmpty() ? Set.of() : index.indexed(page);
            } catch (RuntimeException e) {
                report.unknown(Invariant.INDEXED, "Redis does not answer");
                unindexed.abandoned();
                return;
            }
            for (SessionId id : page) {
                if (!indexed.contains(id) && unindexed.seen(id, now).isBefore(before)) {
                    report.violated(Invariant.INDEXED, id.toString());
                }
                last = id;
            }
        } while (page.size() == config.batch());
        unindexed.done();
    }

    /** What could have been ended by three runs ago, and ever since, should be over by now. */
    private void overdue(Report report, Instant now) {
        Instant before = now.minus(patience());
        @Nullable Overdue last = null;
        List<Overdue> page;
        do {
            page = store.overdue(now, last, config.batch());
            Map<SessionId, IdleVerdict> verdicts = page.isEmpty()
                    ? Map.of()
                    : changer.verdicts(page.stream().map(Overdue::candidate).toList(), now);
            for (Overdue session : page) {
                switch (verdicts.getOrDefault(session.id(), new IdleVerdict.NotOpen())) {
                    case IdleVerdict.End _ -> {
                        if (overdue.seen(session.id(), now).isBefore(before)) {
                            report.violated(Invariant.OVERDUE, session.id().toString());
                        } else {
                            report.due();
                        }
                    }
                    case IdleVerdict.Kept(var veto) -> report.vetoed(veto.text());
                    case IdleVerdict.NotDue _, IdleVerdict.NotOpen _ -> {
                        // Not due, or over meanwhile.
                    }
                }
                last = session;
            }
        } while (page.size() == config.batch());
        overdue.done();
        confirming = !overdue.isEmpty();
    }

    private void unpublished(Report report, Instant now) {
        store.unpublished(now.minus(config.check().publishedWithin()))
                .forEach(event -> report.violated(Invariant.PUBLISHED, event));
        if (!store.replicated()) {
            report.noted(
                    Invariant.PUBLISHED, "no replication stream was ever started: there is nothing to compare with");
        }
    }
}
