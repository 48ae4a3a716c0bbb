package dev.turnkeep.contracts.id;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** UUIDs as RFC 9562 defines them: version 5 (name-based, SHA-1) and version 7 (time-ordered). */
public final class Uuids {
    /** The namespace of RFC 9562 for URLs and URNs. */
    static final UUID URL = UUID.fromString("6ba7b811-9dad-11d1-80b4-00c04fd430c8");

    private static final Pattern TEXT =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    private static final long VERSION_MASK = 0xf000L;
    private static final long VARIANT_MASK = 0xc000_0000_0000_0000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private Uuids() {}

    /** Reads the canonical 36-character form; {@link UUID#fromString} also takes shortened ones, which are not ids. */
    public static Optional<UUID> parse(String text) {
        return TEXT.matcher(text).matches() ? Optional.of(UUID.fromString(text)) : Optional.empty();
    }

    static UUID version5(UUID namespace, String name) {
        MessageDigest sha1 = sha1();
        sha1.update(ByteBuffer.allocate(16)
                .putLong(namespace.getMostSignificantBits())
                .putLong(namespace.getLeastSignificantBits())
                .flip());
        ByteBuffer hash = ByteBuffer.wrap(sha1.digest(name.getBytes(StandardCharsets.UTF_8)));
        return stamped(hash.getLong(), hash.getLong(), 5);
    }

    /**
     * A version 7 UUID.
     *
     * @param at the time it carries, to the millisecond
     * @param randomA 12 of its bits are used
     * @param randomB 62 of its bits are used
     */
    public static UUID version7(Instant at, long randomA, long randomB) {
        return stamped((at.toEpochMilli() << 16) | (randomA & 0xffff), randomB, 7);
    }

    private static UUID stamped(long most, long least, int version) {
        return new UUID((most & ~VERSION_MASK) | ((long) version << 12), (least & ~VARIANT_MASK) | VARIANT);
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
