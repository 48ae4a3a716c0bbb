package dev.turnkeep.session.channel.log;

import dev.turnkeep.platform.postgres.PostgresPools;
import dev.turnkeep.session.channel.ChannelsConfig;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Postgres for the log: under a role that sees the streams of all tenants, and nothing else of them. */
@Singleton
class ChannelPool {
    private static final String ROLE = "turnkeep_channels";

    /** Sooner than for others: a server that is gone without a word is noticed by connections that do not rest. */
    private static final Duration IDLE = Duration.ofSeconds(20);

    private final Pool pool;
    private final Connections appends;

    ChannelPool(PostgresPools pools, ChannelsConfig config) {
        this.pool = pools.pool(ROLE, config.connections(), IDLE);
        this.appends = new Connections(pools.connector(ROLE, PostgresPools.BY_KEY));
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
