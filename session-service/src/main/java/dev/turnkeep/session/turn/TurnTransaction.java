package dev.turnkeep.session.turn;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.contracts.lifecycle.Session;
import dev.turnkeep.contracts.lifecycle.SessionEvent;
import dev.turnkeep.contracts.lifecycle.TurnFacts;
import dev.turnkeep.contracts.lifecycle.TurnFold;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.event.EventStore;
import dev.turnkeep.session.turn.Lookups.IdleTimeouts;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One batch of one partition in one Postgres transaction: drop what is known, lock, look, decide, write. Whatever happens
 * to the process, the batch is stored whole or not at all, and storing it again changes nothing.
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

    /** A turn that can never be stored, and why: it goes to the dead-letter topic. */
    record Refused(PendingTurn turn, Problem problem, String detail) {}

    /**
     * What a batch did.
     *
     * @param repeated how many turns were stored already
     * @param events what happened to sessions, as written
     * @param droppedLinks how many fork parents would have made a cycle
     */
    record Outcome(
            int stored, int late, int repeated, List<Refused> refused, List<SessionEvent> events, int droppedLinks) {}

    /** Two sessions' worth of rows moved between the look and the lock: the transaction has to start over. */
    private record Attempt(Outcome outcome, SortedSet<Integer> buckets, boolean done) {
        static Attempt again(SortedSet<Integer> buckets) {
            return new Attempt(new Outcome(0, 0, 0, List.of(), List.of(), 0), buckets, false);
        }
    }

    /** Stores the turns, which are of one partition and in the order of their offsets. Not empty. */
    Outcome store(List<PendingTurn> batch) {
        Sifted sifted = Sifted.of(batch, await(TurnStore.known(pool, batch)));
        SqlConnection connection = await(pool.getConnection());
        try {
            SortedSet<Integer> buckets = new TreeSet<>();
            for (int i = 0; i < RESTARTS; i++) {
                Transaction transaction = await(connection.begin());
                Attempt attempt;
                try {
                    attempt = attempt(connection, sifted, batch, buckets);
                } catch (RuntimeException e) {
                    rollback(transaction, e);
                    throw e;
                }
                if (attempt.done()) {
                    await(transaction.commit());
                    return attempt.outcome();
                }
                await(transaction.rollback());
                buckets.addAll(attempt.buckets());
            }
            throw new Contention();
        } finally {
            connection.close();
        }
    }

    /** The rows kept moving; the batch is tried again like after any transient failure. */
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

    private static void rollback(Transaction transaction, RuntimeException cause) {
        try {
            await(transaction.rollback());
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    private Attempt attempt(SqlConnection connection, Sifted sifted, List<PendingTurn> batch, SortedSet<Integer> held) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        List<Refused> refused = new ArrayList<>(sifted.conflicts());
        Map<Scope, IdleTimeouts> idle = idle(connection, sifted.fresh());
        List<PendingTurn> fresh = withEnvironment(sifted.fresh(), idle, refused);
        if (fresh.isEmpty()) {
            await(progress(connection, batch, now));
            return new Attempt(new Outcome(0, 0, sifted.repeated(), refused, List.of(), 0), held, true);
        }

        // Lock.
        Map<TurnId, TurnFacts> facts = new LinkedHashMap<>();
        fresh.forEach(turn -> facts.put(turn.id(), turn.facts()));
        Wanted wanted = Wanted.of(facts.values(), idle);
        if (!held.isEmpty()) {
            await(SessionStore.lockBuckets(connection, held));
        }
        LockPlan plan = LockPlan.of(facts.values(), lookUp(connection, wanted));
        if (!held.containsAll(plan.missingBuckets())) {
            if (!held.isEmpty()) {
                return Attempt.again(plan.allBuckets());
            }
            held = plan.missingBuckets();
            await(SessionStore.lockBuckets(connection, held));
            plan = LockPlan.of(facts.values(), lookUp(connection, wanted));
            if (!held.containsAll(plan.missingBuckets())) {
                return Attempt.again(plan.allBuckets());
            }
        }
        Future<List<Session>> locking = SessionStore.lock(connection, plan.lockedIds());

        // Look.
        Future<List<Session>> reading = SessionStore.read(connection, plan.readIds());
        Future<Map<SessionId, SessionId>> ancestors = SessionStore.ancestors(connection, plan.ancestorsOf());
        Future<Map<TurnId, byte[]>> knownNow = TurnStore.known(connection, fresh);
        var subjectsNow = Lookups.bySubject(connection, wanted.subjects());
        List<Session> rows = new ArrayList<>(await(locking));
        if (!plan.holds(rows) || !plan.sameSubjects(await(subjectsNow))) {
            return Attempt.again(plan.allBuckets());
        }
        rows.addAll(await(reading));
        Sifted stillFresh = Sifted.of(fresh, await(knownNow));
        refused.addAll(stillFresh.conflicts());

        // Decide.
        TurnFold fold = new TurnFold(
                rows, await(ancestors), (scope, harness) -> idle(idle, scope).of(harness), newId, now);
        TurnFold.Result decided = decide(
                fold,
                stillFresh.fresh().stream()
                        .map(turn -> facts.get(turn.id()))
                        .map(Objects::requireNonNull)
                        .toList());

        // Write.
        Map<TurnId, PendingTurn> byId = new HashMap<>();
        stillFresh.fresh().forEach(turn -> byId.put(turn.id(), turn));
        decided.unknown()
                .forEach(turn -> refused.add(new Refused(
                        pending(byId, turn.id()),
                        Problem.UNKNOWN_SESSION,
                        "no session has the id that the turn names")));
        write(connection, plan.lockedIds(), decided, byId, idle, now);
        await(progress(connection, batch, now));
        int late = (int) decided.placed().stream().filter(TurnFold.Placed::late).count();
        Outcome outcome = new Outcome(
                decided.placed().size(),
                late,
                sifted.repeated() + stillFresh.repeated(),
                refused,
                decided.events(),
                decided.droppedLinks());
        return new Attempt(outcome, held, true);
    }

    private static TurnFold.Result decide(TurnFold fold, List<TurnFacts> turns) {
        try {
            return fold.fold(turns);
        } catch (RuntimeException e) {
            throw new Defect("the decision failed", e);
        }
    }

    private static LockPlan.Lookup lookUp(SqlConnection connection, Wanted wanted) {
        // Sent together on one connection: one round trip.
        var byKey = Lookups.byKey(connection, wanted.keys());
        var byId = Lookups.byId(connection, wanted.ids());
        var byExternal = Lookups.byExternalId(connection, wanted.externals());
        var bySlot = Lookups.bySlot(connection, wanted.moments());
        var bySubject = Lookups.bySubject(connection, wanted.subjects());
        return new LockPlan.Lookup(await(byKey), await(byId), await(byExternal), await(bySlot), await(bySubject));
    }

    private void write(
            SqlConnection connection,
            Set<SessionId> locked,
            TurnFold.Result decided,
            Map<TurnId, PendingTurn> byId,
            Map<Scope, IdleTimeouts> idle,
            Instant now) {
        List<Session> updated = sorted(decided.updated());
        if (!locked.containsAll(updated.stream().map(Session::id).toList())) {
            throw new Defect("a session was changed that was not locked", null);
        }
        List<TurnStore.PlacedTurn> turns = decided.placed().stream()
                .map(placed ->
                        new TurnStore.PlacedTurn(pending(byId, placed.turn().id()), placed))
                .toList();
        Set<SessionId> inserted = new HashSet<>();
        decided.inserted().forEach(session -> inserted.add(session.id()));
        ContentWriter content = new ContentWriter(connection, now);
        content.look(turns, inserted);

        List<Future<?>> writes = new ArrayList<>();
        Future<Integer> updates = SessionStore.update(
                connection, updated, s -> idle(idle, s.scope()).of(s.harness()), now);
        writes.add(updates);
        writes.add(SessionStore.insert(
                connection,
                sorted(decided.inserted()),
                s -> idle(idle, s.scope()).of(s.harness()),
                now));
        content.write(writes);
        writes.add(TurnStore.insert(connection, turns, now));
        writes.add(EventStore.insert(connection, decided.events(), now));
        writes.forEach(write -> await(write));
        if (await(updates) != updated.size()) {
            throw new Defect("a locked session had moved", null);
        }
        content.settle();
    }

    private static List<Session> sorted(List<Session> sessions) {
        return sessions.stream().sorted(Comparator.comparing(Session::id)).toList();
    }

    private static Future<Integer> progress(SqlConnection connection, List<PendingTurn> batch, Instant now) {
        var last = batch.getLast().source();
        Instant through = Instant.ofEpochMilli(last.timestamp());
        return TurnStore.progress(connection, last.topic(), last.partition(), through, last.offset() + 1, now);
    }

    private static Map<Scope, IdleTimeouts> idle(SqlConnection connection, Collection<PendingTurn> turns) {
        Set<Scope> scopes = new HashSet<>();
        turns.forEach(turn -> scopes.add(turn.scope()));
        return await(Lookups.settings(connection, scopes));
    }

    private static IdleTimeouts idle(Map<Scope, IdleTimeouts> settings, Scope scope) {
        return Objects.requireNonNull(settings.get(scope));
    }

    private static List<PendingTurn> withEnvironment(
            List<PendingTurn> turns, Map<Scope, IdleTimeouts> known, List<Refused> refused) {
        List<PendingTurn> kept = new ArrayList<>();
        for (PendingTurn turn : turns) {
            if (known.containsKey(turn.scope())) {
                kept.add(turn);
            } else {
                refused.add(new Refused(turn, Problem.UNKNOWN_ENVIRONMENT, "the organisation has no such environment"));
            }
        }
        return kept;
    }

    private static PendingTurn pending(Map<TurnId, PendingTurn> byId, TurnId id) {
        return Objects.requireNonNull(byId.get(id));
    }

    /**
     * A batch without the turns that are known: stored ones, and repetitions within the batch.
     *
     * @param conflicts turns whose id is known with another payload
     */
    private record Sifted(List<PendingTurn> fresh, int repeated, List<Refused> conflicts) {
        static Sifted of(List<PendingTurn> batch, Map<TurnId, byte[]> stored) {
            Map<TurnId, byte[]> known = new HashMap<>(stored);
            List<PendingTurn> fresh = new ArrayList<>();
            List<Refused> conflicts = new ArrayList<>();
            int repeated = 0;
            for (PendingTurn turn : batch) {
                byte[] digest = known.putIfAbsent(turn.id(), turn.payloadDigest());
                if (digest == null) {
                    fresh.add(turn);
                } else if (Arrays.equals(digest, turn.payloadDigest())) {
                    repeated++;
                } else {
                    conflicts.add(new Refused(
                            turn, Problem.TURN_CONFLICT, "turn " + turn.id() + " is stored with another payload"));
                }
            }
            return new Sifted(fresh, repeated, conflicts);
        }
    }
}
