package dev.turnkeep.session.turn;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.Placeholder;
import dev.turnkeep.contracts.lifecycle.Session;
import dev.turnkeep.contracts.lifecycle.SessionEvent;
import dev.turnkeep.session.event.EventStore;
import dev.turnkeep.session.turn.Lookups.IdleTimeouts;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;

/** A transaction that changes sessions without a turn of theirs: rows locked as turns lock them, each change told. */
final class SessionRewrite {
    private final Pool pool;
    private final Instant now;

    SessionRewrite(Pool pool, Clock clock) {
        this.pool = pool;
        this.now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    <T> T inTransaction(BiFunction<SqlConnection, Step, T> work) {
        SqlConnection connection = await(pool.getConnection());
        try {
            Transaction transaction = await(connection.begin());
            try {
                T result = work.apply(connection, new Step(connection, now));
                await(transaction.commit());
                return result;
            } catch (RuntimeException e) {
                transaction.rollback();
                throw e;
            }
        } finally {
            connection.close();
        }
    }

    /** What may be done to sessions in the transaction. */
    static final class Step {
        private final SqlConnection connection;
        private final Instant now;

        private Step(SqlConnection connection, Instant now) {
            this.connection = connection;
            this.now = now;
        }

        /** Locks rows in the order of their ids; those that are gone, and placeholders, are left out. */
        Map<SessionId, Session> lock(Collection<SessionId> ids) {
            Map<SessionId, Session> sessions = new LinkedHashMap<>();
            for (Session session : await(SessionStore.lock(connection, new TreeSet<>(ids)))) {
                if (session.placeholder() == Placeholder.NO) {
                    sessions.put(session.id(), session);
                }
            }
            return sessions;
        }

        /** Writes rows of the next version, and says of each that it was updated. */
        void write(List<Session> sessions) {
            if (sessions.isEmpty()) {
                return;
            }
            Set<Scope> scopes = new HashSet<>();
            sessions.forEach(session -> scopes.add(session.scope()));
            Map<Scope, IdleTimeouts> idle = await(Lookups.settings(connection, scopes));
            int written = await(SessionStore.update(
                    connection,
                    sessions,
                    session -> Objects.requireNonNull(idle.get(session.scope())).of(session.harness()),
                    now));
            if (written != sessions.size()) {
                throw new TurnTransaction.Defect("a locked session had moved", null);
            }
            List<SessionEvent> events = sessions.stream()
                    .map(session -> SessionEvent.updated(session, now))
                    .toList();
            await(EventStore.insert(connection, events, now));
        }
    }
}
