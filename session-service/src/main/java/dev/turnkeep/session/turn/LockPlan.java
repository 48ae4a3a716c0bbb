package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.id.TurnAddress.ByExternalId;
import dev.turnkeep.contracts.id.TurnAddress.ById;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import dev.turnkeep.contracts.lifecycle.Session;
import dev.turnkeep.contracts.lifecycle.State;
import dev.turnkeep.contracts.lifecycle.SubjectSlot;
import dev.turnkeep.contracts.lifecycle.TurnFacts;
import dev.turnkeep.session.store.Buckets;
import dev.turnkeep.session.turn.Lookups.AnyKey;
import dev.turnkeep.session.turn.Lookups.Live;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a batch must lock, from what the look-ups found. The one order that every locker of several sessions follows:
 * buckets of missing names ascending, then rows by id ascending. Pure; single use.
 */
final class LockPlan {
    /** What the look-ups found, before any lock. */
    record Lookup(
            List<Found> byKey,
            List<Found> byId,
            Map<ByExternalId, Found> byExternal,
            Map<ActorSlot, List<Found>> bySlot,
            Map<SubjectSlot, Live> bySubject) {}

    private final Lookup lookup;
    private final Map<AnyKey, List<Found>> byKey = new HashMap<>();
    private final SortedSet<Integer> missing = new TreeSet<>();
    private final SortedSet<Integer> all = new TreeSet<>();
    private final Map<SessionId, Found> locked = new HashMap<>();
    private final Set<SessionId> mustKeepState = new HashSet<>();
    private final Set<SessionId> read = new HashSet<>();
    private final Set<SessionId> relinked = new HashSet<>();
    private boolean incomplete;

    private LockPlan(Lookup lookup) {
        this.lookup = lookup;
        for (Found found : lookup.byKey()) {
            if (found.harnessSession() != null) {
                byKey.computeIfAbsent(new AnyKey(found.scope(), found.harnessSession()), k -> new ArrayList<>())
                        .add(found);
            }
        }
    }

    static LockPlan of(Collection<TurnFacts> turns, Lookup lookup) {
        LockPlan plan = new LockPlan(lookup);
        turns.forEach(plan::add);
        plan.read.removeAll(plan.locked.keySet());
        return plan;
    }

    /** Buckets of the names that have no row yet: whoever inserts or adopts under a name holds its bucket. */
    SortedSet<Integer> missingBuckets() {
        return missing;
    }

    /** Buckets of all names of the batch: for another try, after what was found had changed by the time it was locked. */
    SortedSet<Integer> allBuckets() {
        return all;
    }

    /** This plan, made while these buckets were held: it is incomplete when more names turned out to be missing. */
    LockPlan holding(SortedSet<Integer> held) {
        incomplete = !held.containsAll(missing);
        return this;
    }

    boolean incomplete() {
        return incomplete;
    }

    Set<SessionId> lockedIds() {
        return locked.keySet();
    }

    /** Rows that the decision looks at and never changes. */
    Set<SessionId> readIds() {
        return read;
    }

    /** Parents whose ancestors must be known, because a session that may have children gets one of them as parent. */
    Set<SessionId> ancestorsOf() {
        return relinked;
    }

    /** Whether what was found before the locks still holds under them. */
    boolean holds(Collection<Session> rows) {
        Map<SessionId, Session> current = new HashMap<>();
        rows.forEach(row -> current.put(row.id(), row));
        return locked.values().stream().allMatch(found -> holds(found, current.get(found.id())));
    }

    /** Whether the subjects' live sessions are still those that were found, so that "exactly one" still is. */
    boolean sameSubjects(Map<SubjectSlot, Live> now) {
        return ids(lookup.bySubject()).equals(ids(now));
    }

    private static Map<SubjectSlot, Set<SessionId>> ids(Map<SubjectSlot, Live> found) {
        Map<SubjectSlot, Set<SessionId>> ids = new HashMap<>();
        found.forEach((subject, live) ->
                ids.put(subject, live.sessions().stream().map(Found::id).collect(Collectors.toSet())));
        return ids;
    }

    private boolean holds(Found found, @Nullable Session row) {
        return row != null
                && row.harness().equals(found.harness())
                && (row.lifetime().state() != State.RETIRED || lookedUpById(found))
                && (!mustKeepState.contains(found.id())
                        || row.lifetime().state().live() == found.live());
    }

    private boolean lookedUpById(Found found) {
        return lookup.byId().stream().anyMatch(f -> f.id().equals(found.id()));
    }

