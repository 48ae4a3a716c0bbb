package dev.turnkeep.session.access;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;

/**
 * A caller that may do what it asks for.
 *
 * @param session as it was asked for; by its id where it had to be looked up to say so: what follows has to act on that id,
 *     because an external id may have become another session's meanwhile
 */
public record Granted(Caller caller, SessionRef session) {
    public Scope scope() {
        return caller.scope();
    }

    /** The session's id, for routes that name sessions by it; 404 when it can be no session's. */
    public SessionId id() {
        return switch (session) {
            case SessionRef.ById(SessionId id) -> id;
            case SessionRef.ByExternalId _, SessionRef.Unknown _ ->
                throw new Invalid(Problem.NOT_FOUND, null, Problem.NOT_FOUND.title());
        };
    }
}
