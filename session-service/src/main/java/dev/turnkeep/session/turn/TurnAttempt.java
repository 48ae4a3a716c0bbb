package dev.turnkeep.session.turn;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.contracts.lifecycle.Session;
import dev.turnkeep.contracts.lifecycle.State;
import dev.turnkeep.contracts.lifecycle.TurnFacts;
import dev.turnkeep.contracts.lifecycle.TurnFold;
import dev.turnkeep.contracts.price.Charge;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.event.EventStore;
import dev.turnkeep.session.live.Deadline;
import dev.turnkeep.session.turn.Lookups.IdleTimeouts;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The statements of one turn transaction, from the first lock to the last write. Statements that do not need each other's
 * answers are sent together. Single use.
 */
final class TurnAttempt {
    /** How an attempt ended. */
    sealed interface Result permits Stored, Moved {}

    /** Everything is written; the transaction may commit. */
    record Stored(Outcome outcome, List<TurnStore.PlacedTurn> turns) implements Result {}

    /** What had been found changed before it was locked. The next attempt holds these buckets from the start. */
    record Moved(SortedSet<Integer> buckets) implements Result {}

    private final SqlConnection connection;
    private final Instant now;
    private final Supplier<SessionId> newId;
    private final Map<TurnId, Charge> charges;
    private final boolean advances;

    private final List<Refused> refused = new ArrayList<>();
    private Map<Scope, IdleTimeouts> idle = Map.of();

    /**
     * @param charges what each turn that may be fresh costs
     * @param advances whether the batch is the next of its partition, so that everything before it is stored
     */
    TurnAttempt(
            SqlConnection connection,
            Instant now,
            Supplier<SessionId> newId,
            Map<TurnId, Charge> charges,
            boolean advances) {
        this.connection = connection;
        this.now = now;
        this.newId = newId;
        this.charges = charges;
        this.advances = advances;
    }

    /**
     * Stores what is fresh of a batch.
     *
     * @param held buckets to hold, because an earlier attempt found its sessions moved; empty at first
     */
    Result store(List<PendingTurn> batch, Sifted sifted, SortedSet<Integer> held) {
        refused.addAll(sifted.conflicts());
        List<PendingTurn> fresh = inKnownEnvironments(sifted.fresh());
        if (fresh.isEmpty()) {
            await(progress(batch));
            return new Stored(new Outcome(0, 0, sifted.repeated(), refused, List.of(), List.of(), 0), List.of());
        }
        Map<TurnId, TurnFacts> facts = new LinkedHashMap<>();
        fresh.forEach(turn -> facts.put(turn.id(), turn.facts(charge(turn).nanoUsd())));
        Wanted wanted = Wanted.of(facts.values(), idle);
        LockPlan plan = plan(facts.values(), wanted, held);
        if (plan.incomplete()) {
            return new Moved(plan.allBuckets());
        }

        // Lock, and look under the locks.
        Future<List<Session>> locking = SessionStore.lock(connection, plan.lockedIds());
        Future<List<Session>> reading = SessionStore.read(connection, plan.readIds());
        Future<Map<SessionId, SessionId>> ancestors = SessionStore.ancestors(connection, plan.ancestorsOf());
        Future<Map<TurnId, byte[]>> knownNow = TurnStore.known(connection, fresh);
        Future<Set<TurnId>> erasedNow = Tombstones.among(connection, fresh);
        var subjectsNow = Lookups.bySubject(connection, wanted.subjects());
        List<Session> rows = new ArrayList<>(await(locking));
        if (!plan.holds(rows) || !plan.sameSubjects(await(subjectsNow))) {
            return new Moved(plan.allBuckets());
        }
        rows.addAll(await(reading));
        Map<TurnId, byte[]> known = new HashMap<>(await(knownNow));
        await(erasedNow).forEach(turn -> known.put(turn, Sifted.ERASED));
        Sifted stillFresh = Sifted.of(fresh, known);
        refused.addAll(stillFresh.conflicts());

        TurnFold.Result decided = decide(stillFresh.fresh(), facts, rows, await(ancestors));
        List<TurnStore.PlacedTurn> placed = write(decided, stillFresh.fresh(), plan.lockedIds());
        await(progress(batch));
        int late = (int) decided.placed().stream().filter(TurnFold.Placed::late).count();
        return new Stored(
                new Outcome(
                        decided.placed().size(),
                        late,
                        sifted.repeated() + stillFresh.repeated(),
                        refused,
                        decided.events(),
                        live(decided),
                        decided.droppedLinks()),
                placed);
    }

    private Charge charge(PendingTurn turn) {
        return Objects.requireNonNull(charges.get(turn.id()));
    }

    private List<Deadline> live(TurnFold.Result decided) {
        return Stream.concat(decided.updated().stream(), decided.inserted().stream())
                .filter(session -> session.lifetime().state() == State.OPEN)
                .flatMap(session -> Stream.ofNullable(session.lifetime().lastReceivedAt())
                        .map(received -> Deadline.of(session.id(), received, idle(session))))
                .toList();
    }

