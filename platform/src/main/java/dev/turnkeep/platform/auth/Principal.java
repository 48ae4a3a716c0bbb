package dev.turnkeep.platform.auth;

import dev.turnkeep.contracts.id.KeyId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.util.Set;

/**
 * Who is calling: the key, whose data it may touch, and what it may do.
 *
 * @param scopes such as {@code ingest}; {@code *} allows everything
 */
public record Principal(KeyId key, Scope scope, Set<String> scopes) {
    private static final String EVERYTHING = "*";

    public Principal {
        scopes = Set.copyOf(scopes);
    }

    public boolean may(String permission) {
        return scopes.contains(EVERYTHING) || scopes.contains(permission);
    }

    /** This principal, if it may; else 403. */
    public Principal requiring(String permission) {
        if (!may(permission)) {
            throw new Invalid(Problem.FORBIDDEN, null, "the key needs the scope " + permission);
        }
        return this;
    }
}
