package dev.turnkeep.session.key;

import dev.turnkeep.platform.start.Findings;
import dev.turnkeep.platform.start.SettingsCheck;
import jakarta.inject.Singleton;

/** Whether the master key is one. */
@Singleton
final class MasterCheck implements SettingsCheck {
    private final MasterConfig config;

    MasterCheck(MasterConfig config) {
        this.config = config;
    }

    @Override
    public void check(Findings findings) {
        if (config.key().isEmpty()) {
            findings.doubt(
                    "turnkeep.master.key", "is not given: no API key can be made, and those that exist do not work");
            return;
        }
        findings.require(
                KeySeal.usable(config.key().get()),
                "turnkeep.master.key",
                "has to be 32 bytes in base64: openssl rand -base64 32");
    }
}
