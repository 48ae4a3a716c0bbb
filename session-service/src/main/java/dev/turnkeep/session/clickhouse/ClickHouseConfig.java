package dev.turnkeep.session.clickhouse;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Where ClickHouse is. Without an address what needs it answers 503, and everything else works. */
@ConfigMapping(prefix = "turnkeep.clickhouse")
public interface ClickHouseConfig {
    /** {@code http://host:port} or {@code https://host:port}: the HTTP interface. */
    Optional<String> url();

    /** A user that may read the views. */
    @WithDefault("default")
    String user();

    /** Its password; never printed. */
    Optional<String> password();

    /** The database of the views. */
    @WithDefault("turnkeep")
    String database();

    /** How long a connection may take. */
    @WithDefault("1s")
    Duration connectTimeout();

    /** How long one answer may take. */
    @WithDefault("10s")
    Duration answerTimeout();

    /** After a failure nobody asks again for so long: a request does not wait for what has just not answered. */
    @WithDefault("2s")
    Duration pause();
}
