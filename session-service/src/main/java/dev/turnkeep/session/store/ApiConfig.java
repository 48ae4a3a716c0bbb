package dev.turnkeep.session.store;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How the API uses Postgres. */
@ConfigMapping(prefix = "turnkeep.session.api")
public interface ApiConfig {
    /** Connections for reads. */
    @WithDefault("16")
    int connections();

    /** The most items of a page. */
    @WithDefault("200")
    int pageMax();

    /** Items of a page when the caller names no limit. */
    @WithDefault("50")
    int pageDefault();
}
