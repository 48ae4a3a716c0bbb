package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.id.TurnAddress.ByExternalId;
import dev.turnkeep.contracts.id.TurnAddress.ById;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import dev.turnkeep.contracts.lifecycle.SubjectSlot;
import dev.turnkeep.contracts.lifecycle.TurnFacts;
import dev.turnkeep.session.turn.Lookups.AnyKey;
import dev.turnkeep.session.turn.Lookups.IdleTimeouts;
import dev.turnkeep.session.turn.Lookups.Moment;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What has to be looked up for the turns of a batch.
 *
 * @param subjects with the number of live sessions that is enough to know of each
 */
record Wanted(
        Set<AnyKey> keys,
        Set<ById> ids,
        Set<ByExternalId> externals,
        Set<Moment> moments,
        Map<SubjectSlot, Integer> subjects) {

    static Wanted of(Collection<TurnFacts> turns, Map<Scope, IdleTimeouts> idle) {
        Wanted wanted = new Wanted(new HashSet<>(), new HashSet<>(), new HashSet<>(), new HashSet<>(), new HashMap<>());
        for (TurnFacts turn : turns) {
            wanted.add(turn, idle);
            SubjectSlot subject = SubjectSlot.of(turn);
            if (subject != null) {
                wanted.subjects.computeIfAbsent(subject, s -> s.enough(turns));
            }
        }
        return wanted;
    }

    private void add(TurnFacts turn, Map<Scope, IdleTimeouts> idle) {
        Scope scope = turn.address().scope();
        switch (turn.address()) {
            case SessionKey key -> keys.add(new AnyKey(scope, key.harnessSession()));
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
}
