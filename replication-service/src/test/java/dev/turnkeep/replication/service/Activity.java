package dev.turnkeep.replication.service;

import dev.turnkeep.replication.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What an application does to the tables, step by step, each a transaction: new sessions with events, turns and nodes, sessions that
 * change several times at once, large values that stay as they are, deletions, and erasures as the session service does them. A
 * step may be repeated without harm, so that one whose fate a crash has left unknown is done again.
 */
final class Activity {
    /** Every so many steps a session is erased. */
    private static final int ERASING = 5;
    /** So far back that nothing else happens to it any more. */
    private static final int SETTLED = 55;

    private static final Duration AWAY = Duration.ofMillis(20);

    private final TestDatabase database;
    private final AtomicInteger next = new AtomicInteger();
    private final Duration pause;
    private final int sessions;
    private volatile boolean erasing = true;
    private volatile boolean stopping;
    private volatile @Nullable IllegalStateException failure;
    private @Nullable Thread thread;

    /**
     * @param pause between two steps
     * @param sessions that a step begins: even, and such that what is deleted later is never what is erased
     */
    Activity(TestDatabase database, Duration pause, int sessions) {
        this.database = database;
        this.pause = pause;
        this.sessions = sessions;
    }

    /** Whether sessions are erased from now on. */
    void erases(boolean wanted) {
        erasing = wanted;
    }

    /** The first events of sessions that are erased by now: they may be on Kafka, and Postgres knows them no more. */
    Set<String> erasedEvents() {
        return Set.copyOf(database.column("""
                SELECT md5('event ' || n)::uuid FROM generate_series(0, %d) n
                JOIN erased_sessions e ON e.session_id = md5('session ' || n)::uuid
                """.formatted(next.get() * sessions)));
    }

    void start() {
        stopping = false;
        thread = Thread.ofVirtual().name("activity").start(this::run);
    }

