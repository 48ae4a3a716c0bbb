package dev.turnkeep.contracts.lifecycle;

import static dev.turnkeep.contracts.lifecycle.SampleTurn.IDLE;
import static dev.turnkeep.contracts.lifecycle.SampleTurn.NOON;

import dev.turnkeep.contracts.id.ExternalId;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.id.TurnAddress.ByExternalId;
import dev.turnkeep.contracts.id.TurnAddress.ById;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The sessions table in memory. It loads for a batch what the store loads, and no more: a fold that needs another row shows
 * here. What the API and the reaper do to a session between batches is here too.
 */
final class Rows {
    final Map<SessionId, Session> sessions = new LinkedHashMap<>();
    final List<SessionEvent> events = new ArrayList<>();
    final List<TurnFold.Placed> placed = new ArrayList<>();
    final List<TurnFacts> unknown = new ArrayList<>();
    int droppedLinks;
    private int ids;
    private int turns;

    /** Folds one batch and stores its result. */
    TurnFold.Result batch(SampleTurn... batch) {
        return fold(Arrays.stream(batch).map(turn -> turn.facts(++turns)).toList());
    }

    /** Folds a batch of one, and returns where the turn went. */
    TurnFold.Placed one(SampleTurn turn) {
        return batch(turn).placed().getFirst();
    }

    TurnFold.Result fold(List<TurnFacts> batch) {
        Map<SessionId, SessionId> ancestors = new HashMap<>();
        sessions.values().stream()
                .filter(s -> s.parent() != null)
                .forEach(s -> ancestors.put(s.id(), Objects.requireNonNull(s.parent())));
        TurnFold.Result result =
                new TurnFold(load(batch), ancestors, (scope, harness) -> IDLE, this::newId, NOON).fold(batch);
        Stream.concat(result.updated().stream(), result.inserted().stream()).forEach(this::put);
        events.addAll(result.events());
        placed.addAll(result.placed());
        unknown.addAll(result.unknown());
        droppedLinks += result.droppedLinks();
        return result;
    }

    SessionId newId() {
        return new SessionId(new UUID(0, ++ids));
    }

    Session created(@Nullable String external) {
        Session session = new Session(
                newId(),
                SampleTurn.ACME,
                HarnessId.UNKNOWN,
                null,
                external == null ? null : new ExternalId(external),
                null,
                null,
                null,
                Placeholder.NO,
                Labels.NONE,
                Lifetime.CREATED,
                Totals.ZERO,
                Findings.NONE,
                1,
                NOON);
        put(session);
        return session;
    }

    Session of(SessionId id) {
        return Objects.requireNonNull(sessions.get(id));
    }

    Session of(TurnFold.Placed turn) {
        return of(turn.session());
    }

    /** The one row with this harness session id and harness, placeholders included. */
    Session of(HarnessId harness, String session) {
        return sessions.values().stream()
                .filter(s -> s.harness().equals(harness)
                        && new HarnessSessionId(session).equals(s.harnessSession())
                        && s.lifetime().state() != State.RETIRED)
                .reduce((a, b) -> {
                    throw new AssertionError("two rows with one key");
                })
                .orElseThrow();
    }

    List<String> told() {
        return told(events);
    }

    static List<String> told(List<SessionEvent> events) {
        return events.stream()
                .map(e -> e.type().text()
                        + (e.type() == EventType.TURN_LATE || e.detail() == null ? "" : " " + e.detail()))
                .toList();
    }

    void endIdle(SessionId id) {
        Lifetime l = of(id).lifetime();
        if (l.state() == State.OPEN) {
            end(id, State.ENDED, Objects.requireNonNull(l.lastEventAt()), EndReason.IDLE, null);
        }
    }

    void endRequested(SessionId id, Instant at) {
        Lifetime l = of(id).lifetime();
        if (l.state().live()) {
            end(id, State.ENDED, later(l.lastEventAt(), at), EndReason.REQUESTED, null);
        }
    }

    void close(SessionId id, Instant at) {
        Lifetime l = of(id).lifetime();
        if (l.state().live()) {
            end(id, State.CLOSED, later(l.lastEventAt(), at), EndReason.CLOSED, at);
        } else if (l.state() == State.ENDED || l.state() == State.CREATED) {
            write(id, l, State.CLOSED, l.endedAt(), l.endReason(), null, at);
        }
    }

