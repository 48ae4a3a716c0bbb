package dev.turnkeep.session.access;

import dev.turnkeep.contracts.id.SessionId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/** Public tokens as a key's holder, or somebody who would like to be one, signs them. */
public final class TestTokens {
    private TestTokens() {}

    public static String signed(String key, String environment, List<String> scopes, long seconds) {
        return sign(key, claims(environment, scopes, seconds));
    }

    static String forAudience(String key, String environment, String audience) {
        JwtClaims claims = claims(environment, List.of("admin"), 60);
        claims.setAudience(audience);
        return sign(key, claims);
    }

    /** As the realtime API hands it out. */
    public static String forStream(String key, String environment, SessionId session, String channel, long seconds) {
        return forStream(key, environment, session, channel, seconds, Instant.now());
    }

    /** @param issued when it says that it was signed; null for nothing */
    public static String forStream(
            String key, String environment, SessionId session, String channel, long seconds, @Nullable Instant issued) {
        JwtClaims claims = claims(environment, List.of(), seconds);
        if (issued != null) {
            claims.setIssuedAt(NumericDate.fromSeconds(issued.getEpochSecond()));
        }
        claims.unsetClaim("pub");
        claims.unsetClaim("scopes");
        claims.setAudience("turnkeep:stream");
        claims.setStringClaim("session", session.friendly());
        claims.setStringClaim("channel", channel);
        return sign(key, claims);
    }

    static String unsigned(String environment, List<String> scopes, long seconds) {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.NONE);
        signature.setAlgorithmConstraints(AlgorithmConstraints.ALLOW_ONLY_NONE);
        signature.setPayload(claims(environment, scopes, seconds).toJson());
        return text(signature);
    }

    private static JwtClaims claims(String environment, List<String> scopes, long seconds) {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer("https://id.trigger.dev");
        claims.setAudience("https://api.trigger.dev");
        claims.setSubject(environment);
        claims.setExpirationTime(
                NumericDate.fromSeconds(Instant.now().plusSeconds(seconds).getEpochSecond()));
        claims.setClaim("pub", true);
        claims.setStringListClaim("scopes", scopes);
        return claims;
    }

    private static String sign(String key, JwtClaims claims) {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
        signature.setDoKeyValidation(false);
        signature.setPayload(claims.toJson());
        signature.setKey(new HmacKey(key.getBytes(StandardCharsets.UTF_8)));
        return text(signature);
    }

    private static String text(JsonWebSignature signature) {
        try {
            return signature.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }
}
