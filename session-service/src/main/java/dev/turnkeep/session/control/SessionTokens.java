package dev.turnkeep.session.control;

import dev.turnkeep.platform.auth.Authenticator;
import dev.turnkeep.session.access.Caller;
import dev.turnkeep.session.access.Environments;
import dev.turnkeep.session.access.PublicTokens;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tokens that callers are handed for their browsers. */
@Singleton
class SessionTokens {
    private static final Duration LIFETIME = Duration.ofHours(1);

    private final PublicTokens tokens;
    private final Environments environments;

    SessionTokens(PublicTokens tokens, Environments environments) {
        this.tokens = tokens;
        this.environments = environments;
    }

    /**
     * For the session of this very id: whoever is given the same external id later is somebody else.
     *
     * @param friendlyId of the session
     */
    String ofSession(Caller caller, @Nullable String friendlyId) {
        return signed(caller, List.of("read:sessions:" + friendlyId, "write:sessions:" + friendlyId), LIFETIME);
    }

    /** 400 for a token that would be too long to be sent. */
    String signed(Caller caller, Collection<String> scopes, Duration lifetime) {
        String token = tokens.sign(caller, environments.of(caller.scope()), scopes, lifetime);
        if (token.length() > Authenticator.LONGEST) {
            throw Fields.refused("scopes", "Too long together: the token would have " + token.length() + " characters");
        }
        return token;
    }

    /** The subject of tokens that the holder of the key signs itself. */
    String subject(Caller caller) {
        return environments.of(caller.scope()).toString();
    }
}
