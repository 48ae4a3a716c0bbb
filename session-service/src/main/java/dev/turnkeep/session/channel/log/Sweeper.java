package dev.turnkeep.session.channel.log;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.session.channel.ChannelsConfig;
import dev.turnkeep.session.store.Database.Work;
import dev.turnkeep.session.store.Statement;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what nobody can read any more: trimmed records, expired and deleted streams. In small transactions, each of
 * which any node may make; what one leaves out, the next one finds.
 */
@Singleton
public class Sweeper {
    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
    private static final int STREAMS = 100;

    private static final String EXPIRED = """
            SELECT s.id FROM streams s
            WHERE s.deadline <= clock_timestamp() AND s.deleted_at IS NULL
            ORDER BY s.deadline
            LIMIT $1
            """;

    /** Records of streams that are deleted, or before the trim of those that live. */
    private static final String DOOMED = """
            WITH doomed AS (
                (SELECT r.stream_id, r.seq
                 FROM (SELECT s.id FROM streams s WHERE s.deleted_at IS NOT NULL) d
                 JOIN stream_records r ON r.stream_id = d.id
                 LIMIT $1)
                UNION ALL
                (SELECT r.stream_id, r.seq
                 FROM (SELECT s.id, s.first_seq FROM streams s WHERE s.first_seq > s.swept_seq AND s.deleted_at IS NULL) t
                 JOIN stream_records r ON r.stream_id = t.id AND r.seq < t.first_seq
                 LIMIT $1)
            ), gone AS (
                DELETE FROM stream_records r USING doomed d WHERE r.stream_id = d.stream_id AND r.seq = d.seq
                RETURNING r.stream_id, 8 + octet_length(r.body) + coalesce(octet_length(r.headers), 0) AS size
            )
            SELECT g.stream_id, count(*) AS records, sum(g.size)::bigint AS bytes FROM gone g GROUP BY g.stream_id
            ORDER BY g.stream_id
            """;

    /** As everybody locks them. */
    private static final String LOCK = """
            SELECT s.id FROM streams s WHERE s.id = ANY ($1::bigint[]) ORDER BY s.id FOR NO KEY UPDATE
            """;

    private static final String LIGHTEN = """
            UPDATE streams s SET byte_count = GREATEST(s.byte_count - w.bytes, 0)
            FROM unnest($1::bigint[], $2::bigint[]) AS w (id, bytes)
            WHERE s.id = w.id AND s.deleted_at IS NULL
            """;

    private static final String SWEPT = """
            WITH swept AS (
                SELECT t.id FROM streams t
                WHERE t.first_seq > t.swept_seq AND t.deleted_at IS NULL
                  AND NOT EXISTS (SELECT FROM stream_records r WHERE r.stream_id = t.id AND r.seq < t.first_seq)
                ORDER BY t.id
                LIMIT $1
                FOR NO KEY UPDATE SKIP LOCKED
            )
            UPDATE streams s SET swept_seq = s.first_seq FROM swept WHERE s.id = swept.id
            """;

    private static final String PRODUCERS = """
            DELETE FROM stream_producers p USING streams s WHERE s.id = p.stream_id AND s.deleted_at IS NOT NULL
            """;

    /** The newest deleted row of an address remembers how often it was used. */
    private static final String ROWS = """
            DELETE FROM streams s
            WHERE s.id IN (
                SELECT d.id FROM streams d
                WHERE d.deleted_at IS NOT NULL
                  AND NOT EXISTS (SELECT FROM stream_records r WHERE r.stream_id = d.id)
                  AND (d.deleted_at < clock_timestamp() - $1::text::interval
                       OR EXISTS (SELECT FROM streams n
                                  WHERE n.session_id = d.session_id AND n.name = d.name AND n.org_id = d.org_id
                                    AND n.environment = d.environment AND n.id > d.id))
                LIMIT $2)
            """;

    private final ChannelPool pool;
    private final Tails tails;
    private final ChannelsConfig config;
    private final Vertx vertx;
    private final AtomicBoolean sweeping = new AtomicBoolean();
    private long timer;

    Sweeper(ChannelPool pool, Tails tails, ChannelsConfig config, Vertx vertx) {
        this.pool = pool;
        this.tails = tails;
        this.config = config;
        this.vertx = vertx;
    }

    void start(@Observes StartupEvent starting) {
        timer = vertx.setPeriodic(
                config.sweepEvery().toMillis(),
                _ -> Thread.ofVirtual().name("channels-sweep").start(this::sweepOnce));
    }

    void stop(@Observes ShutdownEvent stopping) {
        vertx.cancelTimer(timer);
    }

    private void sweepOnce() {
        if (!sweeping.compareAndSet(false, true)) {
            return;
        }
        try {
            sweep();
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("failure", e.getClass().getName()).log("channels could not be swept");
        } finally {
            sweeping.set(false);
        }
    }

    /** Until nothing is left. */
    public void sweep() {
        boolean more = true;
        while (more) {
            more = expired() == STREAMS;
        }
        more = true;
        while (more) {
            more = records() >= config.sweepRecords();
        }
        int unused = transaction(work -> {
            work.rows(Statement.of(SWEPT, STREAMS));
            work.rows(Statement.of(PRODUCERS));
            work.rows(Statement.of(ROWS, config.remembered().toString(), config.sweepRecords()));
            return 0;
        });
    }

    private int expired() {
        List<Row> rows = transaction(work -> work.rows(Statement.of(EXPIRED, STREAMS)));
        for (Row row : rows) {
            StreamRemoval.Removed removed = transaction(work -> StreamRemoval.remove(work, row.getLong("id"), true));
            removed.ids().forEach(tails::deleted);
        }
        return rows.size();
    }

    private long records() {
        return transaction(work -> {
            List<Row> gone = work.rows(Statement.of(DOOMED, config.sweepRecords()));
            List<Long> ids = new ArrayList<>();
            List<Long> bytes = new ArrayList<>();
            long count = 0;
            for (Row row : gone) {
                ids.add(row.getLong("stream_id"));
                bytes.add(row.getLong("bytes"));
                count += row.getLong("records");
            }
            if (!ids.isEmpty()) {
                work.rows(Statement.of(LOCK, (Object) ids.toArray(Long[]::new)));
                work.rows(Statement.of(LIGHTEN, ids.toArray(Long[]::new), bytes.toArray(Long[]::new)));
            }
            return count;
        });
    }

    private <T> T transaction(Function<Work, T> work) {
        SqlConnection connection = await(pool.pool().getConnection());
        boolean done = false;
        try {
            await(connection.query("BEGIN").execute());
            T result = work.apply(statement ->
                    await(connection.preparedQuery(statement.sql()).execute(statement.parameters())).stream()
                            .toList());
            await(connection.query("COMMIT").execute());
            done = true;
            return result;
        } finally {
            if (!done) {
                var unused = connection.query("ROLLBACK").execute();
            }
            connection.close();
        }
    }
}
