package dev.turnkeep.session.channel.log;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.session.channel.log.AppendStore.Locked;
import dev.turnkeep.session.channel.log.AppendStore.Named;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes a batch of appends to many streams in one transaction: locks their rows, decides, writes, commits. Two round
 * trips, and one flush to disk for the whole batch. Safe for any number of threads.
 */
final class AppendTransaction {
    private final Connections connections;
    private final Duration answer;
    private final Clock clock;
    private final LogLimits limits;
    private final LogMetrics metrics;

    /** @param answer how long Postgres may take to answer, besides what it waits for rows */
    AppendTransaction(Connections connections, Duration answer, Clock clock, LogLimits limits, LogMetrics metrics) {
        this.connections = connections;
        this.answer = answer;
        this.clock = clock;
        this.limits = limits;
        this.metrics = metrics;
    }

    /** How to meet rows that somebody else holds: to wait for them, or to leave them out. */
    sealed interface Patience {
        /** How long it may take. */
        Duration limit();

        record Wait(Duration limit) implements Patience {}

        record Skip() implements Patience {
            @Override
            public Duration limit() {
                return Duration.ZERO;
            }
        }
    }

    /**
     * What became of a batch.
     *
     * @param outcomes by append; without those to streams that were skipped
     * @param changed the streams that were written to, with what was written
     */
    record Result(Map<Pending, AppendOutcome> outcomes, List<Change> changed, Set<StreamAddress> skipped) {}

    /**
     * Where a batch's time went.
     *
     * @param connection waiting for one
     * @param lock until its rows were locked and read
     * @param commit writing, and the flush to disk
     */
    record Took(Duration connection, Duration lock, Duration commit) {}

    /** What a committed batch did to one stream. */
    record Change(StreamEnd end, List<LogRecord> written) {}

    /**
     * @throws io.vertx.pgclient.PgException as Postgres says; nothing was written
     * @throws dev.turnkeep.platform.postgres.Await.Unreachable when the outcome is unknown, or there is no answer in time
     */
    Result write(List<Pending> batch, Patience patience) {
        long asked = System.nanoTime();
        long[] connected = new long[1];
        Use use = new Use(connections);
        try {
            Asked about = Asked.of(batch);
            Found found = await(
                    use.begin().compose(connection -> {
                        connected[0] = System.nanoTime();
                        return find(connection, about, patience);
                    }),
                    answer.plus(patience.limit()));
            long locked = System.nanoTime();
            Result result = write(use.connection(), about, found, patience);
            use.done();
            metrics.committed(
                    result,
                    new Took(
                            Duration.ofNanos(connected[0] - asked),
                            Duration.ofNanos(locked - connected[0]),
                            Duration.ofNanos(System.nanoTime() - locked)));
            return result;
        } catch (PgException e) {
            use.refused();
            throw e;
        } finally {
            use.end();
        }
    }

    /** What a batch is about. */
    private record Asked(
            List<StreamAddress> streams,
            Map<StreamAddress, List<Pending>> byStream,
            List<Named> producers,
            List<Named> parts,
            List<StreamAddress> marked) {
        static Asked of(List<Pending> batch) {
            Map<StreamAddress, List<Pending>> byStream = new LinkedHashMap<>();
            Set<Named> producers = new LinkedHashSet<>();
            List<Named> parts = new ArrayList<>();
            Set<StreamAddress> marked = new LinkedHashSet<>();
            for (Pending pending : batch) {
                Append append = pending.append();
                byStream.computeIfAbsent(append.to(), _ -> new ArrayList<>()).add(pending);
                if (append.producer() != null) {
                    producers.add(new Named(append.to(), append.producer().id()));
                }
                for (NewRecord added : append.records()) {
                    if (added.partId() != null) {
                        parts.add(new Named(append.to(), added.partId()));
                    } else if (added.kind() == Kind.CONTROL) {
                        marked.add(append.to());
                    }
                }
            }
            return new Asked(
                    List.copyOf(byStream.keySet()), byStream, List.copyOf(producers), parts, List.copyOf(marked));
        }
    }

    /** What Postgres has of it, under lock. */
    private record Found(
            List<Locked> locked,
            Map<Long, Map<String, ProducerStamp>> producers,
            Map<Long, Map<String, Part>> parts,
            Map<Long, LogRecord> marks) {}

    /** Sent at once, and waited for once: each wait is two changes of thread. */
    private static Future<Found> find(SqlConnection connection, Asked asked, Patience patience) {
        Future<?> begun = connection
                .query(
                        switch (patience) {
                            case Patience.Wait wait ->
                                "BEGIN; SET LOCAL lock_timeout = "
                                        + wait.limit().toMillis();
                            case Patience.Skip _ -> "BEGIN";
                        })
                .execute();
        Future<List<Locked>> locking = AppendStore.lock(connection, asked.streams(), patience instanceof Patience.Skip);
        Future<Map<Long, Map<String, ProducerStamp>>> producing =
                asked.producers().isEmpty()
                        ? Future.succeededFuture(Map.of())
                        : AppendStore.producers(connection, asked.producers()).map(AppendTransaction::stamps);
        Future<Map<Long, Map<String, Part>>> knowing = asked.parts().isEmpty()
                ? Future.succeededFuture(Map.of())
                : AppendStore.parts(connection, asked.parts()).map(AppendTransaction::stored);
        Future<Map<Long, LogRecord>> marking = asked.marked().isEmpty()
                ? Future.succeededFuture(Map.of())
                : AppendStore.marks(connection, asked.marked());
        return Future.all(begun, locking, producing, knowing, marking)
                .map(_ -> new Found(locking.result(), producing.result(), knowing.result(), marking.result()));
    }

