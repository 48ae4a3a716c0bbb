package dev.turnkeep.session.access;

import dev.turnkeep.contracts.id.KeyId;
import dev.turnkeep.platform.auth.Principal;

/**
 * A key that may have signed a public token.
 *
 * @param sealed the key as it is stored; it is opened for one check at a time
 */
record SigningKey(Principal owner, byte[] sealed) {
    KeyId id() {
        return owner.key();
    }
}