    void suspend(SessionId id, Instant at) {
        Lifetime l = of(id).lifetime();
        if (l.state() == State.OPEN) {
            write(id, l, State.SUSPENDED, null, null, at, null);
        }
    }

    void retire(SessionId id) {
        Lifetime l = of(id).lifetime();
        if (l.state() == State.ENDED || l.state() == State.CLOSED) {
            write(id, l, State.RETIRED, l.endedAt(), l.endReason(), null, l.closedAt());
        }
    }

    private static Instant later(@Nullable Instant a, Instant b) {
        return a == null || b.isAfter(a) ? b : a;
    }

    private void end(SessionId id, State state, Instant at, EndReason reason, @Nullable Instant closedAt) {
        write(id, of(id).lifetime(), state, at, reason, null, closedAt);
        events.add(SessionEvent.ended(of(id), reason, at));
    }

    private void write(
            SessionId id,
            Lifetime l,
            State state,
            @Nullable Instant endedAt,
            @Nullable EndReason reason,
            @Nullable Instant suspendedAt,
            @Nullable Instant closedAt) {
        put(of(id).nextVersion()
                .with(new Lifetime(
                        state,
                        l.epoch(),
                        l.startedAt(),
                        l.lastEventAt(),
                        l.lastReceivedAt(),
                        endedAt,
                        reason,
                        suspendedAt,
                        closedAt)));
    }

    private void put(Session session) {
        sessions.put(session.id(), session);
    }

    private Set<Session> load(List<TurnFacts> batch) {
        Set<Session> loaded = new LinkedHashSet<>();
        for (TurnFacts turn : batch) {
            Scope scope = turn.address().scope();
            switch (turn.address()) {
                case SessionKey key -> {
                    loaded.addAll(named(scope, key.harnessSession()));
                    SubjectSlot subject = SubjectSlot.of(turn);
                    if (subject != null) {
                        loaded.addAll(where(s -> s.scope().equals(scope)
                                        && s.harness().equals(key.harness())
                                        && s.lifetime().state().live()
                                        && subject.subject().equals(s.labels().subject()))
                                .sorted(Comparator.comparing(Session::id))
                                .limit(subject.enough(batch))
                                .toList());
                    }
                }
                case ActorSlot slot -> slot(slot, turn.times(), loaded);
                case ById byId ->
                    loaded.addAll(where(s ->
                                    s.id().equals(byId.session()) && s.scope().equals(scope))
                            .toList());
                case ByExternalId ext ->
                    loaded.addAll(where(s -> s.scope().equals(scope)
                                    && ext.external().equals(s.external())
                                    && s.lifetime().state() != State.RETIRED)
                            .toList());
            }
            if (turn.parent() != null) {
                loaded.addAll(named(scope, turn.parent().harnessSession()));
            }
        }
        return loaded;
    }

    private List<Session> named(Scope scope, HarnessSessionId name) {
        return where(s -> s.scope().equals(scope)
                        && name.equals(s.harnessSession())
                        && s.lifetime().state() != State.RETIRED)
                .toList();
    }

    private void slot(ActorSlot slot, TurnTimes turn, Set<Session> loaded) {
        List<Session> all = where(s -> s.scope().equals(slot.scope())
                        && s.harness().equals(slot.harness())
                        && slot.actor().equals(s.actor())
                        && s.harnessSession() == null
                        && s.lifetime().state() != State.RETIRED)
                .toList();
        all.stream().filter(s -> s.lifetime().state().live()).forEach(loaded::add);
        newest(all, s -> true).ifPresent(loaded::add);
        newest(all, s -> !start(s).isAfter(turn.eventAt())).ifPresent(loaded::add);
        newest(
                        all,
                        s -> start(s).isAfter(turn.eventAt())
                                && !start(s).isAfter(turn.eventAt().plus(IDLE))
                                && s.lifetime().endReason() == EndReason.BACKFILL)
                .ifPresent(loaded::add);
    }

    private static Optional<Session> newest(List<Session> sessions, Predicate<Session> wanted) {
        return sessions.stream()
                .filter(s -> s.lifetime().startedAt() != null)
                .filter(wanted)
                .max(Comparator.comparing(Rows::start).thenComparing(Session::id));
    }

    private static Instant start(Session session) {
        return Objects.requireNonNull(session.lifetime().startedAt());
    }

    private Stream<Session> where(Predicate<Session> wanted) {
        return sessions.values().stream().filter(wanted);
    }
}
