package dev.turnkeep.session.turn;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.contracts.price.Charge;
import dev.turnkeep.contracts.price.Prices;
import dev.turnkeep.contracts.turn.TurnRecord;
import dev.turnkeep.session.price.KeptPrices;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private final Prices prices;
    private final KeptPrices kept;
    private final Tally tally;

    TurnTransaction(Pool pool, Clock clock, Supplier<SessionId> newId, Prices prices, Tally tally) {
        this.pool = pool;
        this.clock = clock;
        this.newId = newId;
        this.prices = prices;
        this.kept = new KeptPrices(pool);
        this.tally = tally;
    }

    /** Told of every turn that a commit stored. */
    interface Tally {
        Tally NONE = (turn, charge) -> {};

        void charged(TurnRecord turn, Charge charge);
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

    /** Stores the turns, which are the next of one partition, in the order of their offsets. Not empty. */
    Outcome store(List<PendingTurn> batch) {
        return store(batch, true);
    }

    /** Stores what is missing of turns that were consumed before: they say nothing of how far the partition is. */
    Outcome replay(List<PendingTurn> batch) {
        return store(batch, false);
    }

    private Outcome store(List<PendingTurn> batch, boolean advances) {
        Sifted sifted = Sifted.of(batch, await(TurnStore.known(pool, batch)));
        Map<TurnId, Charge> charges = charges(sifted.fresh());
        kept.keep(charges.values());
        SqlConnection connection = await(pool.getConnection());
        try {
            SortedSet<Integer> buckets = new TreeSet<>();
            for (int i = 0; i < RESTARTS; i++) {
                switch (attempt(connection, batch, sifted, buckets, charges, advances)) {
                    case TurnAttempt.Stored stored -> {
                        stored.turns()
                                .forEach(turn -> tally.charged(turn.pending().turn(), turn.charge()));
                        return stored.outcome();
                    }
                    case TurnAttempt.Moved(SortedSet<Integer> more) -> buckets.addAll(more);
                }
            }
            throw new Contention();
        } finally {
            connection.close();
        }
    }

    private Map<TurnId, Charge> charges(List<PendingTurn> turns) {
        Map<TurnId, Charge> charges = new HashMap<>();
        for (PendingTurn turn : turns) {
            TurnRecord said = turn.turn();
            charges.put(
                    turn.id(),
                    prices.charge(
                            said.provider(),
                            said.model(),
                            said.usage(),
                            turn.times().eventAt(),
                            said.costNanoUsd()));
        }
        return charges;
    }

    /** One transaction, which commits only what was stored. */
    private TurnAttempt.Result attempt(
            SqlConnection connection,
            List<PendingTurn> batch,
            Sifted sifted,
            SortedSet<Integer> buckets,
            Map<TurnId, Charge> charges,
            boolean advances) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Transaction transaction = await(connection.begin());
        try {
            TurnAttempt.Result result =
                    new TurnAttempt(connection, now, newId, charges, advances).store(batch, sifted, buckets);
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
