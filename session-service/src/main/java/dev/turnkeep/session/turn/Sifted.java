package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.contracts.problem.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A batch without the turns that are known: stored ones, and repetitions within the batch.
 *
 * @param repeated how many were known with the same payload, or belong to a session that was erased
 * @param conflicts turns whose id is known with another payload
 */
record Sifted(List<PendingTurn> fresh, int repeated, List<Refused> conflicts) {
    /** In the place of a digest: the turn was erased with its session, and whatever it says, it stays out. */
    static final byte[] ERASED = {};

    /**
     * @param stored payload digests of the turns that are stored
     */
    static Sifted of(List<PendingTurn> batch, Map<TurnId, byte[]> stored) {
        Map<TurnId, byte[]> known = new HashMap<>(stored);
        List<PendingTurn> fresh = new ArrayList<>();
        List<Refused> conflicts = new ArrayList<>();
        int repeated = 0;
        for (PendingTurn turn : batch) {
            byte[] digest = known.putIfAbsent(turn.id(), turn.payloadDigest());
            if (digest == null) {
                fresh.add(turn);
            } else if (digest.length == ERASED.length || Arrays.equals(digest, turn.payloadDigest())) {
                repeated++;
            } else {
                conflicts.add(new Refused(
                        turn, Problem.TURN_CONFLICT, "turn " + turn.id() + " is stored with another payload"));
            }
        }
        return new Sifted(fresh, repeated, conflicts);
    }
}
