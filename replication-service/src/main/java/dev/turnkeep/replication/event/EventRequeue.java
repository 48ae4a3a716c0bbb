package dev.turnkeep.replication.event;

import dev.turnkeep.replication.event.EventQuarantine.Waiting;
import dev.turnkeep.replication.event.EventRows.Candidate;
import dev.turnkeep.replication.stream.PostgresServer;
import dev.turnkeep.replication.stream.Requeued;
import dev.turnkeep.replication.stream.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Publishes events from quarantine, as they are in their table now. */
final class EventRequeue {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int AT_ONCE = 100;

    private final PostgresServer server;
    private final EventPublisher publisher;

    EventRequeue(PostgresServer server, EventPublisher publisher) {
        this.server = server;
        this.publisher = publisher;
    }

    /** @throws StoreUnavailableException when a store does not answer; what was done stays done */
    Requeued run() {
        try (Connection connection = server.tables("turnkeep-events-requeue", PATIENCE)) {
            Requeued sum = Requeued.NONE;
            long last = 0;
            List<Waiting> waiting = EventQuarantine.waiting(connection, last, AT_ONCE);
            while (!waiting.isEmpty()) {
                for (Waiting event : waiting) {
                    sum = sum.plus(put(connection, event));
                    last = event.row();
                }
                waiting = EventQuarantine.waiting(connection, last, AT_ONCE);
            }
            return sum;
        } catch (SQLException e) {
            throw new StoreUnavailableException("Postgres: SQLSTATE " + e.getSQLState(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("ended", e);
        }
    }

    /** Removed only after Kafka has it: a crash in between publishes it twice, under one id. */
    private Requeued put(Connection connection, Waiting waiting) throws SQLException, InterruptedException {
        Candidate found = EventRows.find(connection, waiting.event()).orElse(null);
        return switch (found) {
            case null -> {
                EventQuarantine.remove(connection, waiting.row());
                yield new Requeued(0, 0, 1);
            }
            case Candidate.Illegible _ -> new Requeued(0, 1, 0);
            case Candidate.Legible legible
            when published(legible) -> {
                EventQuarantine.remove(connection, waiting.row());
                yield new Requeued(1, 0, 0);
            }
            case Candidate.Legible _ -> new Requeued(0, 1, 0);
        };
    }

    private boolean published(Candidate.Legible legible) throws InterruptedException {
        Acknowledgements all = new Acknowledgements();
        publisher.publish(legible.event(), all.expect(error -> all.failed(new StillRefused(legible.id(), error))));
        try {
            all.expectNoMore().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StillRefused) {
                return false;
            }
            throw new StoreUnavailableException("Kafka does not take events: " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new StoreUnavailableException("Kafka does not answer", e);
        }
    }

    private static final class StillRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StillRefused(UUID event, String error) {
            super(event + ": " + error);
        }
    }
}