    private Result write(SqlConnection connection, Asked asked, Found found, Patience patience) {
        Map<Long, Producers> crowded = makeRoom(connection, asked, found);
        Map<StreamAddress, StreamFold> folds = new HashMap<>();
        for (Locked one : found.locked()) {
            long id = one.row().id();
            folds.put(
                    asked.streams().get(one.place()),
                    new StreamFold(
                            one.row(),
                            crowded.getOrDefault(id, Producers.FEW),
                            found.producers().getOrDefault(id, Map.of()),
                            found.parts().getOrDefault(id, Map.of()),
                            found.marks().get(id),
                            limits));
        }
        Set<StreamAddress> skipped =
                patience instanceof Patience.Skip ? held(connection, asked.streams(), folds) : Set.of();
        Map<Pending, AppendOutcome> outcomes = decide(asked.byStream(), folds, skipped);
        List<StreamFold> moved =
                folds.values().stream().filter(StreamFold::moved).toList();
        var unused = await(commit(connection, moved), answer);
        return new Result(
                outcomes,
                moved.stream()
                        .map(fold -> new Change(fold.end(), fold.written()))
                        .toList(),
                skipped);
    }

    /** Seldom: where a producer comes to a stream that may have as many as it may have, it is looked at, and makes room. */
    private Map<Long, Producers> makeRoom(SqlConnection connection, Asked asked, Found found) {
        if (asked.producers().isEmpty()) {
            return Map.of();
        }
        List<Long> full = found.locked().stream()
                .filter(one -> isCrowded(
                        one.row(),
                        asked.byStream().getOrDefault(asked.streams().get(one.place()), List.of()),
                        found.producers().getOrDefault(one.row().id(), Map.of())))
                .map(one -> one.row().id())
                .toList();
        return full.isEmpty()
                ? Map.of()
                : await(AppendStore.forgetProducers(connection, full, limits, asked.producers()), answer);
    }

    /** Whether there may be no room for a producer that comes. Guests are among all, so few are few of both. */
    private boolean isCrowded(StreamRow row, List<Pending> batch, Map<String, ProducerStamp> known) {
        Set<String> guests = new HashSet<>();
        Set<String> others = new HashSet<>();
        for (Pending pending : batch) {
            ProducerStamp producer = pending.append().producer();
            if (producer != null && !known.containsKey(producer.id())) {
                (pending.append().guest() ? guests : others).add(producer.id());
            }
        }
        int count = row.producers() + guests.size() + others.size();
        return (!guests.isEmpty() && count > limits.guests()) || (!others.isEmpty() && count > limits.producers());
    }

    /** Of the streams that were not locked, those that are there. */
    private Set<StreamAddress> held(
            SqlConnection connection, List<StreamAddress> streams, Map<StreamAddress, StreamFold> folds) {
        List<StreamAddress> missing =
                streams.stream().filter(stream -> !folds.containsKey(stream)).toList();
        return missing.isEmpty() ? Set.of() : await(AppendStore.existing(connection, missing), answer);
    }

    private Map<Pending, AppendOutcome> decide(
            Map<StreamAddress, List<Pending>> byStream,
            Map<StreamAddress, StreamFold> folds,
            Set<StreamAddress> skipped) {
        Map<Pending, AppendOutcome> outcomes = new HashMap<>();
        byStream.forEach((stream, pendings) -> {
            if (skipped.contains(stream)) {
                return;
            }
            StreamFold fold = folds.get(stream);
            for (Pending pending : pendings) {
                outcomes.put(
                        pending,
                        fold == null ? new AppendOutcome.Missing() : fold.apply(pending.append(), clock.instant()));
            }
        });
        return outcomes;
    }

    /** All statements are sent at once; when one fails, Postgres turns the commit into a rollback, and this fails too. */
    private static Future<?> commit(SqlConnection connection, List<StreamFold> moved) {
        List<Future<RowSet<Row>>> sent = new ArrayList<>();
        if (moved.stream().anyMatch(fold -> !fold.written().isEmpty())) {
            sent.add(AppendStore.insertRecords(connection, moved));
        }
        if (!moved.isEmpty()) {
            sent.add(AppendStore.moveTails(connection, moved));
        }
        if (moved.stream().anyMatch(fold -> !fold.producers().isEmpty())) {
            sent.add(AppendStore.moveProducers(connection, moved));
        }
        sent.add(connection.query("COMMIT").execute());
        return Future.all(sent);
    }

    private static Map<Long, Map<String, ProducerStamp>> stamps(RowSet<Row> rows) {
        Map<Long, Map<String, ProducerStamp>> stamps = new HashMap<>();
        for (Row row : rows) {
            String id = row.getString("producer_id");
            stamps.computeIfAbsent(row.getLong("stream_id"), _ -> new HashMap<>())
                    .put(id, new ProducerStamp(id, row.getLong("epoch"), row.getLong("last_seq")));
        }
        return stamps;
    }

    private static Map<Long, Map<String, Part>> stored(RowSet<Row> rows) {
        Map<Long, Map<String, Part>> parts = new HashMap<>();
        for (Row row : rows) {
            parts.computeIfAbsent(row.getLong("stream_id"), _ -> new HashMap<>())
                    .put(
                            row.getString("part_id"),
                            new Part(
                                    row.getLong("seq"),
                                    row.getOffsetDateTime("at").toInstant()));
        }
        return parts;
    }
}
