package dev.turnkeep.replication;

import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.platform.postgres.PostgresConfig;
import java.time.Duration;

/** The settings of a test's database. */
record TestPostgresConfig(TestSpace space) implements PostgresConfig {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Override
    public String url() {
        return space.postgres().jdbcUrl();
    }

    @Override
    public String user() {
        return space.postgres().user();
    }

    @Override
    public String password() {
        return space.postgres().password();
    }

    @Override
    public Duration connectTimeout() {
        return PATIENCE;
    }

    @Override
    public Duration lockTimeout() {
        return PATIENCE;
    }

    @Override
    public Duration statementTimeout() {
        return PATIENCE;
    }

    @Override
    public Duration transactionIdleTimeout() {
        return PATIENCE;
    }

    @Override
    public Duration idleTimeout() {
        return PATIENCE;
    }
}
