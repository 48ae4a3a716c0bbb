package dev.turnkeep.session.access;

import dev.turnkeep.contracts.id.KeyId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.key.KeySeal;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.InvalidJwtSignatureException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * Public tokens: JWTs that are signed with an API key (HS256 and nothing else), by its holder or by us. The subject is the
 * key's environment; only its keys that are valid now are tried.
 */
@Singleton
public class PublicTokens {
    private static final Logger LOG = Logger.getLogger(PublicTokens.class);
    private static final String ISSUER = "https://id.trigger.dev";
    private static final String AUDIENCE = "https://api.trigger.dev";
    private static final String PUBLIC = "pub";
    private static final String SCOPES = "scopes";

    private final SigningKeys keys;
    private final KeySeal seal;
    private final Clock clock;
    private final JwtConsumer unverified = new JwtConsumerBuilder()
            .setSkipAllValidators()
            .setDisableRequireSignature()
            .setSkipSignatureVerification()
            .build();

    PublicTokens(SigningKeys keys, KeySeal seal, Clock clock) {
        this.keys = keys;
        this.seal = seal;
        this.clock = clock;
    }

    /** What a verified token says. */
    record Verified(SigningKey key, String keyText, List<String> scopes, Instant until) {}

    /** The claims of what says of itself that it is a public token; nothing is checked yet. Empty for anything else. */
    Optional<JwtClaims> claimed(String bearer) {
        if (bearer.chars().filter(c -> c == '.').count() != 2) {
            return Optional.empty();
        }
        try {
            return Optional.of(unverified.processToClaims(bearer))
                    .filter(claims -> Boolean.TRUE.equals(claims.getClaimValue(PUBLIC)));
        } catch (InvalidJwtException e) {
            return Optional.empty();
        }
    }

    /**
     * The token's scopes, and the key that signed it.
     *
     * @throws Invalid (401) when no valid key signed it, it has expired, or it was made for somebody else
     */
    Verified verify(String token, JwtClaims claimed) {
        EnvironmentId environment =
                subject(claimed).flatMap(EnvironmentId::parse).orElseThrow(PublicTokens::invalid);
        Set<KeyId> tried = new HashSet<>();
        return signedBy(keys.of(environment), token, tried)
                // It may be signed with a key that is newer than what is remembered.
                .or(() -> signedBy(keys.lookedUpAgain(environment), token, tried))
                .orElseThrow(PublicTokens::invalid);
    }

    /** @param tried keys that are passed over, and gets those that are tried */
    private Optional<Verified> signedBy(List<SigningKey> candidates, String token, Set<KeyId> tried) {
        for (SigningKey key : candidates) {
            String text = tried.add(key.id()) ? opened(key) : null;
            if (text == null) {
                continue;
            }
            try {
                JwtClaims claims = checking(text).processToClaims(token);
                List<String> scopes = claims.hasClaim(SCOPES) ? claims.getStringListClaimValue(SCOPES) : List.of();
                Instant until = Instant.ofEpochSecond(claims.getExpirationTime().getValue());
                return Optional.of(new Verified(key, text, scopes, until));
            } catch (InvalidJwtSignatureException e) {
                // Another of the environment's keys may have signed it.
            } catch (InvalidJwtException | MalformedClaimException e) {
                throw invalid();
            }
        }
        return Optional.empty();
    }

    /** Null for a key that this master key does not open: others may still have signed. */
    private @Nullable String opened(SigningKey key) {
        if (!seal.ready()) {
            return null;
        }
        try {
            return seal.open(key.id(), key.sealed());
        } catch (IllegalStateException e) {
            LOG.warnf("a key cannot be opened with turnkeep.master.key: key_id=%s", key.id());
            return null;
        }
    }

    private JwtConsumer checking(String keyText) {
        return new JwtConsumerBuilder()
                .setVerificationKey(new HmacKey(keyText.getBytes(StandardCharsets.UTF_8)))
                // A key is what its operator chose; what the length of an HMAC key should be is no reason to refuse it.
                .setRelaxVerificationKeyValidation()
                .setJwsAlgorithmConstraints(ConstraintType.PERMIT, AlgorithmIdentifiers.HMAC_SHA256)
                .setExpectedIssuer(ISSUER)
                .setExpectedAudience(AUDIENCE)
                .setRequireExpirationTime()
                .setRequireSubject()
                .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
                .build();
    }

    /**
     * Signs a token with the caller's key.
     *
     * @param environment the caller's
     * @param lifetime from now; no longer than that of the token that the caller presented
     */
    public String sign(Caller caller, EnvironmentId environment, Collection<String> scopes, Duration lifetime) {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(ISSUER);
        claims.setAudience(AUDIENCE);
        claims.setSubject(environment.toString());
        claims.setIssuedAt(NumericDate.fromMilliseconds(clock.millis()));
        Instant until = caller.atMost(clock.instant().plus(lifetime));
        claims.setExpirationTime(NumericDate.fromMilliseconds(until.toEpochMilli()));
        claims.setClaim(PUBLIC, true);
        claims.setStringListClaim(SCOPES, List.copyOf(scopes));
        JsonWebSignature signature = new JsonWebSignature();
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
        signature.setAlgorithmConstraints(
                new AlgorithmConstraints(ConstraintType.PERMIT, AlgorithmIdentifiers.HMAC_SHA256));
        signature.setPayload(claims.toJson());
        signature.setDoKeyValidation(false);
        signature.setKey(new HmacKey(caller.keyText().getBytes(StandardCharsets.UTF_8)));
        try {
            return signature.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException("a token cannot be signed", e);
        }
    }

    private static Optional<String> subject(JwtClaims claims) {
        try {
            return Optional.ofNullable(claims.getSubject());
        } catch (MalformedClaimException e) {
            return Optional.empty();
        }
    }

    private static Invalid invalid() {
        return new Invalid(Problem.UNAUTHENTICATED, null, "Public Access Token is invalid");
    }
}
