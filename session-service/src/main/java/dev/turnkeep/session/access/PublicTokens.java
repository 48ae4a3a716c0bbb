package dev.turnkeep.session.access;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.auth.Principal;
import dev.turnkeep.session.access.SignedTokens.Opened;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;

/** Public tokens: signed by an API key's holder, or by us for one, and given to browsers with what they may do. */
@Singleton
public class PublicTokens {
    private static final String AUDIENCE = "https://api.trigger.dev";
    private static final String PUBLIC = "pub";
    private static final String SCOPES = "scopes";

    private final SignedTokens tokens;

    PublicTokens(SignedTokens tokens) {
        this.tokens = tokens;
    }

    /** What a verified token says, and the key that signed it. */
    record Verified(Principal owner, String keyText, List<String> scopes, Instant until) {}

    /** The claims of what says of itself that it is a public token; nothing is checked yet. Empty for anything else. */
    Optional<JwtClaims> claimed(String bearer) {
        return tokens.claimed(bearer).filter(claims -> Boolean.TRUE.equals(claims.getClaimValue(PUBLIC)));
    }

    /**
     * The token's scopes, and the key that signed it.
     *
     * @throws Invalid (401) when no valid key signed it, it has expired, or it was made for somebody else
     */
    Verified verify(String token, JwtClaims claimed) {
        Opened opened = tokens.open(token, claimed, AUDIENCE).orElseThrow(PublicTokens::invalid);
        JwtClaims claims = opened.signed().claims();
        try {
            List<String> scopes = claims.hasClaim(SCOPES) ? claims.getStringListClaimValue(SCOPES) : List.of();
            return new Verified(
                    opened.signed().owner(),
                    opened.keyText(),
                    scopes,
                    opened.signed().until());
        } catch (MalformedClaimException e) {
            throw invalid();
        }
    }

    /**
     * Signs a token with the caller's key.
     *
     * @param environment the caller's
     * @param lifetime from now; no longer than that of the token that the caller presented
     */
    public String sign(Caller caller, EnvironmentId environment, Collection<String> scopes, Duration lifetime) {
        JwtClaims claims = new JwtClaims();
        claims.setClaim(PUBLIC, true);
        claims.setStringListClaim(SCOPES, List.copyOf(scopes));
        return tokens.sign(caller, environment, AUDIENCE, claims, lifetime);
    }

    private static Invalid invalid() {
        return new Invalid(Problem.UNAUTHENTICATED, null, "Public Access Token is invalid");
    }
}
