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
 * Who a key belongs to, from memory where that can be trusted. A revoked key stops working within 5 s; a key that was
 * seen goes on working for as long as Postgres is away; a key that was not is never called wrong while Postgres cannot
 * say so.
 *
 * <p>State: known and unknown keys apart, so that guesses never push a real key out of memory.
 */
public final class KeyDirectory implements KeyLookups.Listener {
    private record Known(long askedAt, Principal principal) {}

    private final KeysConfig config;
    private final LongSupplier nanos;
    private final KeyLookups lookups;
    private final Cache<KeyHash, Known> known;
    private final Cache<KeyHash, Boolean> unknown;
    private volatile Trust trust;
    private volatile boolean storeAway;

    KeyDirectory(KeyStore store, KeysConfig config, LongSupplier nanos) {
        this.config = config;
        this.nanos = nanos;
        this.lookups = new KeyLookups(store, config.timeout(), nanos, this);
        this.known = Caffeine.newBuilder().maximumSize(config.cacheSize()).build();
        this.unknown = Caffeine.newBuilder()
                .maximumSize(config.cacheSize())
                .expireAfterWrite(config.negative())
                .ticker(nanos::getAsLong)
                .build();
        this.trust = Trust.atStart(nanos.getAsLong());
    }

    /**
     * Who the key belongs to; empty when there is no such key. May wait for Postgres: for virtual threads only.
     *
     * @throws RetryLater (503) when the key was never seen and Postgres cannot answer
     */
    public Optional<Principal> find(KeyHash hash) {
        Known entry = known.getIfPresent(hash);
        if (entry != null) {
            return fromMemory(hash, entry);
        }
        if (unknown.getIfPresent(hash) != null) {
            return Optional.empty();
        }
        if (lookups.size() >= config.lookups()) {
            throw new RetryLater(Problem.OVERLOADED, "too many unknown keys at one time", Duration.ofSeconds(1));
        }
        try {
            return waitFor(lookups.of(hash, trust));
        } catch (ExecutionException e) {
            throw RetryLater.unavailable("the key cannot be looked up at the moment");
        }
    }

    /** Whether the last look-up failed: keys are answered from memory. */
    public boolean storeAway() {
        return storeAway;
    }

    private Optional<Principal> fromMemory(KeyHash hash, Known entry) {
        return switch (trust.of(entry.askedAt(), nanos.getAsLong(), config)) {
            case FRESH -> Optional.of(entry.principal());
            case AGEING -> whileLookedUpAgain(hash, entry);
            // While the store is away nobody waits for it: the look-up itself finds out when it is back.
            case OUTDATED -> storeAway ? whileLookedUpAgain(hash, entry) : lookedUpAgain(hash, entry);
        };
    }

    private Optional<Principal> whileLookedUpAgain(KeyHash hash, Known entry) {
        if (lookups.size() < config.lookups()) {
            var unused = lookups.of(hash, trust);
        }
        return Optional.of(entry.principal());
    }

    private Optional<Principal> lookedUpAgain(KeyHash hash, Known entry) {
        try {
            return waitFor(lookups.of(hash, trust));
        } catch (ExecutionException e) {
            return Optional.of(entry.principal());
        }
    }

    private static Optional<Principal> waitFor(CompletableFuture<Optional<Principal>> answer)
            throws ExecutionException {
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
    public void answered(KeyHash hash, long askedAt, Optional<Principal> principal) {
        storeAway = false;
        known.asMap().compute(hash, (_, entry) -> {
            if (entry != null && entry.askedAt() - askedAt > 0) {
                return entry;
            }
            return principal.map(found -> new Known(askedAt, found)).orElse(null);
        });
        if (principal.isEmpty()) {
            unknown.put(hash, true);
        } else {
            unknown.invalidate(hash);
        }
    }

    @Override
    public void failed() {
        storeAway = true;
    }
}
