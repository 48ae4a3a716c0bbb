package dev.turnkeep.platform.auth;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Look-ups under way: at most one per key, unless keys have changed since it was sent, because its answer may be older
 * than the change. State: one map, each entry removed by the look-up that it stands for.
 */
final class KeyLookups {
    /** Told of every outcome before anyone who waits for it goes on. */
    interface Listener {
        /** @param askedAt when the question was sent: the answer is at least as new */
        void answered(KeyHash hash, long askedAt, Optional<Principal> principal);

        void failed();
    }

    private record Lookup(long askedAt, CompletableFuture<Optional<Principal>> answer) {}

    private final KeyStore store;
    private final Duration timeout;
    private final LongSupplier nanos;
    private final Listener listener;
    private final ConcurrentHashMap<KeyHash, Lookup> underWay = new ConcurrentHashMap<>();

    KeyLookups(KeyStore store, Duration timeout, LongSupplier nanos, Listener listener) {
        this.store = store;
        this.timeout = timeout;
        this.nanos = nanos;
        this.listener = listener;
    }

    /** The look-up of this key that is under way and still of use, else a new one. */
    CompletableFuture<Optional<Principal>> of(KeyHash hash, Trust trust) {
        Lookup mine = new Lookup(nanos.getAsLong(), new CompletableFuture<>());
        Lookup chosen = underWay.compute(
                hash, (_, other) -> other == null || trust.precedesChange(other.askedAt()) ? mine : other);
        if (chosen.equals(mine)) {
            send(hash, mine);
        }
        return chosen.answer();
    }

    int size() {
        return underWay.size();
    }

    private void send(KeyHash hash, Lookup lookup) {
        // A store that hangs must not hold its key for ever.
        var unused = ask(hash)
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((principal, failure) -> {
                    if (failure == null) {
                        listener.answered(hash, lookup.askedAt(), principal);
                    } else {
                        listener.failed();
                    }
                    underWay.remove(hash, lookup);
                    if (failure == null) {
                        lookup.answer().complete(principal);
                    } else {
                        lookup.answer().completeExceptionally(failure);
                    }
                });
    }

    private CompletableFuture<Optional<Principal>> ask(KeyHash hash) {
        try {
            return store.find(hash).toCompletableFuture();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
