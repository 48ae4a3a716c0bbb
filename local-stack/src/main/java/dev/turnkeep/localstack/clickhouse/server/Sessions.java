package dev.turnkeep.localstack.clickhouse.server;

import dev.turnkeep.localstack.clickhouse.engine.ChdbConnection;
import dev.turnkeep.localstack.clickhouse.engine.ClickHouseException;
import dev.turnkeep.localstack.clickhouse.server.QueryRequest.SessionKey;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Connections that outlive a request, with their temporary tables and settings. The lock of this object guards them. */
final class Sessions implements AutoCloseable {

    private record Name(String user, String id) {}

    private static final class Session {
        final ChdbConnection connection;
        boolean busy;
        long expires;

        Session(ChdbConnection connection) {
            this.connection = connection;
        }
    }

    private final Supplier<ChdbConnection> connect;
    private final Map<Name, Session> sessions = new HashMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("sessions").factory());
    private final ScheduledFuture<?> expiry;

    Sessions(Supplier<ChdbConnection> connect) {
        this.connect = connect;
        this.expiry = clock.scheduleWithFixedDelay(this::expire, 1, 1, TimeUnit.SECONDS);
    }

    synchronized Lease lease(SessionKey key) {
        Name name = new Name(key.user(), key.id());
        Session session = sessions.get(name);
        if (session == null && key.mustExist())
            throw ClickHouseException.of(
                    ClickHouseException.SESSION_NOT_FOUND, "SESSION_NOT_FOUND", "Session " + key.id() + " not found");
        if (session == null) {
            session = new Session(connect.get());
            sessions.put(name, session);
        }
        if (session.busy)
            throw ClickHouseException.of(
                    ClickHouseException.SESSION_IS_LOCKED,
                    "SESSION_IS_LOCKED",
                    "Session " + key.id() + " is locked by a concurrent client");
        session.busy = true;
        Session leased = session;
        return new Lease(leased.connection, () -> release(leased, key));
    }

    private synchronized void release(Session session, SessionKey key) {
        session.busy = false;
        session.expires = System.nanoTime() + key.timeout().toNanos();
    }

    private synchronized void expire() {
        long now = System.nanoTime();
        for (Iterator<Session> all = sessions.values().iterator(); all.hasNext(); ) {
            Session session = all.next();
            if (session.busy || session.expires - now > 0) continue;
            all.remove();
            session.connection.close();
        }
    }

    /** Closes the idle ones. */
    @Override
    public synchronized void close() {
        expiry.cancel(false);
        clock.shutdown();
        sessions.values().stream().filter(session -> !session.busy).forEach(session -> session.connection.close());
        sessions.clear();
    }
}
