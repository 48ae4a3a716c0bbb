package dev.turnkeep.session.channel.log;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.session.channel.log.AppendStore.Locked;
import dev.turnkeep.session.channel.log.AppendStore.Named;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes a batch of appends to many streams in one transaction: locks their rows, decides, writes, commits. Two round
 * trips, and one flush to disk for the whole batch. Safe for any number of threads.
 */
final class AppendTransaction {
    private final Pool pool;
    private final Clock clock;
    private final LogLimits limits;
    private final LogMetrics metrics;

    AppendTransaction(Pool pool, Clock clock, LogLimits limits, LogMetrics metrics) {
        this.pool = pool;
        this.clock = clock;
        this.limits = limits;
        this.metrics = metrics;
    }

    /** How to meet rows that somebody else holds: to wait for them, or to leave them out. */
    sealed interface Patience {
        record Wait(Duration limit) implements Patience {}

        record Skip() implements Patience {}
    }

    /**
     * What became of a batch.
     *
     * @param outcomes by append; without those to streams that were skipped
     * @param changed the streams that were written to, with what was written
     */
    record Result(Map<Pending, AppendOutcome> outcomes, List<Change> changed, Set<StreamAddress> skipped) {}

    /** What a committed batch did to one stream. */
    record Change(StreamEnd end, List<LogRecord> written) {}

    /**
     * @throws io.vertx.pgclient.PgException as Postgres says; nothing was written
     * @throws dev.turnkeep.platform.postgres.Await.Unreachable when the outcome is unknown
     */
    Result write(List<Pending> batch, Patience patience) {
        long start = System.nanoTime();
        SqlConnection connection = await(pool.getConnection());
        boolean done = false;
        try {
            Result result = inTransaction(connection, batch, patience);
            done = true;
            metrics.committed(result, Duration.ofNanos(System.nanoTime() - start));
            return result;
        } finally {
            if (!done) {
                // On the same connection, so nothing else can come before it.
                var unused = connection.query("ROLLBACK").execute();
            }
            connection.close();
        }
    }

    private Result inTransaction(SqlConnection connection, List<Pending> batch, Patience patience) {
        Map<StreamAddress, List<Pending>> byStream = new LinkedHashMap<>();
        for (Pending pending : batch) {
            byStream.computeIfAbsent(pending.append().to(), _ -> new ArrayList<>())
                    .add(pending);
        }
        List<StreamAddress> streams = List.copyOf(byStream.keySet());
        var begun = connection
                .query(
                        switch (patience) {
                            case Patience.Wait wait ->
                                "BEGIN; SET LOCAL lock_timeout = "
                                        + wait.limit().toMillis();
                            case Patience.Skip _ -> "BEGIN";
                        })
                .execute();
        boolean onlyFree = patience instanceof Patience.Skip;
        Future<List<Locked>> locking = AppendStore.lock(connection, streams, onlyFree);
        List<Named> producers = producers(batch);
        List<Named> parts = parts(batch);
        var producing = producers.isEmpty() ? null : AppendStore.producers(connection, producers);
        var knowing = parts.isEmpty() ? null : AppendStore.parts(connection, parts);
        await(begun);
        List<Locked> locked = await(locking);
        Map<Long, Map<String, ProducerStamp>> lastByStream = producing == null ? Map.of() : stamps(await(producing));
        Map<Long, Map<String, Long>> partsByStream = knowing == null ? Map.of() : seqs(await(knowing));

        Map<StreamAddress, StreamFold> folds = new HashMap<>();
        for (Locked one : locked) {
            long id = one.row().id();
            folds.put(
                    streams.get(one.place()),
                    new StreamFold(
                            one.row(),
                            lastByStream.getOrDefault(id, Map.of()),
                            partsByStream.getOrDefault(id, Map.of()),
                            limits));
        }
        Set<StreamAddress> skipped = onlyFree ? held(connection, streams, folds) : Set.of();
        Map<Pending, AppendOutcome> outcomes = decide(byStream, folds, skipped);
        commit(connection, folds.values().stream().filter(StreamFold::moved).toList());
        List<Change> changed = folds.values().stream()
                .filter(StreamFold::moved)
                .map(fold -> new Change(fold.end(), fold.written()))
                .toList();
        return new Result(outcomes, changed, skipped);
    }

    /** Of the streams that were not locked, those that are there. */
    private static Set<StreamAddress> held(
            SqlConnection connection, List<StreamAddress> streams, Map<StreamAddress, StreamFold> folds) {
        List<StreamAddress> missing =
                streams.stream().filter(stream -> !folds.containsKey(stream)).toList();
        return missing.isEmpty() ? Set.of() : await(AppendStore.existing(connection, missing));
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
    private static void commit(SqlConnection connection, List<StreamFold> moved) {
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
        sent.forEach(statement -> {
            var unused = await(statement);
        });
    }

    private static List<Named> producers(List<Pending> batch) {
        return batch.stream()
                .map(Pending::append)
                .flatMap(append -> append.producer() == null
                        ? java.util.stream.Stream.of()
                        : java.util.stream.Stream.of(
                                new Named(append.to(), append.producer().id())))
                .distinct()
                .toList();
    }

    private static List<Named> parts(List<Pending> batch) {
        List<Named> parts = new ArrayList<>();
        for (Pending pending : batch) {
            for (NewRecord added : pending.append().records()) {
                if (added.partId() != null) {
                    parts.add(new Named(pending.append().to(), added.partId()));
                }
            }
        }
        return parts;
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

    private static Map<Long, Map<String, Long>> seqs(RowSet<Row> rows) {
        Map<Long, Map<String, Long>> seqs = new HashMap<>();
        for (Row row : rows) {
            seqs.computeIfAbsent(row.getLong("stream_id"), _ -> new HashMap<>())
                    .put(row.getString("part_id"), row.getLong("seq"));
        }
        return seqs;
    }
}
