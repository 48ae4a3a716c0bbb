package dev.turnkeep.platform.auth;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Where keys are kept. */
interface KeyStore {
    /** Who the live key belongs to; empty when there is no such key. Fails when the store cannot answer. */
    CompletionStage<Optional<Principal>> find(KeyHash hash);
}
