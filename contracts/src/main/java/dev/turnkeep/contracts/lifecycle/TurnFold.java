package dev.turnkeep.contracts.lifecycle;

import dev.turnkeep.contracts.id.ActorId;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.id.TurnAddress.ByExternalId;
import dev.turnkeep.contracts.id.TurnAddress.ById;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import dev.turnkeep.contracts.id.TurnId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Folds the new turns of one batch over the sessions they touch, in offset order and never sorted, into rows, events and
 * the place of every turn. Deterministic but for the ids it is given. Single use, single thread.
 */
public final class TurnFold {
    /**
     * The result.
     *
     * @param updated rows that were loaded, as they are to be: to be written before the inserted ones
     * @param inserted new rows
     * @param events in the order in which they happened
     * @param causes the turn that brought each of the events
     * @param placed where every turn belongs, in the order of the turns
     * @param unknown turns that address a session which does not exist
     * @param droppedLinks parents that were refused, because they would make a cycle
     */
    public record Result(
            List<Session> updated,
            List<Session> inserted,
            List<SessionEvent> events,
            List<TurnId> causes,
            List<Placed> placed,
            List<TurnFacts> unknown,
            int droppedLinks) {}

    /** A turn in its session. {@code seq} is its place in the order of arrival, from 1. */
    public record Placed(TurnFacts turn, SessionId session, long seq, boolean late) {}

    private final Directory directory;
    private final BiFunction<Scope, HarnessId, Duration> idleTimeout;
    private final Supplier<SessionId> newId;
    private final Instant now;

    private final Map<SessionId, Boolean> touched = new LinkedHashMap<>();
    private final List<SessionEvent> events = new ArrayList<>();
    private final List<TurnId> causes = new ArrayList<>();
    private final List<Placed> placed = new ArrayList<>();
    private final List<TurnFacts> unknown = new ArrayList<>();
    private int droppedLinks;

    /**
     * @param loaded every row that a turn of the batch may touch, read under its lock
     * @param ancestors child to parent, for the ancestors of the loaded rows that are not loaded themselves
     * @param now the creation time of new rows
     */
    public TurnFold(
            Collection<Session> loaded,
            Map<SessionId, SessionId> ancestors,
            BiFunction<Scope, HarnessId, Duration> idleTimeout,
            Supplier<SessionId> newId,
            Instant now) {
        this.directory = new Directory(loaded, ancestors);
        this.idleTimeout = idleTimeout;
        this.newId = newId;
        this.now = now;
    }

    public Result fold(List<TurnFacts> turns) {
        for (TurnFacts turn : turns) {
            fold(turn);
            while (causes.size() < events.size()) {
                causes.add(turn.id());
            }
        }
        List<Session> updated = new ArrayList<>();
        List<Session> inserted = new ArrayList<>();
        touched.forEach((id, isNew) -> (isNew ? inserted : updated).add(directory.session(id)));
        return new Result(updated, inserted, events, causes, placed, unknown, droppedLinks);
    }

    private void fold(TurnFacts turn) {
        switch (turn.address()) {
            case SessionKey key -> ofKey(turn, key);
            case ActorSlot slot -> ofSlot(turn, slot);
            case ById byId -> addressed(turn, directory.byId(byId.scope(), byId.session()));
            case ByExternalId ext -> addressed(turn, directory.byExternal(ext.scope(), ext.external()));
        }
    }

    private void ofKey(TurnFacts turn, SessionKey key) {
        Optional<Session> joined = joined(turn);
        if (joined.isPresent()) {
            Session session = joined.get();
            boolean ownKey = key.harnessSession().equals(session.harnessSession());
            place(turn, session, Decision.explicit(session.lifetime(), turn.times(), idle(session)), ownKey);
            return;
        }
        Session session = keyed(key.scope(), key.harness(), key.harnessSession());
        place(turn, session, Decision.explicit(session.lifetime(), turn.times(), idle(session)), true);
    }

    /** An identified caller that named neither session nor actor joins its only live session. */
    private Optional<Session> joined(TurnFacts turn) {
        return Optional.ofNullable(SubjectSlot.of(turn)).flatMap(directory::onlyLive);
    }

    /** The key's row: itself, else the one guessed placeholder that this turn adopts, else a new one. */
    private Session keyed(Scope scope, HarnessId harness, HarnessSessionId key) {
        return directory.byKey(scope, harness, key).orElseGet(() -> directory
                .adoptable(scope, key)
                .map(guess -> touch(guess.adoptedBy(harness, Placeholder.NO)))
                .orElseGet(() -> create(scope, harness, key, null, Placeholder.NO)));
    }

    private void addressed(TurnFacts turn, Optional<Session> found) {
        if (found.isEmpty()) {
            unknown.add(turn);
            return;
        }
        Session session = found.get();
        Decision decision = session.implicit()
                ? Decision.implicitById(session.lifetime(), turn.times(), idle(session))
                : Decision.explicit(session.lifetime(), turn.times(), idle(session));
        place(turn, session, decision, false);
    }

