package dev.turnkeep.session.event;

import dev.turnkeep.contracts.lifecycle.Lifetime;
import dev.turnkeep.contracts.lifecycle.SessionEvent;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is measured of sessions that end or are resumed. */
@Singleton
public class EndingMetrics {
    private final MeterRegistry registry;

    public EndingMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    public void resumed() {
        registry.counter("turnkeep_sessions_resumed").increment();
    }

    public void ended(SessionEvent event) {
        Lifetime lifetime = event.session().lifetime();
        String reason = event.detail() == null ? "" : event.detail();
        ended(
                reason,
                lifetime.startedAt(),
                lifetime.endedAt(),
                event.session().totals().turns());
    }

    public void ended(String reason, @Nullable Instant startedAt, @Nullable Instant endedAt, long turns) {
        registry.counter("turnkeep_sessions_ended", "reason", reason).increment();
        registry.summary("turnkeep_session_turns").record((double) turns);
        if (startedAt != null && endedAt != null) {
            registry.timer("turnkeep_session_duration").record(Duration.between(startedAt, endedAt));
        }
    }
}
