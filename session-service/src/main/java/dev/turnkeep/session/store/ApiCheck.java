package dev.turnkeep.session.store;

import dev.turnkeep.platform.start.Findings;
import dev.turnkeep.platform.start.SettingsCheck;
import jakarta.inject.Singleton;

/** Whether pages have a size, and requests a connection. */
@Singleton
final class ApiCheck implements SettingsCheck {
    private static final int MOST = 1_000_000;

    private final ApiConfig config;

    ApiCheck(ApiConfig config) {
        this.config = config;
    }

    @Override
    public void check(Findings findings) {
        findings.within("turnkeep.session.api.connections", config.connections(), 1, MOST);
        findings.within("turnkeep.session.api.page-max", config.pageMax(), 1, MOST);
        findings.within("turnkeep.session.api.page-default", config.pageDefault(), 1, config.pageMax());
    }
}
