package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.id.AuthSubject;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.id.TurnAddress.ByExternalId;
import dev.turnkeep.contracts.id.TurnAddress.ById;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import dev.turnkeep.contracts.lifecycle.TurnFacts;
import dev.turnkeep.session.turn.Lookups.AnyKey;
import dev.turnkeep.session.turn.Lookups.IdleTimeouts;
import dev.turnkeep.session.turn.Lookups.Moment;
import dev.turnkeep.session.turn.Lookups.Subject;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What has to be looked up for the turns of a batch. */
record Wanted(
        Set<AnyKey> keys, Set<ById> ids, Set<ByExternalId> externals, Set<Moment> moments, Set<Subject> subjects) {

    static Wanted of(Collection<TurnFacts> turns, Map<Scope, IdleTimeouts> idle) {
        Wanted wanted = new Wanted(new HashSet<>(), new HashSet<>(), new HashSet<>(), new HashSet<>(), new HashSet<>());
        turns.forEach(turn -> wanted.add(turn, idle));
        return wanted;
    }

    private void add(TurnFacts turn, Map<Scope, IdleTimeouts> idle) {
        Scope scope = turn.address().scope();
        switch (turn.address()) {
            case SessionKey key -> {
                keys.add(new AnyKey(scope, key.harnessSession()));
                Subject subject = subject(turn);
                if (subject != null) {
                    subjects.add(subject);
                }
            }
            case ActorSlot slot -> {
                IdleTimeouts timeouts = Objects.requireNonNull(idle.get(scope));
                moments.add(new Moment(slot, turn.times().eventAt(), timeouts.of(slot.harness())));
            }
            case ById byId -> ids.add(byId);
            case ByExternalId external -> externals.add(external);
        }
        if (turn.parent() != null) {
            keys.add(new AnyKey(scope, turn.parent().harnessSession()));
        }
    }

    /** The subject whose only live session this turn would join; null for a turn that names its session. */
    static @Nullable Subject subject(TurnFacts turn) {
        AuthSubject subject = turn.labels().subject();
        return turn.synthetic() && subject != null && turn.address() instanceof SessionKey key
                ? new Subject(key.scope(), key.harness(), subject.value())
                : null;
    }
}
