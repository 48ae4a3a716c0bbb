package dev.turnkeep.platform.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.KeyId;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.platform.http.RetryLater;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyMemoryTest {
    private static final KeyHash KEY = KeyHash.of("tk_test_key");
    private static final Principal OWNER = new Principal(
            new KeyId(new UUID(1, 2)), new Scope(new OrgId(new UUID(3, 4)), new EnvironmentName("test")), Set.of("*"));

    private final FakeStore store = new FakeStore();
    private final AtomicLong now = new AtomicLong(-5_000_000_000L);
    private final KeyMemory<KeyHash, Principal> directory = new KeyMemory<>(
            store,
            new Config(
                    "turnkeep_test",
                    1,
                    100,
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(20),
                    8),
            now::get);

    @Test
    void asksTheStoreOnceAndThenAnswersFromMemory() {
        // Given
        store.keys.put(KEY, OWNER);
        directory.generation("");

        // When
        directory.find(KEY);
        Optional<Principal> again = directory.find(KEY);

        // Then
        assertThat(again).contains(OWNER);
        assertThat(store.asked).hasSize(1);
    }

    @Test
    void looksUpAgainForWhoMissesSomethingButNotAtEveryGuess() {
        // Given
        store.keys.put(KEY, OWNER);
        directory.generation("");
        directory.find(KEY);

        // When
        directory.findAgain(KEY, Duration.ofMillis(50));
        passes(Duration.ofMillis(50));
        directory.findAgain(KEY, Duration.ofMillis(50));
        directory.findAgain(KEY, Duration.ofMillis(50));

        // Then
        assertThat(store.asked).hasSize(2);
    }

    @Test
    void looksUpAgainBeforeAnsweringOnceTheGenerationHasChanged() {
        // Given
        store.keys.put(KEY, OWNER);
        directory.generation("a");
        directory.find(KEY);
        store.keys.clear();
        passes(Duration.ofSeconds(1));

        // When
        directory.generation("b");

        // Then
        assertThat(directory.find(KEY)).isEmpty();
    }

    @Test
    void noticesThatTheHintWasFlushedAway() {
        // Given
        store.keys.put(KEY, OWNER);
        directory.generation("a");
        directory.find(KEY);
        store.keys.clear();
        passes(Duration.ofSeconds(1));

        // When
        directory.generation("");

        // Then
        assertThat(directory.find(KEY)).isEmpty();
    }

    @Test
    void forgetsARevokedKeyWithinFourSecondsWhileRedisIsAway() {
        // Given
        store.keys.put(KEY, OWNER);
        directory.generation("a");
        directory.find(KEY);
        store.keys.clear();
        directory.generationUnknown();

        // When
        passes(Duration.ofSeconds(4));

        // Then
        assertThat(directory.find(KEY)).isEmpty();
    }

    @Test
    void refreshesAnAgeingKeyWithoutMakingItsCallerWait() {
        // Given
        store.keys.put(KEY, OWNER);
        directory.generation("a");
        directory.find(KEY);
        passes(Duration.ofSeconds(31));
        store.pending = new CompletableFuture<>();

        // When
        Optional<Principal> found = directory.find(KEY);

        // Then
        assertThat(found).contains(OWNER);
        assertThat(store.asked).hasSize(2);
    }

    @Test
    void goesOnWithKnownKeysForAsLongAsTheStoreIsAway() {
        // Given
        store.keys.put(KEY, OWNER);
        directory.generation("a");
        directory.find(KEY);
        store.away = true;

        // When
        passes(Duration.ofDays(2));
        directory.generation("b");

        // Then
        assertThat(directory.find(KEY)).contains(OWNER);
        assertThat(directory.find(KEY)).contains(OWNER);
        assertThat(directory.storeAway()).isTrue();
    }

    @Test
    void dropsAKeyThatWasRevokedWhileTheStoreWasAwayOnceItIsBack() {
        // Given
        store.keys.put(KEY, OWNER);
        directory.generation("a");
        directory.find(KEY);
        store.away = true;
        passes(Duration.ofSeconds(1));
        directory.generation("b");
        directory.find(KEY);

        // When
        store.away = false;
        store.keys.clear();
        directory.find(KEY);

        // Then
        assertThat(directory.find(KEY)).isEmpty();
    }

    @Test
    void neverCallsAKeyUnknownWhileTheStoreCannotSaySo() {
        // Given
        store.away = true;

        // When, Then
        assertThatThrownBy(() -> directory.find(KEY)).isInstanceOf(RetryLater.class);
    }

    @Test
    void remembersAnUnknownKeyForASecond() {
        // Given
        directory.find(KEY);
        store.keys.put(KEY, OWNER);

        // When
        Optional<Principal> atOnce = directory.find(KEY);
        passes(Duration.ofMillis(1001));

        // Then
        assertThat(atOnce).isEmpty();
        assertThat(directory.find(KEY)).contains(OWNER);
    }

    @Test
    void anAnswerOlderThanTheChangeDoesNotReplaceANewerOne() {
        // Given
        directory.generation("a");
        CompletableFuture<Optional<Principal>> slow = new CompletableFuture<>();
        store.pending = slow;
        var waiting = CompletableFuture.supplyAsync(() -> directory.find(KEY));
        while (store.asked.isEmpty()) {
            Thread.onSpinWait();
        }
        store.pending = null;
        passes(Duration.ofSeconds(1));
        directory.generation("b");

        // When
        Optional<Principal> newer = directory.find(KEY);
        slow.complete(Optional.of(OWNER));
        waiting.join();

        // Then
        assertThat(newer).isEmpty();
        assertThat(directory.find(KEY)).isEmpty();
    }

    private void passes(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private record Config(
            String postgresRole,
            int poolSize,
            int cacheSize,
            Duration refreshAfter,
            Duration refreshAfterBlind,
            Duration poll,
            Duration negative,
            Duration timeout,
            int lookups)
            implements KeysConfig {}

    private static final class FakeStore implements KeyStore<KeyHash, Principal> {
        final Map<KeyHash, Principal> keys = new HashMap<>();
        final List<KeyHash> asked = Collections.synchronizedList(new ArrayList<>());
        volatile boolean away;
        volatile @Nullable CompletableFuture<Optional<Principal>> pending;

        @Override
        public CompletionStage<Optional<Principal>> find(KeyHash hash) {
            CompletableFuture<Optional<Principal>> slow = pending;
            asked.add(hash);
            if (away) {
                return CompletableFuture.failedFuture(new IllegalStateException("away"));
            }
            return slow != null ? slow : CompletableFuture.completedFuture(Optional.ofNullable(keys.get(hash)));
        }
    }
}
