package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.json.RawJson;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** A content-addressed row's address: 32 bytes in an organisation's environment. Ordered, because rows lock in order. */
record Address(Scope scope, byte[] hash) implements Comparable<Address> {

    static byte[] sha256(RawJson content) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            content.digestInto(digest);
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public int compareTo(Address other) {
        int byHash = Arrays.compareUnsigned(hash, other.hash);
        if (byHash != 0) {
            return byHash;
        }
        int byOrg = scope.org().value().compareTo(other.scope.org().value());
        return byOrg != 0
                ? byOrg
                : scope.environment()
                        .value()
                        .compareTo(other.scope.environment().value());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Address that && scope.equals(that.scope) && Arrays.equals(hash, that.hash);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(hash);
    }
}
