package dev.turnkeep.session.turn;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.contracts.id.SessionId;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One batch of one partition in one Postgres transaction: drop what is known, lock, look, decide, write
 * ({@link TurnAttempt}). Whatever happens to the process, the batch is stored whole or not at all, and storing it again
 * changes nothing.
 */
final class TurnTransaction {
    /** How often what was found may have changed by the time it was locked, before the batch is tried afresh. */
    private static final int RESTARTS = 8;

    private final Pool pool;
    private final Clock clock;
    private final Supplier<SessionId> newId;

    TurnTransaction(Pool pool, Clock clock, Supplier<SessionId> newId) {
        this.pool = pool;
        this.clock = clock;
        this.newId = newId;
    }

    /** The rows kept moving; the batch is tried again like after any conflict. */
    static final class Contention extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Contention() {
            super("the sessions of a batch kept changing hands");
        }
    }

    /** The decision broke a rule of its own: a fault of ours that one turn brings out, and that would come again. */
    static final class Defect extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Defect(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** Stores the turns, which are of one partition and in the order of their offsets. Not empty. */
    Outcome store(List<PendingTurn> batch) {
        Sifted sifted = Sifted.of(batch, await(TurnStore.known(pool, batch)));
        SqlConnection connection = await(pool.getConnection());
        try {
            SortedSet<Integer> buckets = new TreeSet<>();
            for (int i = 0; i < RESTARTS; i++) {
                switch (attempt(connection, batch, sifted, buckets)) {
                    case TurnAttempt.Stored(Outcome outcome) -> {
                        return outcome;
                    }
                    case TurnAttempt.Moved(SortedSet<Integer> more) -> buckets.addAll(more);
                }
            }
            throw new Contention();
        } finally {
            connection.close();
        }
    }

    /** One transaction, which commits only what was stored. */
    private TurnAttempt.Result attempt(
            SqlConnection connection, List<PendingTurn> batch, Sifted sifted, SortedSet<Integer> buckets) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Transaction transaction = await(connection.begin());
        try {
            TurnAttempt.Result result = new TurnAttempt(connection, now, newId).store(batch, sifted, buckets);
            switch (result) {
                case TurnAttempt.Stored _ -> await(transaction.commit());
                case TurnAttempt.Moved _ -> await(transaction.rollback());
            }
            return result;
        } catch (RuntimeException e) {
            rollback(transaction, e);
            throw e;
        }
    }

    /** A failed commit may have ended the transaction already; what matters is the first failure. */
    private static void rollback(Transaction transaction, RuntimeException cause) {
        try {
            await(transaction.rollback());
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }
}