    /** Looks names up and takes the buckets of those that are missing; rows are locked by the caller, afterwards. */
    private LockPlan plan(Collection<TurnFacts> turns, Wanted wanted, SortedSet<Integer> held) {
        if (!held.isEmpty()) {
            await(SessionStore.lockBuckets(connection, held));
            return LockPlan.of(turns, lookUp(wanted)).holding(held);
        }
        LockPlan before = LockPlan.of(turns, lookUp(wanted));
        if (before.missingBuckets().isEmpty()) {
            return before;
        }
        await(SessionStore.lockBuckets(connection, before.missingBuckets()));
        return LockPlan.of(turns, lookUp(wanted)).holding(before.missingBuckets());
    }

    private LockPlan.Lookup lookUp(Wanted wanted) {
        var byKey = Lookups.byKey(connection, wanted.keys());
        var byId = Lookups.byId(connection, wanted.ids());
        var byExternal = Lookups.byExternalId(connection, wanted.externals());
        var bySlot = Lookups.bySlot(connection, wanted.moments());
        var bySubject = Lookups.bySubject(connection, wanted.subjects());
        return new LockPlan.Lookup(await(byKey), await(byId), await(byExternal), await(bySlot), await(bySubject));
    }

    private TurnFold.Result decide(
            List<PendingTurn> turns,
            Map<TurnId, TurnFacts> facts,
            List<Session> rows,
            Map<SessionId, SessionId> ancestors) {
        List<TurnFacts> ofTurns = turns.stream()
                .map(turn -> facts.get(turn.id()))
                .map(Objects::requireNonNull)
                .toList();
        try {
            return new TurnFold(rows, ancestors, (scope, harness) -> idle(scope).of(harness), newId, now).fold(ofTurns);
        } catch (RuntimeException e) {
            throw new TurnTransaction.Defect("the decision failed", e);
        }
    }

    private List<TurnStore.PlacedTurn> write(TurnFold.Result decided, List<PendingTurn> turns, Set<SessionId> locked) {
        Map<TurnId, PendingTurn> byId = new HashMap<>();
        turns.forEach(turn -> byId.put(turn.id(), turn));
        decided.unknown()
                .forEach(turn -> refused.add(new Refused(
                        Objects.requireNonNull(byId.get(turn.id())),
                        Problem.UNKNOWN_SESSION,
                        "no session has the id that the turn names")));
        List<TurnStore.PlacedTurn> placed = decided.placed().stream()
                .map(place -> new TurnStore.PlacedTurn(
                        Objects.requireNonNull(byId.get(place.turn().id())),
                        place,
                        Objects.requireNonNull(charges.get(place.turn().id()))))
                .toList();
        List<Session> updated = inOrder(decided.updated());
        List<Session> inserted = inOrder(decided.inserted());
        if (!locked.containsAll(ids(updated))) {
            throw new TurnTransaction.Defect("a session was changed that was not locked", null);
        }
        ContentWriter content = new ContentWriter(connection, now);
        content.look(placed, ids(inserted));

        List<Future<?>> writes = new ArrayList<>();
        // Old rows end before new ones take their slot.
        Future<Integer> updates = SessionStore.update(connection, updated, this::idle, now);
        writes.add(updates);
        writes.add(SessionStore.insert(connection, inserted, this::idle, now));
        Future<Integer> nodes = content.write(writes);
        writes.add(TurnStore.insert(connection, placed, now));
        writes.add(ThreadStore.add(connection, placed));
        @Nullable
        String[] traceparents = decided.causes().stream()
                .map(cause -> Objects.requireNonNull(byId.get(cause)).turn().traceparent())
                .toArray(String[]::new);
        writes.add(EventStore.insert(connection, decided.events(), traceparents, now));
        // In the order in which they were sent: after the first failure Postgres refuses the rest, whatever they are.
        writes.forEach(write -> await(write));
        if (await(updates) != updated.size()) {
            throw new TurnTransaction.Defect("a locked session had moved", null);
        }
        content.settle(await(nodes));
        return placed;
    }

    private Future<Integer> progress(List<PendingTurn> batch) {
        if (!advances) {
            return Future.succeededFuture(0);
        }
        var last = batch.getLast().source();
        Instant through = Instant.ofEpochMilli(last.timestamp());
        return TurnStore.progress(connection, last.topic(), last.partition(), through, last.offset() + 1, now);
    }

    private List<PendingTurn> inKnownEnvironments(List<PendingTurn> turns) {
        Set<Scope> scopes = new HashSet<>();
        turns.forEach(turn -> scopes.add(turn.scope()));
        idle = await(Lookups.settings(connection, scopes));
        List<PendingTurn> kept = new ArrayList<>();
        for (PendingTurn turn : turns) {
            if (idle.containsKey(turn.scope())) {
                kept.add(turn);
            } else {
                refused.add(new Refused(turn, Problem.UNKNOWN_ENVIRONMENT, "the organisation has no such environment"));
            }
        }
        return kept;
    }

    private IdleTimeouts idle(Scope scope) {
        return Optional.ofNullable(idle.get(scope)).orElseThrow();
    }

    private Duration idle(Session session) {
        return idle(session.scope()).of(session.harness());
    }

    private static List<Session> inOrder(List<Session> sessions) {
        return sessions.stream().sorted(Comparator.comparing(Session::id)).toList();
    }

    private static Set<SessionId> ids(List<Session> sessions) {
        Set<SessionId> ids = new HashSet<>();
        sessions.forEach(session -> ids.add(session.id()));
        return ids;
    }
}
