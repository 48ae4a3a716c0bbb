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
final class KeyLookups<K, V> {
    /** Told of every outcome before anyone who waits for it goes on. */
    interface Listener<K, V> {
        /** @param askedAt when the question was sent: the answer is at least as new */
        void answered(K name, long askedAt, Optional<V> found);

        void failed();
    }

    private record Lookup<V>(long askedAt, CompletableFuture<Optional<V>> answer) {}

    private final KeyStore<K, V> store;
    private final Duration timeout;
    private final LongSupplier nanos;
    private final Listener<K, V> listener;
    private final ConcurrentHashMap<K, Lookup<V>> underWay = new ConcurrentHashMap<>();

    KeyLookups(KeyStore<K, V> store, Duration timeout, LongSupplier nanos, Listener<K, V> listener) {
        this.store = store;
        this.timeout = timeout;
        this.nanos = nanos;
        this.listener = listener;
    }

    /** The look-up of this key that is under way and still of use, else a new one. */
    CompletableFuture<Optional<V>> of(K name, Trust trust) {
        Lookup<V> mine = new Lookup<>(nanos.getAsLong(), new CompletableFuture<>());
        Lookup<V> chosen = underWay.compute(
                name, (_, other) -> other == null || trust.precedesChange(other.askedAt()) ? mine : other);
        if (chosen.equals(mine)) {
            send(name, mine);
        }
        return chosen.answer();
    }

    int size() {
        return underWay.size();
    }

    private void send(K name, Lookup<V> lookup) {
        // A store that hangs must not hold its key for ever.
        var unused = ask(name)
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((found, failure) -> {
                    if (failure == null) {
                        listener.answered(name, lookup.askedAt(), found);
                    } else {
                        listener.failed();
                    }
                    underWay.remove(name, lookup);
                    if (failure == null) {
                        lookup.answer().complete(found);
                    } else {
                        lookup.answer().completeExceptionally(failure);
                    }
                });
    }

    private CompletableFuture<Optional<V>> ask(K name) {
        try {
            return store.find(name).toCompletableFuture();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
