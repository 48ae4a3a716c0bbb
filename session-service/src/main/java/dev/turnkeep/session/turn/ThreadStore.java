package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.Repriced;
import dev.turnkeep.contracts.lifecycle.Session;
import dev.turnkeep.contracts.lifecycle.ThreadTotals;
import dev.turnkeep.contracts.lifecycle.TurnFacts;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The statements on {@code session_threads}. Their sessions are locked, or new. */
final class ThreadStore {
    /** A sub-agent of a session. */
    record ThreadKey(Scope scope, SessionId session, String id) implements Comparable<ThreadKey> {
        private static final Comparator<ThreadKey> ORDER =
                Comparator.comparing(ThreadKey::session).thenComparing(ThreadKey::id);

        @Override
        public int compareTo(ThreadKey other) {
            return ORDER.compare(this, other);
        }
    }

    private static final String ADD = """
            INSERT INTO session_threads AS t (
                org_id, environment, session_id, thread_id, agent, model, turn_count, late_turn_count, input_tokens,
                output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, tool_calls, tool_errors,
                cost_nano_usd, unpriced_turns, started_at, last_event_at)
            SELECT
                n.org_id, n.environment, n.session_id, n.thread_id, n.agent, n.model, n.turn_count, n.late_turn_count,
                n.input_tokens, n.output_tokens, n.cache_read_tokens, n.cache_write_tokens, n.reasoning_tokens,
                n.tool_calls, n.tool_errors, n.cost_nano_usd, n.unpriced_turns, n.started_at, n.last_event_at
            FROM unnest(
                $1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[],
                $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[],
                $16::bigint[], $17::bigint[], $18::timestamptz[], $19::timestamptz[])
            AS n (
                org_id, environment, session_id, thread_id, agent, model, turn_count, late_turn_count, input_tokens,
                output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, tool_calls, tool_errors,
                cost_nano_usd, unpriced_turns, started_at, last_event_at)
            ON CONFLICT (session_id, thread_id) DO UPDATE SET
                agent = coalesce(excluded.agent, t.agent),
                model = coalesce(excluded.model, t.model),
                turn_count = t.turn_count + excluded.turn_count,
                late_turn_count = t.late_turn_count + excluded.late_turn_count,
                input_tokens = t.input_tokens + excluded.input_tokens,
                output_tokens = t.output_tokens + excluded.output_tokens,
                cache_read_tokens = t.cache_read_tokens + excluded.cache_read_tokens,
                cache_write_tokens = t.cache_write_tokens + excluded.cache_write_tokens,
                reasoning_tokens = t.reasoning_tokens + excluded.reasoning_tokens,
                tool_calls = t.tool_calls + excluded.tool_calls,
                tool_errors = t.tool_errors + excluded.tool_errors,
                cost_nano_usd = t.cost_nano_usd + excluded.cost_nano_usd,
                unpriced_turns = t.unpriced_turns + excluded.unpriced_turns,
                started_at = LEAST(t.started_at, excluded.started_at),
                last_event_at = GREATEST(t.last_event_at, excluded.last_event_at)
            """;

    private static final String REPRICE = """
            UPDATE session_threads t SET
                cost_nano_usd = t.cost_nano_usd + n.cost_nano_usd,
                unpriced_turns = t.unpriced_turns + n.unpriced_turns
            FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[])
                AS n (org_id, session_id, thread_id, cost_nano_usd, unpriced_turns)
            WHERE t.session_id = n.session_id AND t.thread_id = n.thread_id AND t.org_id = n.org_id
            """;

    private static final String OF_SESSION = """
            SELECT t.thread_id, t.agent, t.model, t.turn_count, t.late_turn_count, t.input_tokens, t.output_tokens,
                   t.cache_read_tokens, t.cache_write_tokens, t.reasoning_tokens, t.tool_calls, t.tool_errors,
                   t.cost_nano_usd, t.unpriced_turns, t.started_at, t.last_event_at
            FROM session_threads t
            WHERE t.org_id = $1 AND t.session_id = $2
            """;

    private static final String DELETE = "DELETE FROM session_threads t WHERE t.org_id = $1 AND t.session_id = $2";

    private ThreadStore() {}

