package dev.turnkeep.session.turn;

import dev.turnkeep.platform.kafka.KafkaConfig;
import dev.turnkeep.platform.start.Findings;
import dev.turnkeep.platform.start.SettingsCheck;
import dev.turnkeep.platform.start.TopicsCheck;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;

/** What the consumption of turns needs: bounds that hold together, and topics. */
@Singleton
final class TurnsCheck implements SettingsCheck {
    private static final Duration MILLISECOND = Duration.ofMillis(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final int MOST = 1_000_000;

    private final TurnsConfig config;

    TurnsCheck(TurnsConfig config) {
        this.config = config;
    }

    @Produces
    @Singleton
    TopicsCheck topics(KafkaConfig kafka, TurnsService turns) {
        return new TopicsCheck(kafka, turns::topics);
    }

    @Override
    public void check(Findings findings) {
        findings.within("turnkeep.session.turns.batch-turns", config.batchTurns(), 1, MOST);
        findings.within("turnkeep.session.turns.connections", config.connections(), 1, MOST);
        findings.within("turnkeep.session.turns.retry-min", config.retryMin(), MILLISECOND, DAY);
        findings.within("turnkeep.session.turns.retry-max", config.retryMax(), config.retryMin(), DAY);
        findings.within("turnkeep.session.turns.watermark-margin", config.watermarkMargin(), Duration.ZERO, DAY);
        findings.require(
                config.inFlight().asLongValue() >= config.batchSize().asLongValue(),
                "turnkeep.session.turns.in-flight",
                "is less than turnkeep.session.turns.batch-size: no batch would ever be as large as that");
    }
}
