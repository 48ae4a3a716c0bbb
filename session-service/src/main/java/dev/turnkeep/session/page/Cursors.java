package dev.turnkeep.session.page;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.key.MasterConfig;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and reads cursors: a version byte, 16 bytes of HMAC-SHA256 and the position, in base64url. The signature also covers
 * where the cursor belongs (whose list, in which order, under which filter), so that a cursor of one list is none of another.
 */
@Singleton
public class Cursors {
    private static final Logger LOG = LoggerFactory.getLogger(Cursors.class);
    private static final String ALGORITHM = "HmacSHA256";
    private static final byte VERSION = 2;
    private static final int TAG_BYTES = 16;
    private static final int CAP = 4096;

    private final SecretKeySpec key;

    @Inject
    Cursors(MasterConfig config) {
        this(config.key().map(Cursors::decoded).orElseGet(Cursors::ownOfThisProcess));
    }

    /**
     * @param master any secret; the cursors' key is derived from it, so that a signature tells nothing about other uses
     */
    public Cursors(byte[] master) {
        byte[] derived = hmac(
                new SecretKeySpec(master, ALGORITHM), "turnkeep cursors, version 2".getBytes(StandardCharsets.UTF_8));
        this.key = new SecretKeySpec(derived, ALGORITHM);
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("turnkeep.master.key must be base64");
        }
    }

    private static byte[] ownOfThisProcess() {
        LOG.warn("turnkeep.master.key is not set: cursors of this process lead nowhere in another one");
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        return random;
    }

    /** The cursor of a position in a list. */
    public String seal(List<String> list, String position) {
        byte[] text = position.getBytes(StandardCharsets.UTF_8);
        ByteBuffer cursor = ByteBuffer.allocate(1 + TAG_BYTES + text.length)
                .put(VERSION)
                .put(tag(list, text))
                .put(text);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(cursor.array());
    }

    /**
     * The position that a cursor stands for.
     *
     * @param field the name of the parameter, for the problem
     * @throws Invalid 400 for what was not handed out for this list
     */
    public String open(List<String> list, String cursor, String field) {
        return bytes(cursor)
                .filter(bytes -> bytes.length > TAG_BYTES && bytes[0] == VERSION)
                .map(bytes -> {
                    byte[] text = Arrays.copyOfRange(bytes, 1 + TAG_BYTES, bytes.length);
                    byte[] tag = Arrays.copyOfRange(bytes, 1, 1 + TAG_BYTES);
                    return MessageDigest.isEqual(tag, tag(list, text))
                            ? new String(text, StandardCharsets.UTF_8)
                            : null;
                })
                .orElseThrow(() -> new Invalid(
                        Problem.MALFORMED, field, field + ": must be a cursor that a page of the same list has given"));
    }

    private static Optional<byte[]> bytes(String cursor) {
        if (cursor.length() > CAP) {
            return Optional.empty();
        }
        try {
            return Optional.of(Base64.getUrlDecoder().decode(cursor));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private byte[] tag(List<String> list, byte[] position) {
        // Lengths stand before the parts: no two lists of parts are the same bytes.
        StringBuilder parts = new StringBuilder();
        list.forEach(part -> parts.append(part.length()).append(':').append(part));
        parts.append(';');
        byte[] where = parts.toString().getBytes(StandardCharsets.UTF_8);
        byte[] covered = ByteBuffer.allocate(4 + where.length + position.length)
                .putInt(where.length)
                .put(where)
                .put(position)
                .array();
        return Arrays.copyOf(hmac(key, covered), TAG_BYTES);
    }

    private static byte[] hmac(SecretKeySpec key, byte[] text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
