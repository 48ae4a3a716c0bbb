package dev.turnkeep.session.channel;

import dev.turnkeep.platform.start.Findings;
import dev.turnkeep.platform.start.SettingsCheck;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Bounds of the channels, alone and together. */
@Singleton
final class ChannelsCheck implements SettingsCheck {
    private static final String PREFIX = "turnkeep.session.channels.";
    private static final int MOST = 1_000_000;
    private static final Duration MILLISECOND = Duration.ofMillis(1);
    private static final Duration DAY = Duration.ofDays(1);

    private final ChannelsConfig config;

    ChannelsCheck(ChannelsConfig config) {
        this.config = config;
    }

    @Override
    public void check(Findings findings) {
        findings.within(PREFIX + "committers", config.committers(), 1, MOST);
        findings.within(PREFIX + "connections", config.connections(), 1, MOST);
        findings.within(PREFIX + "batch-requests", config.batchRequests(), 1, MOST);
        findings.within(PREFIX + "sweep-every", config.sweepEvery(), MILLISECOND, DAY);
        findings.within(PREFIX + "sweep-records", config.sweepRecords(), 1, MOST);
        findings.within(PREFIX + "safety-poll", config.safetyPoll(), MILLISECOND, DAY);
        findings.within(PREFIX + "postgres-timeout", config.postgresTimeout(), MILLISECOND, DAY);
        findings.within(PREFIX + "heartbeat", config.heartbeat(), MILLISECOND, DAY);
        if (config.bodySize().asLongValue() > config.inFlight().asLongValue()) {
            findings.doubt(
                    PREFIX + "body-size",
                    "is more than " + PREFIX + "in-flight: no body as large as that is ever taken");
        }
        if (config.lockTimeout().compareTo(config.postgresTimeout()) >= 0) {
            findings.doubt(
                    PREFIX + "lock-timeout",
                    "is not shorter than " + PREFIX + "postgres-timeout: one locked stream then holds up the others");
        }
    }
}
