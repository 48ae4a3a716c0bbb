package dev.turnkeep.platform.postgres;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Where Postgres is and how patient its callers are. */
@ConfigMapping(prefix = "turnkeep.postgres")
public interface PostgresConfig {
    /** {@code jdbc:postgresql://host:port/database}: the one form that migrations and pools both read. */
    @WithDefault("jdbc:postgresql://localhost:5432/turnkeep")
    String url();

    /** The login. It has to be a member of the roles that the services work under. */
    @WithDefault("turnkeep")
    String user();

    /** Its password; never printed. */
    @WithDefault("turnkeep")
    String password();

    /** How long a caller waits for a connection, a new one included. */
    @WithDefault("5s")
    Duration connectTimeout();

    /** After this long waiting for a row that somebody else holds, a statement fails and its turns are tried again. */
    @WithDefault("10s")
    Duration lockTimeout();

    /** The longest that a statement may take. */
    @WithDefault("60s")
    Duration statementTimeout();

    /**
     * A transaction in which the service says nothing for so long is ended by Postgres: a frozen instance must not hold
     * rows that its successor waits for.
     */
    @WithDefault("30s")
    Duration transactionIdleTimeout();

    /** After this long without use a connection is closed. */
    @WithDefault("10m")
    Duration idleTimeout();
}
