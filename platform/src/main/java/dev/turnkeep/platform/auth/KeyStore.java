package dev.turnkeep.platform.auth;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Where keys are kept.
 *
 * @param <K> what is asked by, such as a key's hash
 * @param <V> what is known of it
 */
public interface KeyStore<K, V> {
    /** What the store has at the moment; empty when there is nothing. Fails when the store cannot answer. */
    CompletionStage<Optional<V>> find(K name);
}
