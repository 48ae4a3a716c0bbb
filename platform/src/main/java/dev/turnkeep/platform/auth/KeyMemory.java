package dev.turnkeep.platform.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;

/**
 * What is known of keys, from memory where that can be trusted. A revoked key stops working within 5 s; a key that was
 * seen goes on working for as long as Postgres is away; a key that was not is never called wrong while Postgres cannot
 * say so.
 *
 * <p>State: known and unknown names apart, so that guesses never push a real key out of memory.
 *
 * @param <K> what is asked by, such as a key's name
 * @param <V> what is known of it
 */
public final class KeyMemory<K, V> implements KeyLookups.Listener<K, V> {
    private record Known<V>(long askedAt, V value) {}

    private final KeysConfig config;
    private final LongSupplier nanos;
    private final KeyLookups<K, V> lookups;
    private final Cache<K, Known<V>> known;
    private final Cache<K, Boolean> unknown;
    private volatile Trust trust;
    private volatile boolean storeAway;

    KeyMemory(KeyStore<K, V> store, KeysConfig config, LongSupplier nanos) {
        this.config = config;
        this.nanos = nanos;
        this.lookups = new KeyLookups<>(store, config.timeout(), nanos, this);
        this.known = Caffeine.newBuilder().maximumSize(config.cacheSize()).build();
        this.unknown = Caffeine.newBuilder()
                .maximumSize(config.cacheSize())
                .expireAfterWrite(config.negative())
                .ticker(nanos::getAsLong)
                .build();
        this.trust = Trust.atStart(nanos.getAsLong());
    }

    /**
     * What is known of it; empty when there is nothing. May wait for Postgres: for virtual threads only.
     *
     * @throws RetryLater (503) when it was never seen and Postgres cannot answer
     */
    public Optional<V> find(K name) {
        Known<V> entry = known.getIfPresent(name);
        if (entry != null) {
            return fromMemory(name, entry);
        }
        if (unknown.getIfPresent(name) != null) {
            return Optional.empty();
        }
        if (lookups.size() >= config.lookups()) {
            throw new RetryLater(Problem.OVERLOADED, "too many unknown keys at one time", Duration.ofSeconds(1));
        }
        try {
            return waitFor(lookups.of(name, trust));
        } catch (ExecutionException e) {
            throw RetryLater.unavailable("the key cannot be looked up at the moment");
        }
    }

    /**
     * As {@link #find}, but looked up again: for who misses something in what is remembered. Not if that was asked for less
     * than {@code moment} ago.
     */
    public Optional<V> findAgain(K name, Duration moment) {
        Known<V> entry = known.getIfPresent(name);
        if (entry == null) {
            return find(name);
        }
        boolean asked = nanos.getAsLong() - entry.askedAt() < moment.toNanos();
        return asked || storeAway || lookups.size() >= config.lookups()
                ? Optional.of(entry.value())
                : lookedUpAgain(name, entry);
    }

    /** Whether the last look-up failed: keys are answered from memory. */
    public boolean storeAway() {
        return storeAway;
    }

    private Optional<V> fromMemory(K name, Known<V> entry) {
        return switch (trust.of(entry.askedAt(), nanos.getAsLong(), config)) {
            case FRESH -> Optional.of(entry.value());
            case AGEING -> whileLookedUpAgain(name, entry);
            // While the store is away nobody waits for it: the look-up itself finds out when it is back.
            case OUTDATED -> storeAway ? whileLookedUpAgain(name, entry) : lookedUpAgain(name, entry);
        };
    }

    private Optional<V> whileLookedUpAgain(K name, Known<V> entry) {
        if (lookups.size() < config.lookups()) {
            var unused = lookups.of(name, trust);
        }
        return Optional.of(entry.value());
    }

    private Optional<V> lookedUpAgain(K name, Known<V> entry) {
        try {
            return waitFor(lookups.of(name, trust));
        } catch (ExecutionException e) {
            return Optional.of(entry.value());
        }
    }

    private static <V> Optional<V> waitFor(CompletableFuture<Optional<V>> answer) throws ExecutionException {
        try {
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RetryLater.unavailable("the service is stopping");
        }
    }

    void generation(String value) {
        trust = trust.polled(value, nanos.getAsLong());
    }

    void generationUnknown() {
        trust = trust.unanswered();
    }

    @Override
    public void answered(K name, long askedAt, Optional<V> found) {
        storeAway = false;
        known.asMap().compute(name, (_, entry) -> {
            if (entry != null && entry.askedAt() - askedAt > 0) {
                return entry;
            }
            return found.map(value -> new Known<>(askedAt, value)).orElse(null);
        });
        if (found.isEmpty()) {
            unknown.put(name, true);
        } else {
            unknown.invalidate(name);
        }
    }

    @Override
    public void failed() {
        storeAway = true;
    }
}
