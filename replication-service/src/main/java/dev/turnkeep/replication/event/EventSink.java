package dev.turnkeep.replication.event;

import dev.turnkeep.contracts.event.SessionCloudEvent;
import dev.turnkeep.replication.pgoutput.Message.Insert;
import dev.turnkeep.replication.stream.Batch;
import dev.turnkeep.replication.stream.PostgresServer;
import dev.turnkeep.replication.stream.Row;
import dev.turnkeep.replication.stream.RowChange;
import dev.turnkeep.replication.stream.Sink;
import dev.turnkeep.replication.stream.SlotStart;
import dev.turnkeep.replication.stream.StoppedException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes session events. A leadership has a publisher of its own and one thread that hands events to it, so that they
 * are on their way in commit order; the stream's thread never waits for Kafka.
 */
final class EventSink implements Sink {
    private static final Logger LOG = LoggerFactory.getLogger(EventSink.class);

    private final PostgresServer server;
    private final Supplier<EventPublisher> publishers;
    private final Supplier<Optional<String>> topicTrouble;
    private final LongConsumer restored;
    private volatile @Nullable EventPublisher publisher;
    private @Nullable ExecutorService sender;

    /**
     * @param publishers makes one per leadership
     * @param topicTrouble why the topic cannot be written to; empty when it can
     * @param restored is told how many events a restore has sent
     */
    EventSink(
            PostgresServer server,
            Supplier<EventPublisher> publishers,
            Supplier<Optional<String>> topicTrouble,
            LongConsumer restored) {
        this.server = server;
        this.publishers = publishers;
        this.topicTrouble = topicTrouble;
        this.restored = restored;
    }

    @Override
    public void begin(SlotStart slot) throws Exception {
        while (topicTrouble.get().isPresent()) {
            Thread.sleep(Duration.ofMillis(100));
        }
        EventPublisher made = publishers.get();
        publisher = made;
        sender = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("events-sender").factory());
        if (slot.restoring()) {
            restore(slot, made);
        }
    }

    private void restore(SlotStart slot, EventPublisher made) throws Exception {
        Acknowledgements all = new Acknowledgements();
        long count = EventRows.since(slot.watermark(), server, event -> {
            all.expect();
            made.publish(event, all);
        });
        all.expectNoMore().get();
        slot.done().restored();
        restored.accept(count);
        LOG.atInfo()
                .addKeyValue("events", count)
                .addKeyValue("watermark", slot.watermark())
                .log("published again what the slot cannot know of");
    }

    @Override
    public CompletionStage<Void> write(Batch batch) {
        Acknowledgements all = new Acknowledgements();
        EventPublisher current = publisher;
        ExecutorService thread = sender;
        if (current == null || thread == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("not begun"));
        }
        thread.execute(() -> send(batch, current, all));
        return all.future();
    }

    private static void send(Batch batch, EventPublisher current, Acknowledgements all) {
        try {
            for (RowChange row : batch.rows()) {
                // Events are never changed: a trigger refuses it.
                if (row.change() instanceof Insert insert
                        && batch.relation().table().equals(EventRows.TABLE)) {
                    SessionCloudEvent event = EventRows.of(new Row(batch.relation(), insert.row()));
                    all.expect();
                    current.publish(event, all);
                }
            }
            var _ = all.expectNoMore();
        } catch (InterruptedException e) {
            // Ended: whoever leads next begins before this batch.
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            all.failed(e);
        }
    }

    @Override
    public void end() {
        if (sender != null) {
            sender.shutdownNow();
            sender = null;
        }
        EventPublisher current = publisher;
        if (current != null) {
            current.close();
            publisher = null;
        }
    }

    @Override
    public Optional<String> trouble() {
        EventPublisher current = publisher;
        return topicTrouble.get().or(() -> current == null ? Optional.empty() : current.trouble());
    }

    /** Counts what was sent against what was confirmed. */
    static final class Acknowledgements {
        private final CompletableFuture<Void> future = new CompletableFuture<>();
        // One for whoever still sends.
        private final java.util.concurrent.atomic.AtomicLong missing = new java.util.concurrent.atomic.AtomicLong(1);

        void expect() {
            missing.incrementAndGet();
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

        void failed(RuntimeException reason) {
            future.completeExceptionally(reason);
        }

        CompletableFuture<Void> future() {
            return future;
        }
    }

    /** That an event can never be published, and what an operator has to do. */
    static StoppedException tooLarge(SessionCloudEvent event) {
        return new StoppedException(
                "the event " + event.id().value() + " is larger than the topic takes: raise its max.message.bytes");
    }
}
