package dev.turnkeep.session.erase;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.store.Database.Work;

/** What a feature keeps of sessions besides their rows. Every bean of this type is asked when a session is erased. */
public interface SessionPart {
    /** Removes all of it, in the transaction of the erasure, which holds the session's row. */
    void erase(Work work, Scope scope, SessionId session);
}
