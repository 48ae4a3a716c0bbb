package dev.turnkeep.contracts.lifecycle;

import dev.turnkeep.contracts.id.ExternalId;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that a batch may touch: loaded under lock, changed by the fold as it goes. Confined to the fold. Every
 * session knows its keys, so the directory finds it by id, key, slot, subject, and by a fork's key under any harness.
 */
final class Directory {
    private record ForkKey(Scope scope, HarnessSessionId key) {}

    private record External(Scope scope, ExternalId external) {}

    private static final Comparator<Session> BY_START =
            Comparator.comparing(Directory::started).thenComparing(Session::id);

    private final Map<SessionId, Session> sessions = new LinkedHashMap<>();
    private final Map<ForkKey, Set<SessionId>> byForkKey = new HashMap<>();
    private final Map<ActorSlot, Set<SessionId>> bySlot = new HashMap<>();
    private final Map<External, SessionId> byExternal = new HashMap<>();
    private final Map<SubjectSlot, Set<SessionId>> bySubject = new HashMap<>();
    private final Map<SessionId, SessionId> ancestors;

    Directory(Collection<Session> loaded, Map<SessionId, SessionId> ancestors) {
        this.ancestors = ancestors;
        loaded.forEach(this::put);
    }

    void put(Session session) {
        sessions.put(session.id(), session);
        if (session.lifetime().state() == State.RETIRED) {
            // Its keys are free again: it is found by its id only.
            return;
        }
        if (session.harnessSession() != null) {
            add(byForkKey, new ForkKey(session.scope(), session.harnessSession()), session.id());
        }
        if (session.implicit() && session.actor() != null) {
            add(bySlot, new ActorSlot(session.scope(), session.harness(), session.actor()), session.id());
        }
        if (session.external() != null) {
            byExternal.put(new External(session.scope(), session.external()), session.id());
        }
        if (session.labels().subject() != null) {
            SubjectSlot slot = new SubjectSlot(
                    session.scope(), session.harness(), session.labels().subject());
            add(bySubject, slot, session.id());
        }
    }

    private static <K> void add(Map<K, Set<SessionId>> index, K key, SessionId id) {
        index.computeIfAbsent(key, k -> new HashSet<>()).add(id);
    }

    Session session(SessionId id) {
        Session session = sessions.get(id);
        if (session == null) {
            throw new IllegalStateException("session is not in the directory");
        }
        return session;
    }

    Optional<Session> byId(Scope scope, SessionId id) {
        return Optional.ofNullable(sessions.get(id)).filter(s -> s.scope().equals(scope));
    }

    Optional<Session> byExternal(Scope scope, ExternalId external) {
        return Optional.ofNullable(byExternal.get(new External(scope, external)))
                .map(this::session);
    }

    Optional<Session> byKey(Scope scope, HarnessId harness, HarnessSessionId key) {
        return underAnyHarness(scope, key).stream()
                .filter(s -> s.harness().equals(harness))
                .findFirst();
    }

    /** Every row with this harness session id: sessions and placeholders, whatever their harness. */
    List<Session> underAnyHarness(Scope scope, HarnessSessionId key) {
        return all(byForkKey.get(new ForkKey(scope, key)));
    }

    /** The guessed placeholder with this harness session id, if there is exactly one: the only kind that is adopted. */
    Optional<Session> adoptable(Scope scope, HarnessSessionId key) {
        List<Session> guesses = underAnyHarness(scope, key).stream()
                .filter(s -> s.placeholder() == Placeholder.GUESSED)
                .toList();
        return guesses.size() == 1 ? Optional.of(guesses.getFirst()) : Optional.empty();
    }

    /** The slot's live session, else the one that started last. */
    Optional<Session> newest(ActorSlot slot) {
        List<Session> all = all(bySlot.get(slot));
        return all.stream().filter(s -> s.lifetime().state().live()).findFirst().or(() -> all.stream()
                .max(BY_START));
    }

    /** The newest of the slot's older sessions that takes a late turn for which the newest one started too late. */
    Optional<Session> covering(ActorSlot slot, TurnTimes turn, Duration idle) {
        return all(bySlot.get(slot)).stream()
                .filter(s -> Decision.covers(s.lifetime(), turn, idle))
                .max(BY_START);
    }

    /** The subject's live session in the harness, if there is exactly one. */
    Optional<Session> onlyLive(SubjectSlot slot) {
        List<Session> live = all(bySubject.get(slot)).stream()
                .filter(s -> s.lifetime().state().live()
                        && slot.subject().equals(s.labels().subject()))
                .toList();
        return live.size() == 1 ? Optional.of(live.getFirst()) : Optional.empty();
    }

    /** Whether {@code candidate} is the session itself or one of its ancestors, as known here or in the store. */
    boolean descendsFrom(Session session, SessionId candidate) {
        Set<SessionId> seen = new HashSet<>();
        @Nullable SessionId at = session.id();
        while (at != null && seen.add(at)) {
            if (at.equals(candidate)) {
                return true;
            }
            Session known = sessions.get(at);
            at = known == null ? ancestors.get(at) : known.parent();
        }
        return false;
    }

    private List<Session> all(@Nullable Set<SessionId> ids) {
        return ids == null ? List.of() : ids.stream().map(this::session).toList();
    }

    private static Instant started(Session session) {
        return session.lifetime().startedAt() == null
                ? Instant.MIN
                : session.lifetime().startedAt();
    }
}
