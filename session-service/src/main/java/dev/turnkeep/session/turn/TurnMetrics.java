package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.lifecycle.EventType;
import dev.turnkeep.contracts.lifecycle.SessionEvent;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.event.EndingMetrics;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;

/** What the consumer counts. Counted after the commit, so that a retried transaction counts once. */
@Singleton
class TurnMetrics {
    private final MeterRegistry registry;
    private final EndingMetrics endings;

    TurnMetrics(MeterRegistry registry, EndingMetrics endings) {
        this.registry = registry;
        this.endings = endings;
    }

    void stored(Outcome outcome) {
        registry.counter("turnkeep_turns_stored").increment(outcome.stored());
        registry.counter("turnkeep_turns_repeated").increment(outcome.repeated());
        registry.counter("turnkeep_sessions_late_turns").increment(outcome.late());
        registry.counter("turnkeep_fork_links_dropped").increment(outcome.droppedLinks());
        registry.summary("turnkeep_turn_batch_size").record(outcome.stored());
        outcome.events().forEach(this::event);
    }

    private void event(SessionEvent event) {
        String detail = event.detail() == null ? "" : event.detail();
        if (event.type() == EventType.STARTED) {
            registry.counter("turnkeep_sessions_started", "kind", detail).increment();
        } else if (event.type() == EventType.ENDED) {
            endings.ended(event);
        } else if (event.type() == EventType.RESUMED) {
            endings.resumed();
        }
    }

    /** Shows how many records wait. */
    void lag(Watermark watermark) {
        Gauge.builder("turnkeep_turns_lag", watermark, Watermark::lag)
                .description("Records of this instance's partitions that are not stored yet")
                .strongReference(true)
                .register(registry);
    }

    void deadLetter(Problem problem) {
        registry.counter("turnkeep_turns_dead_letters", "code", problem.code()).increment();
    }
}
