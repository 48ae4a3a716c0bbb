package dev.turnkeep.replication.table;

import dev.turnkeep.localstack.ClickHouseAddress;
import dev.turnkeep.replication.clickhouse.ClickHouseConfig;
import java.time.Duration;
import java.util.Optional;

/** @param url the address's own, or a way to it that can be shut */
record TestClickHouseConfig(ClickHouseAddress address, String url) implements ClickHouseConfig {
    @Override
    public String user() {
        return address.user();
    }

    @Override
    public Optional<String> password() {
        return Optional.of(address.password());
    }

    @Override
    public String database() {
        return address.database();
    }

    @Override
    public boolean replicated() {
        return false;
    }

    @Override
    public int eventDays() {
        return 730;
    }

    @Override
    public Duration connectTimeout() {
        return Duration.ofSeconds(3);
    }

    @Override
    public Duration answerTimeout() {
        return Duration.ofSeconds(30);
    }
}
