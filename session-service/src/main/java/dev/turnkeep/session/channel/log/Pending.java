package dev.turnkeep.session.channel.log;

import java.util.concurrent.CompletableFuture;

/** An append that waits for its commit. Told apart by identity: two writers may say the same. */
final class Pending {
    private final Append append;
    private final int size;
    private final CompletableFuture<AppendOutcome> outcome = new CompletableFuture<>();

    Pending(Append append) {
        this.append = append;
        this.size = append.metered();
    }

    Append append() {
        return append;
    }

    /** In bytes, metered. */
    int size() {
        return size;
    }

    CompletableFuture<AppendOutcome> outcome() {
        return outcome;
    }
}
