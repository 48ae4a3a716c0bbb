package dev.turnkeep.replication.event;

import dev.turnkeep.contracts.event.SessionCloudEvent;
import dev.turnkeep.replication.event.EventRows.Candidate;
import dev.turnkeep.replication.pgoutput.Message.Insert;
import dev.turnkeep.replication.stream.Batch;
import dev.turnkeep.replication.stream.PostgresServer;
import dev.turnkeep.replication.stream.Requeued;
import dev.turnkeep.replication.stream.Row;
import dev.turnkeep.replication.stream.RowChange;
import dev.turnkeep.replication.stream.Sink;
import dev.turnkeep.replication.stream.SlotStart;
import dev.turnkeep.replication.stream.StoppedException;
import dev.turnkeep.replication.stream.Version;
import dev.turnkeep.replication.stream.Visibility;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
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
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final PostgresServer server;
    private final Supplier<EventPublisher> publishers;
    private final Supplier<Optional<String>> topicTrouble;
    private final EventQuarantine quarantine;
    private final LongConsumer restored;
    private volatile @Nullable Session session;

    /** What one leadership uses. The keeper puts aside what Kafka refuses, which Kafka's own thread must not wait for. */
    private record Session(EventPublisher publisher, ExecutorService sender, ExecutorService keeper) {
        void end() {
            sender.shutdownNow();
            keeper.shutdownNow();
            publisher.close();
        }
    }

    /**
     * @param publishers makes one per leadership
     * @param topicTrouble why the topic cannot be written to; empty when it can
     * @param restored is told how many events a restore has sent
     */
    EventSink(
            PostgresServer server,
            Supplier<EventPublisher> publishers,
            Supplier<Optional<String>> topicTrouble,
            EventQuarantine quarantine,
            LongConsumer restored) {
        this.server = server;
        this.publishers = publishers;
        this.topicTrouble = topicTrouble;
        this.quarantine = quarantine;
        this.restored = restored;
    }

    @Override
    public void begin(SlotStart slot) throws Exception {
        while (topicTrouble.get().isPresent()) {
            Thread.sleep(Duration.ofMillis(100));
        }
        Session begun = new Session(
                publishers.get(),
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().name("events-sender").factory()),
                Executors.newSingleThreadExecutor(
                        Thread.ofVirtual().name("events-keeper").factory()));
        session = begun;
        if (slot.restoring()) {
            restore(slot, begun);
        }
    }

    /** Page by page, each confirmed before the next is read: an outage leaves no more than one to be sent again. */
    private void restore(SlotStart slot, Session begun) throws Exception {
        long count = 0;
        try (Connection connection = server.tables("turnkeep-events-restore", PATIENCE)) {
            long before = EventRows.before(connection, slot.watermark());
            List<Candidate> page = EventRows.page(connection, slot.watermark(), before);
            while (!page.isEmpty()) {
                publish(page, slot, begun);
                count += page.size();
                page = EventRows.page(
                        connection, slot.watermark(), page.getLast().position());
            }
            if (count == 0) {
                refuseBlindness(connection);
            }
        }
        slot.done().restored();
        restored.accept(count);
        LOG.atInfo()
                .addKeyValue("events", count)
                .addKeyValue("watermark", slot.watermark())
                .log("published again what the slot cannot know of");
    }

    private void publish(List<Candidate> page, SlotStart slot, Session begun) throws Exception {
        Acknowledgements all = new Acknowledgements();
        for (Candidate row : page) {
            Version version = new Version(slot.consistentPoint(), row.position());
            switch (row) {
                case Candidate.Illegible illegible -> quarantine.keep(illegible.id(), version, illegible.error());
                case Candidate.Legible legible -> hand(legible.event(), version, begun, all);
            }
        }
        all.expectNoMore().get();
    }

    private void hand(SessionCloudEvent event, Version version, Session current, Acknowledgements all)
            throws InterruptedException {
        UUID id = event.id().value();
        // Kafka's own thread tells of it, and must not wait for Postgres.
        var one = all.expect(error -> current.keeper().execute(() -> keep(id, version, error, all)));
        current.publisher().publish(event, one);
    }

    private void keep(UUID id, Version version, String error, Acknowledgements all) {
        try {
            quarantine.keep(id, version, error);
            all.confirmed();
        } catch (InterruptedException e) {
            // Ended: whoever leads next begins before it.
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            all.failed(e);
        }
    }

    private static void refuseBlindness(Connection connection) throws SQLException {
        Visibility.fault(connection, List.of(EventRows.TABLE)).ifPresent(fault -> {
            throw new StoppedException(fault);
        });
    }

    @Override
    public CompletionStage<Void> write(Batch batch) {
        Session current = session;
        if (current == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("not begun"));
        }
        Acknowledgements all = new Acknowledgements();
        current.sender().execute(() -> send(batch, current, all));
        return all.future();
    }

    private void send(Batch batch, Session current, Acknowledgements all) {
        try {
            for (RowChange change : batch.rows()) {
                // Events are never changed: a trigger refuses it.
                if (change.change() instanceof Insert insert
                        && batch.relation().table().equals(EventRows.TABLE)) {
                    send(new Row(batch.relation(), insert.row()), change.version(), current, all);
                }
            }
            var _ = all.expectNoMore();
        } catch (InterruptedException e) {
            // Ended: whoever leads next begins before this batch.
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            // Whatever it is: a batch that never completes would hold up all that comes after it, without a word.
            all.failed(e);
        }
    }

    private void send(Row row, Version version, Session current, Acknowledgements all) throws InterruptedException {
        UUID id = row.uuid("id");
        SessionCloudEvent event;
        try {
            event = EventRows.of(row);
        } catch (RuntimeException e) {
            // Whatever it is, it is the row's fault: there is nothing else in it.
            quarantine.keep(id, version, String.valueOf(e.getMessage()));
            return;
        }
        hand(event, version, current, all);
    }

    @Override
    public Requeued requeue() {
        Session current = session;
        if (current == null) {
            throw new IllegalStateException("another instance publishes the events");
        }
        return new EventRequeue(server, current.publisher()).run();
    }

    @Override
    public void end() {
        Session ended = session;
        session = null;
        if (ended != null) {
            ended.end();
        }
    }

    @Override
    public Optional<String> trouble() {
        Session current = session;
        return topicTrouble
                .get()
                .or(() ->
                        current == null ? Optional.empty() : current.publisher().trouble());
    }
}
