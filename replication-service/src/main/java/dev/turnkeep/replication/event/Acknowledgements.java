package dev.turnkeep.replication.event;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Counts what was sent against what was confirmed, or put aside. */
final class Acknowledgements {
    private final CompletableFuture<Void> future = new CompletableFuture<>();
    // One for whoever still sends.
    private final AtomicLong missing = new AtomicLong(1);

    /** What becomes of one event; one of these is called once, by any thread. */
    interface Acknowledgement {
        void confirmed();

        /** Kafka will never take it. */
        void refused(String error);

        void failed(Throwable reason);
    }

    /**
     * One more.
     *
     * @param whenRefused sees to it that this is {@link #confirmed} once the event is kept elsewhere; must not block
     */
    Acknowledgement expect(Consumer<String> whenRefused) {
        missing.incrementAndGet();
        Acknowledgements all = this;
        return new Acknowledgement() {
            @Override
            public void confirmed() {
                all.confirmed();
            }

            @Override
            public void refused(String error) {
                whenRefused.accept(error);
            }

            @Override
            public void failed(Throwable reason) {
                all.failed(reason);
            }
        };
    }

    CompletableFuture<Void> expectNoMore() {
        confirmed();
        return future;
    }

    void confirmed() {
        if (missing.decrementAndGet() == 0) {
            future.complete(null);
        }
    }

    void failed(Throwable reason) {
        future.completeExceptionally(reason);
    }

    CompletableFuture<Void> future() {
        return future;
    }
}
