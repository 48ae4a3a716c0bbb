package dev.turnkeep.platform.auth;

import dev.turnkeep.contracts.id.KeyId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is calling: the key, whose data it may touch, and what it may do.
 *
 * @param scopes such as {@code ingest}; {@code *} allows everything
 * @param expiresAt from when on it is no longer valid; null for never
 * @param rateLimit requests that the environment allows the key per window; null for what is configured
 */
public record Principal(
        KeyId key,
        Scope scope,
        Set<String> scopes,
        @Nullable Instant expiresAt,
        @Nullable Integer rateLimit) {
    private static final String EVERYTHING = "*";

    public Principal {
        scopes = Set.copyOf(scopes);
    }

    /** Of a key that does not expire. */
    public Principal(KeyId key, Scope scope, Set<String> scopes) {
        this(key, scope, scopes, null, null);
    }

    /** Whether it is valid at this time: what is remembered of a key may outlast it. */
    public boolean validAt(Instant now) {
        return expiresAt == null || now.isBefore(expiresAt);
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
