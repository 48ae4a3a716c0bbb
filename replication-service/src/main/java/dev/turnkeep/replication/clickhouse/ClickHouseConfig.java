package dev.turnkeep.replication.clickhouse;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Where ClickHouse is, and how its tables are made. */
@ConfigMapping(prefix = "turnkeep.clickhouse")
public interface ClickHouseConfig {
    /** {@code http://host:port} or {@code https://host:port}: the HTTP interface. */
    @WithDefault("http://localhost:8123")
    String url();

    /** A user that may make the tables and write them: see {@code deploy/clickhouse/users.sql}. */
    @WithDefault("default")
    String user();

    /** Its password; never printed. */
    Optional<String> password();

    /** The database of the tables and views; made when it is not there. */
    @WithDefault("turnkeep")
    String database();

    /**
     * Whether tables are made in their Replicated form and inserts wait for most replicas: for a {@code database} of the engine
     * Replicated, which has to be there before. Tables that are there stay what they are.
     */
    @WithDefault("false")
    boolean replicated();

    /** How many days session events stay in ClickHouse. Only looked at when the table is made. */
    @WithDefault("730")
    int eventDays();

    /** How long a connection may take. */
    @WithDefault("3s")
    Duration connectTimeout();

    /** How long ClickHouse may be silent within a statement before it counts as away. */
    @WithDefault("30s")
    Duration answerTimeout();
}
