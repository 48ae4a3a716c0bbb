package dev.turnkeep.session.channel.log;

import dev.turnkeep.platform.postgres.PostgresPools;
import dev.turnkeep.session.channel.ChannelsConfig;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;

/** Postgres for the log: under a role that sees the streams of all tenants, and nothing else of them. */
@Singleton
class ChannelPool {
    private static final String ROLE = "turnkeep_channels";

    /**
     * Appends find every row by its key, and are planned once. Left to itself, Postgres plans a set of few rows anew each
     * time, and may keep a plan that reads whole tables from when they were small.
     */
    private static final Map<String, String> BY_KEY = Map.of(
            "plan_cache_mode", "force_generic_plan",
            "enable_seqscan", "off",
            "enable_hashjoin", "off",
            "enable_mergejoin", "off",
            "jit", "off");

    /** Sooner than for others: a server that is gone without a word is noticed by connections that do not rest. */
    private static final Duration IDLE = Duration.ofSeconds(20);

    private final Pool pool;
    private final Connections appends;

    ChannelPool(PostgresPools pools, ChannelsConfig config) {
        this.pool = pools.pool(ROLE, config.connections(), IDLE);
        this.appends = new Connections(pools.connector(ROLE, BY_KEY));
    }

    /** For all but appends. */
    Pool pool() {
        return pool;
    }

    /** One for each committer, and some for streams that are waited for: readers cannot keep a commit waiting. */
    Connections appends() {
        return appends;
    }
}
