package dev.turnkeep.reaper.ending;

import dev.turnkeep.contracts.lifecycle.Change;
import dev.turnkeep.contracts.lifecycle.EventType;
import dev.turnkeep.contracts.lifecycle.IdleVerdict;
import dev.turnkeep.reaper.ending.EndingStore.Changed;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;

/** What is counted of sessions that end, or do not. Counted after the commit. */
public final class EndingMetrics {
    private final MeterRegistry registry;

    public EndingMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void changed(List<Change> changes, List<Changed> ended) {
        for (Change change : changes) {
            if (change.type() == EventType.ENDED) {
                registry.counter("turnkeep_sessions_ended", "reason", String.valueOf(change.reason()))
                        .increment();
            } else if (change.type() == EventType.RETIRED) {
                registry.counter("turnkeep_sessions_retired").increment();
            }
        }
        for (Changed session : ended) {
            registry.summary("turnkeep_session_turns").record((double) session.turns());
            if (session.startedAt() != null && session.endedAt() != null) {
                registry.timer("turnkeep_session_duration")
                        .record(Duration.between(session.startedAt(), session.endedAt()));
            }
        }
    }

    void judged(Ending ending) {
        switch (ending) {
            case Ending.Done _ -> {
                // Counted with its change.
            }
            case Ending.Kept(var veto) ->
                registry.counter("turnkeep_reaper_veto", "kind", veto.text()).increment();
            case Ending.NotDue(IdleVerdict why) -> skipped(why instanceof IdleVerdict.NotDue ? "extended" : "not_open");
            case Ending.Absent _ -> skipped("locked");
        }
    }

    private void skipped(String why) {
        registry.counter("turnkeep_sessions_end_skipped", "why", why).increment();
    }

    void overstayed() {
        registry.counter("turnkeep_reaper_leases_overstayed").increment();
    }
}
