package dev.turnkeep.session.channel.log;

import dev.turnkeep.platform.postgres.PostgresPools;
import dev.turnkeep.session.channel.ChannelsConfig;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Singleton;

/** Postgres for the log: under a role that sees the streams of all tenants, and nothing else of them. */
@Singleton
class ChannelPool {
    private final Pool pool;

    ChannelPool(PostgresPools pools, ChannelsConfig config) {
        this.pool = pools.pool("turnkeep_channels", config.connections());
    }

    Pool pool() {
        return pool;
    }
}
