package dev.turnkeep.session.control;

import dev.turnkeep.platform.start.Findings;
import dev.turnkeep.platform.start.SettingsCheck;
import jakarta.inject.Singleton;
import java.util.stream.Stream;

/** The store of snapshots is configured whole, or not at all. */
@Singleton
final class SnapshotsCheck implements SettingsCheck {
    private final SnapshotsConfig config;

    SnapshotsCheck(SnapshotsConfig config) {
        this.config = config;
    }

    @Override
    public void check(Findings findings) {
        long given = Stream.of(config.bucket(), config.accessKey(), config.secretKey())
                .filter(setting -> setting.isPresent())
                .count();
        findings.require(
                given == 0 || given == 3,
                "turnkeep.snapshots",
                "needs bucket, access-key and secret-key together, or none of them");
    }
}
