package dev.turnkeep.session.access;

import dev.turnkeep.contracts.id.KeyId;
import dev.turnkeep.contracts.id.Scope;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is calling, and what it may do: a key, or a public token that a key signed, which may do what both of them may.
 * It holds the key's text, to sign tokens with; nothing prints it.
 */
public final class Caller {
    private final KeyId key;
    private final Scope scope;
    private final Grants ofKey;
    private final @Nullable Grants ofToken;
    private final String keyText;
    private final @Nullable Instant until;

    Caller(KeyId key, Scope scope, Grants ofKey, @Nullable Grants ofToken, String keyText, @Nullable Instant until) {
        this.key = key;
        this.scope = scope;
        this.ofKey = ofKey;
        this.ofToken = ofToken;
        this.keyText = keyText;
        this.until = until;
    }

    /** The key that was presented, or that signed the token. */
    public KeyId key() {
        return key;
    }

    /** Whose data this is about. */
    public Scope scope() {
        return scope;
    }

    /** Whether it holds the key itself and not a token. */
    public boolean holdsKey() {
        return ofToken == null;
    }

    /** Whether it may do this to any of the resources, which are names of one thing or lead to it alike. */
    public boolean may(Action action, Resource... anyOf) {
        List<Resource> resources = List.of(anyOf);
        return ofKey.permit(action, resources) && (ofToken == null || ofToken.permit(action, resources));
    }

    /** Whether a session that it may not touch under one name may be allowed to it under another. */
    boolean knowsSessionsByName(Action action) {
        return ofKey.nameSessions(action) || (ofToken != null && ofToken.nameSessions(action));
    }

    String keyText() {
        return keyText;
    }

    /** A token hands out nothing that lives longer than itself. */
    Instant atMost(Instant wanted) {
        return until != null && until.isBefore(wanted) ? until : wanted;
    }
}
