package dev.turnkeep.replication.stream;

import dev.turnkeep.platform.postgres.PostgresConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** Opens the connections that a stream needs. Each is used by one thread at a time. */
public final class PostgresServer {
    /** The role under which tables are read: it sees every tenant's rows. */
    public static final String ROLE = "turnkeep_replicator";

    private static final String SECONDS_TO_CONNECT = "5";
    private static final String SECONDS_TO_LOG_IN = "10";
    // In these times the server notices that a client is gone without a word, and lets its slot and lock go.
    private static final String KEEP_ALIVE =
            "-c tcp_keepalives_idle=1 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=2"
                    + " -c client_connection_check_interval=2000";
    // Not for what reads a slot: to the kernel a reader that pauses looks like one that is gone.
    private static final String ANSWERS = KEEP_ALIVE + " -c tcp_user_timeout=4000";

    private final PostgresConfig config;
    private final Driver driver = new Driver();

    public PostgresServer(PostgresConfig config) {
        this.config = config;
    }

    /** A connection under the {@link #ROLE}; an answer that takes longer than {@code patience} breaks it. */
    public Connection tables(String purpose, Duration patience) throws SQLException {
        return open(purpose, "-c role=" + ROLE + " " + ANSWERS, patience, null);
    }

    /** The same for a lock: the server ends it, and lets the lock go, when nothing is asked for so long, as of a frozen process. */
    Connection lock(String purpose, Duration patience, Duration silence) throws SQLException {
        String options = "-c role=%s %s -c idle_session_timeout=%d".formatted(ROLE, ANSWERS, silence.toMillis());
        return open(purpose, options, patience, null);
    }

    /** A connection as the login itself: only that may make and drop slots. */
    public Connection login(String purpose, Duration patience) throws SQLException {
        return open(purpose, ANSWERS, patience, null);
    }

    /** A connection that speaks the replication protocol. */
    Connection replication(String purpose, Duration senderTimeout) throws SQLException {
        Properties properties = new Properties();
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        String options = KEEP_ALIVE + " -c wal_sender_timeout=" + senderTimeout.toMillis();
        return open(purpose, options, Duration.ZERO, properties);
    }

    private Connection open(String purpose, String options, Duration patience, @Nullable Properties more)
            throws SQLException {
        Properties properties = new Properties();
        if (more != null) {
            properties.putAll(more);
        }
        PGProperty.USER.set(properties, config.user());
        PGProperty.PASSWORD.set(properties, config.password());
        PGProperty.CONNECT_TIMEOUT.set(properties, SECONDS_TO_CONNECT);
        PGProperty.LOGIN_TIMEOUT.set(properties, SECONDS_TO_LOG_IN);
        PGProperty.SOCKET_TIMEOUT.set(properties, Long.toString(patience.toSeconds()));
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "17");
        PGProperty.APPLICATION_NAME.set(properties, purpose);
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        PGProperty.OPTIONS.set(properties, options + " -c TimeZone=UTC");
        Connection connection = driver.connect(config.url(), properties);
        if (connection == null) {
            throw new StoppedException("turnkeep.postgres.url must have the form jdbc:postgresql://host:port/database");
        }
        return connection;
    }
}