    private void add(TurnFacts turn) {
        List<Found> children =
                switch (turn.address()) {
                    case SessionKey key -> ofKey(turn, key);
                    case ActorSlot slot -> ofSlot(slot);
                    case ById byId -> ofOne(byId(byId));
                    case ByExternalId external -> ofOne(lookup.byExternal().get(external));
                };
        TurnFacts.Parent parent = turn.parent();
        if (parent != null && !settled(turn, children)) {
            HarnessId assumed = harness(turn, children);
            if (assumed != null) {
                parent(turn.address().scope(), parent, assumed, children);
            }
        }
    }

    private @Nullable Found byId(ById byId) {
        return lookup.byId().stream()
                .filter(f -> f.id().equals(byId.session()) && f.scope().equals(byId.scope()))
                .findFirst()
                .orElse(null);
    }

    /**
     * Whether the turn can only go to a session that has its parent already. A slot, or a subject, may get a new session
     * whatever was found, and that one has none.
     */
    private static boolean settled(TurnFacts turn, List<Found> children) {
        boolean decidedByFold = turn.address() instanceof ActorSlot || SubjectSlot.of(turn) != null;
        return !decidedByFold && !children.isEmpty() && children.stream().allMatch(Found::linked);
    }

    private List<Found> ofKey(TurnFacts turn, SessionKey key) {
        AnyKey name = new AnyKey(key.scope(), key.harnessSession());
        all.add(bucket(name));
        List<Found> children = new ArrayList<>();
        SubjectSlot subject = SubjectSlot.of(turn);
        if (subject != null) {
            Live live = Objects.requireNonNull(lookup.bySubject().get(subject));
            if (live.all()) {
                // Any of them may be, or be left as, the only one.
                live.sessions().forEach(this::lockInState);
                children.addAll(live.sessions());
            } else {
                live.sessions().forEach(found -> read.add(found.id()));
            }
        }
        List<Found> exact = exactly(name, key.harness());
        if (exact.isEmpty()) {
            missing.add(bucket(name));
            guessed(name).forEach(this::lock);
            // The one that this turn adopts may have children already.
            children.addAll(guessed(name));
        }
        exact.forEach(this::lock);
        children.addAll(exact);
        return children;
    }

    private List<Found> ofSlot(ActorSlot slot) {
        List<Found> sessions = lookup.bySlot().getOrDefault(slot, List.of());
        int bucket = Buckets.of(slot.encoded());
        all.add(bucket);
        if (sessions.stream().noneMatch(Found::live)) {
            missing.add(bucket);
        }
        sessions.forEach(this::lockInState);
        return sessions;
    }

    private List<Found> ofOne(@Nullable Found found) {
        if (found == null) {
            return List.of();
        }
        lock(found);
        return List.of(found);
    }

    private void parent(Scope scope, TurnFacts.Parent parent, HarnessId assumed, List<Found> children) {
        AnyKey name = new AnyKey(scope, parent.harnessSession());
        List<Found> known = byKey.getOrDefault(name, List.of());
        all.add(bucket(name));
        if (exactly(name, parent.harness() == null ? assumed : parent.harness()).isEmpty()) {
            missing.add(bucket(name));
            guessed(name).forEach(this::lock);
        }
        if (children.stream().allMatch(Found::linked)) {
            known.forEach(found -> read.add(found.id()));
            return;
        }
        // A session that exists may be an ancestor of its parent-to-be. One such link at a time per environment, with
        // both ends locked, is what makes the look for a cycle conclusive.
        int links =
                Buckets.of("forks of " + scope.org() + " " + scope.environment().value());
        all.add(links);
        missing.add(links);
        known.forEach(found -> {
            lock(found);
            relinked.add(found.id());
        });
    }

    private static @Nullable HarnessId harness(TurnFacts turn, List<Found> children) {
        return switch (turn.address()) {
            case SessionKey key -> key.harness();
            case ActorSlot slot -> slot.harness();
            case ById _, ByExternalId _ ->
                children.isEmpty() ? null : children.getFirst().harness();
        };
    }

    private List<Found> exactly(AnyKey name, HarnessId harness) {
        return byKey.getOrDefault(name, List.of()).stream()
                .filter(found -> found.harness().equals(harness))
                .toList();
    }

    private List<Found> guessed(AnyKey name) {
        return byKey.getOrDefault(name, List.of()).stream()
                .filter(Found::guessed)
                .toList();
    }

    private void lock(Found found) {
        locked.put(found.id(), found);
    }

    private void lockInState(Found found) {
        lock(found);
        mustKeepState.add(found.id());
    }

    private static int bucket(AnyKey name) {
        return Buckets.ofKey(name.scope(), name.key());
    }
}
