package dev.turnkeep.reaper.ending;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.IdleVerdict;
import dev.turnkeep.contracts.lifecycle.Veto;
import java.util.Map;

/** What became of each session of a batch. */
public sealed interface Ending {
    /** It was ended, closed or retired, whatever was wanted. */
    record Done() implements Ending {}

    /** Its time has come, but something keeps it. */
    record Kept(Veto veto) implements Ending {}

    /** There is nothing to be done: it is over already, or its time has not come. */
    record NotDue(IdleVerdict why) implements Ending {}

    /** Somebody else is at the row, or there is none. */
    record Absent() implements Ending {}

    /** The sessions of a batch. */
    record Batch(Map<SessionId, Ending> sessions) {
        /** What became of one of them. */
        public Ending of(SessionId session) {
            return sessions.getOrDefault(session, new Absent());
        }
    }
}
