package dev.turnkeep.session.key;

import dev.turnkeep.contracts.id.KeyId;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals API keys for storage: AES-256-GCM under the master key, bound to the key's id. A sealed key is a 12-byte nonce
 * and the cipher text with its tag. A key has to be recoverable, because public tokens are signed with it.
 */
@Singleton
public class KeySeal {
    private static final int MASTER_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecureRandom random = new SecureRandom();
    private final Optional<SecretKeySpec> master;

    KeySeal(MasterConfig config) {
        this.master = config.key().map(KeySeal::master);
    }

    private static SecretKeySpec master(String base64) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("turnkeep.master.key must be base64");
        }
        if (bytes.length != MASTER_BYTES) {
            throw new IllegalArgumentException("turnkeep.master.key must be 32 bytes in base64");
        }
        return new SecretKeySpec(bytes, "AES");
    }

    /** Whether a text is a master key. */
    static boolean usable(String base64) {
        try {
            master(base64);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether there is a master key. */
    public boolean ready() {
        return master.isPresent();
    }

    public byte[] seal(KeyId id, String key) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] sealed = cipher(Cipher.ENCRYPT_MODE, id, nonce, key.getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.allocate(NONCE_BYTES + sealed.length)
                .put(nonce)
                .put(sealed)
                .array();
    }

    /** The key again; fails when the bytes were sealed under another master key, for another id, or were changed. */
    public String open(KeyId id, byte[] sealed) {
        byte[] nonce = Arrays.copyOf(sealed, NONCE_BYTES);
        byte[] text = Arrays.copyOfRange(sealed, NONCE_BYTES, sealed.length);
        return new String(cipher(Cipher.DECRYPT_MODE, id, nonce, text), StandardCharsets.UTF_8);
    }

    private byte[] cipher(int mode, KeyId id, byte[] nonce, byte[] text) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, master.orElseThrow(), new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(id.toString().getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the key cannot be sealed or opened with this master key", e);
        }
    }
}