    /** Returns when the last step is committed. */
    void stop() {
        stopping = true;
        Thread running = thread;
        try {
            if (running != null) {
                running.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure;
        }
    }

    int steps() {
        return next.get();
    }

    private void run() {
        while (!stopping) {
            try {
                step();
                Thread.sleep(pause);
            } catch (IllegalStateException e) {
                failure = e;
                return;
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** One step, however often Postgres has to be asked. */
    void step() throws InterruptedException {
        while (true) {
            try {
                database.execute(sql(next.get()));
                next.incrementAndGet();
                return;
            } catch (IllegalStateException e) {
                if (!(e.getCause() instanceof SQLException sql) || !isAway(String.valueOf(sql.getSQLState()))) {
                    throw e;
                }
                Thread.sleep(AWAY);
            }
        }
    }

    private static boolean isAway(String state) {
        return state.startsWith("08") || state.startsWith("57P");
    }

    /** Sessions, events and turns have numbers, and ids that are made of them. */
    private String sql(int step) {
        int first = step * sessions;
        return """
                BEGIN;
                INSERT INTO sessions (id, friendly_id, org_id, environment, harness_id, type, task_identifier, state, name, tags,
                    metadata, created_at, updated_at)
                SELECT %1$s, 'session_' || n, '%2$s', 'test', 'claude', 'agent', 'task', 'created', 'n' || n, ARRAY['t' || n],
                    CASE WHEN n %% 10 = 0 THEN large ELSE '{"a": 1}' END, timestamptz '2026-01-01' + n * interval '1 minute', now()
                FROM generate_series(%3$d, %4$d) n,
                    (SELECT jsonb_build_object('x', string_agg(gen_random_uuid()::text, '')) AS large FROM generate_series(1, 200)) l
                ON CONFLICT DO NOTHING;
                INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
                SELECT md5('event ' || n)::uuid, '%2$s', 'test', %1$s, 1, 'session.started', now(),
                    json_build_object('kind', 'new', 'n', n), now()
                FROM generate_series(%3$d, %4$d) n ON CONFLICT DO NOTHING;
                INSERT INTO turns (turn_id, org_id, environment, session_id, seq, payload_digest, provider, model, root_hash,
                    leaf_hash, node_count, status, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens,
                    cache_write_1h_tokens, reasoning_tokens, cost_nano_usd, cost_source, tool_calls, tool_errors, event_at,
                    received_at, late, kafka_topic, kafka_partition, kafka_offset, meta, created_at)
                SELECT md5('turn ' || n || ' ' || t)::uuid, '%2$s', 'test', %1$s, t, sha256(n::text::bytea), 'anthropic', 'm',
                    sha256('root'), sha256((n || ' ' || t)::bytea), t, 'ok', n %% 100, t, 0, 0, 0, 0, n * 1000 + t, 'priced', 0, 0,
                    now(), timestamptz '2026-01-01' + n * interval '1 minute', false, 'turns', 0, n, '{}', now()
                FROM generate_series(%3$d, %4$d) n, generate_series(1, 3) t ON CONFLICT DO NOTHING;
                INSERT INTO nodes (org_id, environment, hash, parent_hash, session_id, role, content, content_digest, created_at)
                SELECT '%2$s', 'test', sha256(('node ' || n)::bytea),
                    CASE WHEN n %% 2 = 1 THEN sha256(('node ' || n - 1)::bytea) END, %1$s, 'user',
                    json_build_object('said', repeat('words and ', n %% 50)), sha256(n::text::bytea), now()
                FROM generate_series(%3$d, %4$d) n ON CONFLICT DO NOTHING;
                UPDATE nodes SET session_id = '00000000-0000-0000-0000-000000000000'
                    WHERE hash IN (SELECT sha256(('node ' || n)::bytea) FROM generate_series(%3$d - 12, %3$d - 8) n);
                DELETE FROM nodes WHERE hash IN (SELECT sha256(('node ' || n)::bytea) FROM generate_series(%3$d - 30, %3$d - 29) n);
                UPDATE sessions SET turn_count = turn_count + 1, updated_at = clock_timestamp()
                    WHERE id IN (SELECT %1$s FROM generate_series(%3$d - 10, %4$d) n);
                UPDATE sessions SET input_tokens = %3$d, name = 'changed in %5$d' WHERE id IN (SELECT %1$s
                    FROM generate_series(%3$d - 20, %4$d - 15) n);
                DELETE FROM turns WHERE session_id IN (SELECT %1$s FROM generate_series(%3$d - 30, %3$d - 29) n);
                DELETE FROM sessions WHERE id IN (SELECT %1$s FROM generate_series(%3$d - 30, %3$d - 29) n);
                %6$s
                COMMIT
                """.formatted(
                        "md5('session ' || n)::uuid",
                        database.org(),
                        first,
                        first + sessions - 1,
                        step,
                        erasing && step % ERASING == 0 && first >= SETTLED ? erasure(first - SETTLED) : "");
    }

    private String erasure(int number) {
        return """
                INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
                SELECT md5('erasure %1$d')::uuid, org_id, environment, id, epoch, 'session.deleted', now(), '{"kind": "gone"}', now()
                FROM sessions WHERE id = %2$s ON CONFLICT DO NOTHING;
                INSERT INTO erased_sessions (session_id, org_id, environment, harness_id, erased_at)
                SELECT id, org_id, environment, harness_id, now() FROM sessions WHERE id = %2$s ON CONFLICT DO NOTHING;
                DELETE FROM session_events WHERE session_id = %2$s AND type <> 'session.deleted';
                DELETE FROM turns WHERE session_id = %2$s;
                DELETE FROM nodes WHERE hash = sha256('node %1$d'::bytea) AND session_id = %2$s;
                DELETE FROM sessions WHERE id = %2$s;
                """.formatted(number, "md5('session %d')::uuid".formatted(number));
    }
}