    private void ofSlot(TurnFacts turn, ActorSlot slot) {
        Duration idle = idleTimeout.apply(slot.scope(), slot.harness());
        Optional<Session> newest = directory.newest(slot);
        Decision decision = Decision.implicit(newest.map(Session::lifetime), turn.times(), idle);
        switch (decision) {
            case EXTEND, RESUME, REOPEN -> place(turn, newest.orElseThrow(), decision, true);
            case START, BACKFILL -> place(turn, next(slot), decision, true);
            case BOUNDARY -> {
                endAtBoundary(newest.orElseThrow());
                place(turn, next(slot), decision, true);
            }
            case LATE -> {
                Optional<Session> taker = newest.filter(s -> Decision.reaches(s.lifetime(), turn.times(), idle))
                        .or(() -> directory.covering(slot, turn.times(), idle));
                if (taker.isPresent()) {
                    place(turn, taker.get(), Decision.LATE, true);
                } else {
                    place(turn, next(slot), Decision.BACKFILL, true);
                }
            }
        }
    }

    private Session next(ActorSlot slot) {
        return create(slot.scope(), slot.harness(), null, slot.actor(), Placeholder.NO);
    }

    private void endAtBoundary(Session live) {
        Session ended = touch(live.with(live.lifetime().endAtBoundary()));
        Instant at = ended.lifetime().endedAt() == null ? now : ended.lifetime().endedAt();
        events.add(SessionEvent.ended(ended, EndReason.BOUNDARY, at));
    }

    private void place(TurnFacts turn, Session session, Decision decision, boolean ownKey) {
        boolean late = decision == Decision.LATE || decision == Decision.BACKFILL;
        Session fed = touch(session.fedBy(turn.partition(), ownKey)
                .with(session.labels().updatedBy(turn.labels()))
                .with(session.totals().plus(turn.adds(), late))
                .with(session.findings().after(turn, late))
                .with(lifetime(session.lifetime(), turn.times(), decision)));
        Session stored = touch(linked(fed, turn));
        tell(turn, stored, decision);
        placed.add(new Placed(turn, stored.id(), stored.totals().turns(), late));
    }

    private static Lifetime lifetime(Lifetime lifetime, TurnTimes turn, Decision decision) {
        return switch (decision) {
            case START, REOPEN, BOUNDARY -> lifetime.start(turn);
            case EXTEND, RESUME -> lifetime.extend(turn);
            case LATE -> lifetime.late(turn);
            case BACKFILL -> lifetime.backfill(turn);
        };
    }

    private void tell(TurnFacts turn, Session session, Decision decision) {
        Instant at = turn.times().eventAt();
        switch (decision) {
            case START -> events.add(SessionEvent.started(session, StartKind.NEW, at));
            case REOPEN -> events.add(SessionEvent.started(session, StartKind.REOPEN, at));
            case BOUNDARY -> events.add(SessionEvent.started(session, StartKind.BOUNDARY, at));
            case RESUME -> events.add(SessionEvent.resumed(session, at));
            case LATE -> events.add(SessionEvent.late(session, turn.id(), at));
            case BACKFILL -> {
                events.add(SessionEvent.started(session, StartKind.BACKFILL, at));
                events.add(SessionEvent.ended(session, EndReason.BACKFILL, at));
                events.add(SessionEvent.late(session, turn.id(), at));
            }
            case EXTEND -> {
                // Nothing that the world has to be told: the turn itself is on its own topic.
            }
        }
    }

    /** Links a fork to its parent, once: the first parent that resolves stays. */
    private Session linked(Session session, TurnFacts turn) {
        TurnFacts.Parent parent = turn.parent();
        if (parent == null || session.parent() != null) {
            return session;
        }
        Session found = parent(session, parent);
        if (directory.descendsFrom(found, session.id())) {
            droppedLinks++;
            return session;
        }
        return session.withParent(found.id());
    }

    private Session parent(Session child, TurnFacts.Parent parent) {
        Scope scope = child.scope();
        HarnessSessionId key = parent.harnessSession();
        HarnessId harness = parent.harness() == null ? child.harness() : parent.harness();
        Optional<Session> exact = directory.byKey(scope, harness, key);
        if (exact.isPresent()) {
            return exact.get();
        }
        if (parent.harness() != null) {
            // A child that knows the harness corrects an earlier child's guess, so that both hang under one row.
            return directory
                    .adoptable(scope, key)
                    .map(guess -> touch(guess.adoptedBy(harness, Placeholder.GIVEN)))
                    .orElseGet(() -> create(scope, harness, key, null, Placeholder.GIVEN));
        }
        List<Session> known = directory.underAnyHarness(scope, key).stream()
                .filter(s -> s.placeholder() != Placeholder.GUESSED)
                .toList();
        return known.size() == 1 ? known.getFirst() : create(scope, harness, key, null, Placeholder.GUESSED);
    }

    private Session create(
            Scope scope,
            HarnessId harness,
            @Nullable HarnessSessionId key,
            @Nullable ActorId actor,
            Placeholder placeholder) {
        Session session = new Session(
                newId.get(),
                scope,
                harness,
                key,
                null,
                actor,
                null,
                null,
                placeholder,
                Labels.NONE,
                Lifetime.CREATED,
                Totals.ZERO,
                Findings.NONE,
                1,
                now);
        touched.put(session.id(), true);
        directory.put(session);
        return session;
    }

    /** The row as it now is; its first change in a batch raises the version, the batch writes it once. */
    private Session touch(Session session) {
        Session current = touched.putIfAbsent(session.id(), false) == null ? session.nextVersion() : session;
        directory.put(current);
        return current;
    }

    private Duration idle(Session session) {
        return idleTimeout.apply(session.scope(), session.harness());
    }
}
