package dev.turnkeep.ingest.turn;

import dev.turnkeep.ingest.turn.Judgement.Accepted;
import dev.turnkeep.ingest.turn.Judgement.Refused;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;

/** What became of turns. Labels are bounded: supported providers, and codes of the problem catalogue. */
@Singleton
public class TurnMetrics {
    private final MeterRegistry meters;
    private final Counter deadLetters;

    TurnMetrics(MeterRegistry meters) {
        this.meters = meters;
        this.deadLetters = Counter.builder("turnkeep_ingest_dead_letters")
                .description("Turns kept on the dead-letter topic")
                .register(meters);
    }

    void count(Judgement judgement) {
        switch (judgement) {
            case Accepted accepted -> count(accepted.provider(), "accepted");
            case Refused refused -> {
                count(refused.provider(), refused.why().problem().code());
                if (refused.isDeadLetter()) {
                    deadLetters.increment();
                }
            }
        }
    }

    void count(String provider, String outcome) {
        meters.counter("turnkeep_ingest_turns", "provider", provider, "outcome", outcome)
                .increment();
    }
}
