package dev.turnkeep.contracts.merkle;

import java.util.HexFormat;

/**
 * The identity of a message in its chain: SHA-256 over its projected content and its parent's hash.
 *
 * @param hex 64 lower-case hex characters
 */
public record NodeHash(String hex) {
    private static final int BYTES = 32;

    public NodeHash {
        if (hex.length() != 2 * BYTES) {
            throw new IllegalArgumentException("a node hash is 64 hex characters");
        }
        for (int i = 0; i < hex.length(); i++) {
            char c = hex.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                throw new IllegalArgumentException("a node hash is lower-case hex");
            }
        }
    }

    /** From the 32 bytes of a digest. */
    public static NodeHash of(byte[] digest) {
        return new NodeHash(HexFormat.of().formatHex(digest));
    }

    /** The 32 bytes, for a column of bytes. */
    public byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    @Override
    public String toString() {
        return hex;
    }
}
