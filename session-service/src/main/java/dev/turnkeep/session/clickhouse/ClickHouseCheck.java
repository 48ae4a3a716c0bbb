package dev.turnkeep.session.clickhouse;

import dev.turnkeep.platform.start.EngineCheck;
import dev.turnkeep.platform.start.Findings;
import dev.turnkeep.platform.start.SettingsCheck;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.Optional;

/** Whether ClickHouse is there for lists and figures. Everything else works without it. */
@Singleton
final class ClickHouseCheck implements SettingsCheck, EngineCheck {
    private final ClickHouseConfig config;
    private final ClickHouse clickhouse;

    ClickHouseCheck(ClickHouseConfig config, ClickHouse clickhouse) {
        this.config = config;
        this.clickhouse = clickhouse;
    }

    @Override
    public void check(Findings findings) {
        if (config.url().isEmpty()) {
            findings.doubt("turnkeep.clickhouse.url", "is not given: lists and figures answer 503");
            return;
        }
        findings.require(
                config.url().get().matches("https?://[^/\\s]+/?"),
                "turnkeep.clickhouse.url",
                "has to be http://host:port or https://host:port");
    }

    @Override
    public String engine() {
        return "ClickHouse"
                + config.url()
                        .map(url -> " at " + URI.create(url).getAuthority())
                        .orElse("");
    }

    @Override
    public boolean needed() {
        return false;
    }

    @Override
    public Optional<Trouble> look() {
        if (config.url().isEmpty()) {
            return Optional.empty();
        }
        try {
            clickhouse.rows("SELECT 1");
            return Optional.empty();
        } catch (ClickHouseAway e) {
            return Optional.of(
                    new Trouble(
                            String.valueOf(e.getMessage()),
                            "start it, or correct TURNKEEP_CLICKHOUSE_URL, TURNKEEP_CLICKHOUSE_USER and TURNKEEP_CLICKHOUSE_PASSWORD"));
        }
    }
}