    /** Adds what other prices change. */
    static Future<Integer> reprice(SqlConnection connection, Map<ThreadKey, Repriced> changes) {
        if (changes.isEmpty()) {
            return Future.succeededFuture(0);
        }
        Columns<Map.Entry<ThreadKey, Repriced>> columns = Columns.of(List.copyOf(changes.entrySet()))
                .uuid(e -> e.getKey().scope().org().value())
                .uuid(e -> e.getKey().session().value())
                .text(e -> e.getKey().id())
                .bigint(e -> e.getValue().addedCost())
                .bigint(e -> e.getValue().addedUnpriced());
        return connection.preparedQuery(REPRICE).execute(columns.tuple()).map(rows -> rows.rowCount());
    }

    /** A session's threads as they are stored. */
    static Future<Map<ThreadKey, ThreadTotals>> of(SqlConnection connection, Session session) {
        Tuple key = Tuple.of(session.scope().org().value(), session.id().value());
        return connection.preparedQuery(OF_SESSION).execute(key).map(rows -> {
            Map<ThreadKey, ThreadTotals> threads = new TreeMap<>();
            for (Row row : rows) {
                threads.put(
                        new ThreadKey(session.scope(), session.id(), row.getString("thread_id")),
                        new ThreadTotals(
                                row.getString("agent"),
                                row.getString("model"),
                                SessionRows.totals(row),
                                Objects.requireNonNull(SessionRows.instant(row, "started_at")),
                                Objects.requireNonNull(SessionRows.instant(row, "last_event_at"))));
            }
            return threads;
        });
    }

    static Future<Integer> delete(SqlConnection connection, Session session) {
        Tuple key = Tuple.of(session.scope().org().value(), session.id().value());
        return connection.preparedQuery(DELETE).execute(key).map(rows -> rows.rowCount());
    }

    /** Adds the turns of sub-agents to their threads. Most batches have none, and send nothing. */
    static Future<Integer> add(SqlConnection connection, List<TurnStore.PlacedTurn> turns) {
        Map<ThreadKey, ThreadTotals> sums = new TreeMap<>();
        for (TurnStore.PlacedTurn turn : turns) {
            TurnFacts facts = turn.placed().turn();
            String thread = facts.findings().thread();
            if (thread != null) {
                sums.merge(
                        new ThreadKey(facts.address().scope(), turn.placed().session(), thread),
                        ThreadTotals.of(
                                facts.findings(),
                                facts.times().eventAt(),
                                facts.adds(),
                                turn.placed().late()),
                        ThreadTotals::and);
            }
        }
        return add(connection, sums);
    }

    /** Adds to what is stored, whatever it is. */
    static Future<Integer> add(SqlConnection connection, Map<ThreadKey, ThreadTotals> sums) {
        if (sums.isEmpty()) {
            return Future.succeededFuture(0);
        }
        Columns<Map.Entry<ThreadKey, ThreadTotals>> columns = Columns.of(List.copyOf(new TreeMap<>(sums).entrySet()))
                .uuid(e -> e.getKey().scope().org().value())
                .text(e -> e.getKey().scope().environment().value())
                .uuid(e -> e.getKey().session().value())
                .text(e -> e.getKey().id())
                .text(e -> e.getValue().agent())
                .text(e -> e.getValue().model())
                .bigint(e -> e.getValue().totals().turns())
                .bigint(e -> e.getValue().totals().lateTurns())
                .bigint(e -> e.getValue().totals().inputTokens())
                .bigint(e -> e.getValue().totals().outputTokens())
                .bigint(e -> e.getValue().totals().cacheReadTokens())
                .bigint(e -> e.getValue().totals().cacheWriteTokens())
                .bigint(e -> e.getValue().totals().reasoningTokens())
                .bigint(e -> e.getValue().totals().toolCalls())
                .bigint(e -> e.getValue().totals().toolErrors())
                .bigint(e -> e.getValue().totals().costNanoUsd())
                .bigint(e -> e.getValue().totals().unpricedTurns())
                .time(e -> e.getValue().startedAt())
                .time(e -> e.getValue().lastEventAt());
        return connection.preparedQuery(ADD).execute(columns.tuple()).map(rows -> rows.rowCount());
    }
}
