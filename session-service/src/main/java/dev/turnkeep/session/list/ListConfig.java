package dev.turnkeep.session.list;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How far lists look. */
@ConfigMapping(prefix = "turnkeep.session.list")
public interface ListConfig {
    /** How many sessions Postgres alone is looked through, from the cursor on, before ClickHouse is asked for candidates. */
    @WithDefault("5000")
    int stretch();

    /** The same while ClickHouse is away: a list that needs to look further answers what it has found, or 503. */
    @WithDefault("100000")
    int reach();

    /** With more events of a tenant than this not yet in ClickHouse, ClickHouse counts as away. */
    @WithDefault("50000")
    int behind();
}
