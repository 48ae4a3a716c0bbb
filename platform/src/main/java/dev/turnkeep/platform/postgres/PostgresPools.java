package dev.turnkeep.platform.postgres;

import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Makes pools of Postgres connections. Each pool works under one role, set as the connection starts, so that row-level
 * security and grants hold for every statement sent through it. Pools close when the service stops.
 */
@Singleton
public class PostgresPools {
    private static final Duration GONE = Duration.ofSeconds(15);
    private static final int PIPELINED = 64;
    private static final int WAITING = 1024;
    private static final int STATEMENTS = 256;
    private static final int STATEMENT_CHARACTERS = 16 * 1024;

    /**
     * Settings of Postgres for statements that find every row by its key: they are planned once. Left to itself, Postgres
     * plans a set of few rows anew each time, and may keep a plan that reads whole tables from when they were small.
     */
    public static final Map<String, String> BY_KEY = Map.of(
            "plan_cache_mode", "force_generic_plan",
            "enable_seqscan", "off",
            "enable_hashjoin", "off",
            "enable_mergejoin", "off",
            "jit", "off");

    private final Vertx vertx;
    private final PostgresConfig config;
    private final List<Pool> pools = new CopyOnWriteArrayList<>();

    PostgresPools(Vertx vertx, PostgresConfig config) {
        this.vertx = vertx;
        this.config = config;
    }

    /**
     * A pool that connects when it is first used, and again after a failure.
     *
     * @param role the Postgres role that its statements run as, such as {@code turnkeep_ingest}
     * @param size the most connections it opens, 1 or more
     */
    public Pool pool(String role, int size) {
        return pool(role, size, config.idleTimeout());
    }

    /**
     * A pool whose connections have settings of their own.
     *
     * @param settings of Postgres, by name; they go before what is configured for all
     */
    public Pool pool(String role, int size, Map<String, String> settings) {
        return pool(role, size, config.idleTimeout(), settings);
    }

    /**
     * A pool whose connections rest for another time.
     *
     * @param idle after this long without use a connection is closed
     */
    public Pool pool(String role, int size, Duration idle) {
        return pool(role, size, idle, Map.of());
    }

    private Pool pool(String role, int size, Duration idle, Map<String, String> settings) {
        PgConnectOptions connect = options(role);
        settings.forEach(connect::addProperty);
        // Longer than any use, and than any rest in the pool: then the server is gone, and has not said so.
        connect.setReadIdleTimeout(
                Math.toIntExact(idle.plus(config.statementTimeout()).plus(GONE).toSeconds()));
        PoolOptions options = new PoolOptions()
                .setName(role + "-" + pools.size())
                .setMaxSize(size)
                .setMaxWaitQueueSize(WAITING)
                .setConnectionTimeout(Math.toIntExact(config.connectTimeout().toMillis()))
                .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout(Math.toIntExact(idle.toMillis()))
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        Pool pool = PgBuilder.pool()
                .connectingTo(connect)
                .with(options)
                .using(vertx)
                .build();
        pools.add(pool);
        return pool;
    }

    /**
     * Makes connections that nobody pools: whoever asks for one closes it.
     *
     * @param settings of Postgres, by name; they go before what is configured for all
     */
    public Supplier<Future<SqlConnection>> connector(String role, Map<String, String> settings) {
        PgConnectOptions options = options(role);
        settings.forEach(options::addProperty);
        return () -> PgConnection.connect(vertx, options).map(connection -> connection);
    }

    /** Whether {@code turnkeep.postgres.url} has the form that it needs. */
    public static boolean addressable(String url) {
        try {
            PostgresAddress.parse(url);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** {@code host:port/database} of a URL, without what else it may hold. */
    public static String place(String url) {
        PostgresAddress address = PostgresAddress.parse(url);
        return address.host() + ":" + address.port() + "/" + address.database();
    }

    private PgConnectOptions options(String role) {
        PostgresAddress address = PostgresAddress.parse(config.url());
        PgConnectOptions connect = new PgConnectOptions()
                .setHost(address.host())
                .setPort(address.port())
                .setDatabase(address.database())
                .setUser(config.user())
                .setPassword(config.password())
                .addProperty("role", role)
                .addProperty("application_name", role)
                .addProperty("TimeZone", "UTC")
                .addProperty("lock_timeout", millis(config.lockTimeout()))
                .addProperty("statement_timeout", millis(config.statementTimeout()))
                .addProperty("idle_in_transaction_session_timeout", millis(config.transactionIdleTimeout()))
                .setPipeliningLimit(PIPELINED)
                .setCachePreparedStatements(true)
                .setPreparedStatementCacheMaxSize(STATEMENTS)
                .setPreparedStatementCacheSqlLimit(STATEMENT_CHARACTERS);
        connect.setConnectTimeout(Math.toIntExact(config.connectTimeout().toMillis()));
        connect.setTcpKeepAlive(true);
        return connect;
    }

    private static String millis(Duration duration) {
        return Long.toString(duration.toMillis());
    }

    // Late, so that what a service finishes while it stops still finds its pool.
    void close(@Observes @jakarta.annotation.Priority(Integer.MAX_VALUE) ShutdownEvent stopping) {
        pools.forEach(Pool::close);
    }
}
