package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.lifecycle.SessionEvent;
import dev.turnkeep.session.live.Deadline;
import java.util.List;

/**
 * What a committed batch did.
 *
 * @param late how many of the stored turns were late
 * @param repeated how many turns were stored already
 * @param events what happened to sessions, as written
 * @param live the deadlines of the sessions that it left open
 * @param droppedLinks how many fork parents would have made a cycle
 */
record Outcome(
        int stored,
        int late,
        int repeated,
        List<Refused> refused,
        List<SessionEvent> events,
        List<Deadline> live,
        int droppedLinks) {}
