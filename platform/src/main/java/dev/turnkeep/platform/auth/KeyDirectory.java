package dev.turnkeep.platform.auth;

import java.util.Optional;

/** Who a key belongs to, found by the key's hash. */
public final class KeyDirectory {
    private final KeyMemory<KeyHash, Principal> memory;

    KeyDirectory(KeyMemory<KeyHash, Principal> memory) {
        this.memory = memory;
    }

    /**
     * Who the key belongs to; empty when there is no such key. May wait for Postgres: for virtual threads only.
     *
     * @throws dev.turnkeep.platform.http.RetryLater (503) when the key was never seen and Postgres cannot answer
     */
    public Optional<Principal> find(KeyHash hash) {
        return memory.find(hash);
    }

    /** Whether the last look-up failed: keys are answered from memory. */
    public boolean storeAway() {
        return memory.storeAway();
    }
}
