package dev.turnkeep.session.access;

import dev.turnkeep.contracts.id.KeyId;
import dev.turnkeep.platform.auth.Principal;
import dev.turnkeep.session.key.KeySeal;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
 * JWTs that are signed with an API key (HS256 and nothing else). The subject is the key's environment; only its keys that
 * are valid now are tried. What is made for one audience is of no use to another. May wait for Postgres: for virtual threads.
 */
@Singleton
public class SignedTokens {
    private static final Logger LOG = Logger.getLogger(SignedTokens.class);
    private static final String ISSUER = "https://id.trigger.dev";

    private final SigningKeys keys;
    private final KeySeal seal;
    private final Clock clock;
    private final JwtConsumer unverified = new JwtConsumerBuilder()
            .setSkipAllValidators()
            .setDisableRequireSignature()
            .setSkipSignatureVerification()
            .build();

    SignedTokens(SigningKeys keys, KeySeal seal, Clock clock) {
        this.keys = keys;
        this.seal = seal;
        this.clock = clock;
    }

    /** Whose key signed it, and what it says. */
    public record Signed(Principal owner, EnvironmentId environment, JwtClaims claims, Instant until) {}

    /** The same with the key's text. */
    record Opened(Signed signed, String keyText) {}

    /** The claims of what looks like a token; nothing is checked yet. Empty for anything else. */
    Optional<JwtClaims> claimed(String bearer) {
        if (bearer.chars().filter(c -> c == '.').count() != 2) {
            return Optional.empty();
        }
        try {
            return Optional.of(unverified.processToClaims(bearer));
        } catch (InvalidJwtException e) {
            return Optional.empty();
        }
    }

    /**
     * Empty when no valid key signed it, it has expired, or it was made for somebody else.
     *
     * @throws dev.turnkeep.platform.http.RetryLater (503) while nobody can say which keys are valid
     */
    public Optional<Signed> verify(String token, String audience) {
        return claimed(token).flatMap(claims -> open(token, claims, audience)).map(Opened::signed);
    }

    Optional<Opened> open(String token, JwtClaims claimed, String audience) {
        EnvironmentId environment =
                subject(claimed).flatMap(EnvironmentId::parse).orElse(null);
        if (environment == null) {
            return Optional.empty();
        }
        Set<KeyId> tried = new HashSet<>();
        try {
            Opened opened = signedBy(keys.of(environment), token, audience, environment, tried);
            // It may be signed with a key that is newer than what is remembered.
            return Optional.ofNullable(
                    opened == null
                            ? signedBy(keys.lookedUpAgain(environment), token, audience, environment, tried)
                            : opened);
        } catch (InvalidJwtException | MalformedClaimException e) {
            return Optional.empty();
        }
    }

    /** Of a key that may still sign: it was not revoked, and has not expired. With what it may do now. */
    public Optional<Principal> owner(EnvironmentId environment, KeyId key) {
        return keys.of(environment).stream()
                .filter(candidate -> candidate.id().equals(key))
                .map(SigningKey::owner)
                .findFirst();
    }

    /** @param tried keys that are passed over, and gets those that are tried */
    private @Nullable Opened signedBy(
            List<SigningKey> candidates, String token, String audience, EnvironmentId environment, Set<KeyId> tried)
            throws InvalidJwtException, MalformedClaimException {
        for (SigningKey key : candidates) {
            String text = tried.add(key.id()) ? opened(key) : null;
            if (text == null) {
                continue;
            }
            try {
                JwtClaims claims = checking(text, audience).processToClaims(token);
                Instant until = Instant.ofEpochSecond(claims.getExpirationTime().getValue());
                return new Opened(new Signed(key.owner(), environment, claims, until), text);
            } catch (InvalidJwtSignatureException e) {
                // Another of the environment's keys may have signed it.
            }
        }
        return null;
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

    private JwtConsumer checking(String keyText, String audience) {
        return new JwtConsumerBuilder()
                .setVerificationKey(new HmacKey(keyText.getBytes(StandardCharsets.UTF_8)))
                // A key is what its operator chose; what the length of an HMAC key should be is no reason to refuse it.
                .setRelaxVerificationKeyValidation()
                .setJwsAlgorithmConstraints(ConstraintType.PERMIT, AlgorithmIdentifiers.HMAC_SHA256)
                .setExpectedIssuer(ISSUER)
                .setExpectedAudience(audience)
                .setRequireExpirationTime()
                .setRequireSubject()
                .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
                .build();
    }

    /**
     * Signs with the caller's key.
     *
     * @param claims what is said besides who, for whom and until when
     * @param environment the caller's
     * @param lifetime from now; no longer than that of the token that the caller presented
     */
    public String sign(Caller caller, EnvironmentId environment, String audience, JwtClaims claims, Duration lifetime) {
        claims.setIssuer(ISSUER);
        claims.setAudience(audience);
        claims.setSubject(environment.toString());
        claims.setIssuedAt(NumericDate.fromMilliseconds(clock.millis()));
        Instant until = caller.atMost(clock.instant().plus(lifetime));
        claims.setExpirationTime(NumericDate.fromMilliseconds(until.toEpochMilli()));
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
}
