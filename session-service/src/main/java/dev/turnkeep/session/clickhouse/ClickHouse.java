package dev.turnkeep.session.clickhouse;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.ServerException;
import com.clickhouse.client.api.query.GenericRecord;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.SocketTimeoutException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Questions to ClickHouse's views. Tries once; whether to do without the answer is the caller's decision. */
@Singleton
public class ClickHouse {
    private static final Logger LOG = LoggerFactory.getLogger(ClickHouse.class);
    private static final int CONNECTIONS = 8;
    /** So many in a row and it counts as away. */
    private static final int PATIENCE = 3;

    private final ClickHouseConfig config;
    private final MeterRegistry registry;
    private final Clock clock;
    private final Optional<Client> client;
    /** Questions in a row whose time ran out. */
    private final AtomicInteger unanswered = new AtomicInteger();

    private final AtomicReference<@Nullable Instant> awayUntil = new AtomicReference<>();

    public ClickHouse(ClickHouseConfig config, MeterRegistry registry, Clock clock) {
        this.config = config;
        this.registry = registry;
        this.clock = clock;
        this.client = config.url().map(url -> client(url, config));
    }

    private static Client client(String url, ClickHouseConfig config) {
        return new Client.Builder()
                .addEndpoint(url)
                .setUsername(config.user())
                .setPassword(config.password().orElse(""))
                .setDefaultDatabase(config.database())
                .setConnectTimeout(config.connectTimeout().toMillis(), ChronoUnit.MILLIS)
                .setSocketTimeout(config.answerTimeout().toMillis(), ChronoUnit.MILLIS)
                .setMaxConnections(CONNECTIONS)
                .setMaxRetries(0)
                // The server gives up first and says so: one slow question is not mistaken for a server that is away.
                .serverSetting(
                        "max_execution_time",
                        Long.toString(Math.max(1, config.answerTimeout().toSeconds() * 3 / 4)))
                .setClientName("turnkeep-session")
                .build();
    }

    /**
     * The rows of a query whose result is small.
     *
     * @param sql with literals of {@link Sql} only
     * @throws ClickHouseAway when there is no answer
     */
    public List<GenericRecord> rows(String sql) {
        Client asked = client.orElseThrow(() -> new ClickHouseAway("ClickHouse is not configured"));
        boolean probing = awayUntil.get() != null;
        if (probing && !mayProbe()) {
            throw new ClickHouseAway("ClickHouse has just not answered");
        }
        try {
            List<GenericRecord> rows = asked.queryAll(sql);
            answered();
            return rows;
        } catch (RuntimeException e) {
            registry.counter("turnkeep_session_clickhouse_failures").increment();
            if (refused(e)) {
                // One statement's trouble, such as its time being over: others may be answered.
                answered();
                LOG.atWarn().setCause(e).log("ClickHouse refused a query");
                throw new ClickHouseAway("ClickHouse refused the query", e);
            }
            if (!probing && slow(e) && unanswered.incrementAndGet() < PATIENCE) {
                LOG.atWarn().setCause(e).log("ClickHouse did not answer a query in time");
                throw new ClickHouseAway("ClickHouse did not answer in time", e);
            }
            if (awayUntil.getAndSet(clock.instant().plus(config.pause())) == null) {
                LOG.atWarn().setCause(e).log("ClickHouse does not answer");
            }
            throw new ClickHouseAway("ClickHouse does not answer", e);
        }
    }

    /** After the pause one caller asks, and the others go on without: they would all wait for what does not come. */
    private boolean mayProbe() {
        Instant now = clock.instant();
        Instant until = awayUntil.get();
        return until == null
                || (!now.isBefore(until)
                        && awayUntil.compareAndSet(
                                until, now.plus(config.answerTimeout()).plus(config.pause())));
    }

    private void answered() {
        unanswered.set(0);
        if (awayUntil.getAndSet(null) != null) {
            LOG.info("ClickHouse answers again");
        }
    }

    private static boolean slow(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }

    private static boolean refused(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ServerException) {
                return true;
            }
        }
        return false;
    }

    void close(@Observes ShutdownEvent stopping) {
        client.ifPresent(Client::close);
    }
}
