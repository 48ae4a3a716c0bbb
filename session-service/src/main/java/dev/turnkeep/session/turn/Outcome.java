package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.lifecycle.SessionEvent;
import java.util.List;

/**
 * What a committed batch did.
 *
 * @param late how many of the stored turns were late
 * @param repeated how many turns were stored already
 * @param events what happened to sessions, as written
 * @param droppedLinks how many fork parents would have made a cycle
 */
record Outcome(
        int stored, int late, int repeated, List<Refused> refused, List<SessionEvent> events, int droppedLinks) {}
