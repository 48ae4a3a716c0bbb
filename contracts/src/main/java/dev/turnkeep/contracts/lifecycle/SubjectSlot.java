package dev.turnkeep.contracts.lifecycle;

import dev.turnkeep.contracts.id.AuthSubject;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.TurnAddress;
import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.id.TurnAddress.ByExternalId;
import dev.turnkeep.contracts.id.TurnAddress.ById;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An identified caller in a harness: a turn of its that names no session joins its live session, if there is only one. */
public record SubjectSlot(Scope scope, HarnessId harness, AuthSubject subject) {
    /** The slot whose only live session this turn would join; null for a turn that names its session or no subject. */
    public static @Nullable SubjectSlot of(TurnFacts turn) {
        AuthSubject subject = turn.labels().subject();
        return turn.synthetic() && subject != null && turn.address() instanceof SessionKey key
                ? new SubjectSlot(key.scope(), key.harness(), subject)
                : null;
    }

    /**
     * How many of the slot's live sessions must be known to fold the batch: one more than "the only one", and one for
     * each that the batch itself may end or give to another subject before a turn asks. At least 2.
     */
    public int enough(Collection<TurnFacts> batch) {
        Set<TurnAddress> leaving = new HashSet<>();
        for (TurnFacts turn : batch) {
            if (mayTakeAway(turn)) {
                leaving.add(turn.address());
            }
        }
        return 2 + leaving.size();
    }

    private boolean mayTakeAway(TurnFacts turn) {
        if (!turn.address().scope().equals(scope)) {
            return false;
        }
        AuthSubject other = turn.labels().subject();
        boolean renames = other != null && !other.equals(subject);
        return switch (turn.address()) {
            case SessionKey key -> renames && key.harness().equals(harness);
            case ActorSlot slot -> slot.harness().equals(harness);
            case ById _, ByExternalId _ -> renames;
        };
    }
}
