package dev.turnkeep.session.read;

import dev.turnkeep.contracts.id.ActorId;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.session.store.Statement;
import io.vertx.sqlclient.Tuple;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The read API's statements. Every one is scoped by organisation and environment, whatever row security does. */
final class SessionQueries {
    /** Columns of turns that hold JSON. */
    static final Set<String> TURN_JSON = Set.of("meta", "usage_parts");

    private static final String TURN = """
            t.turn_id, t.session_id, t.seq, t.request_id, t.provider, t.model, t.agent, t.thread_id, t.root_hash,
            t.leaf_hash, t.node_count, t.system_digest, t.tools_digest, t.params_digest, t.status, t.stop_reason, t.stop_kind, t.error,
            t.input_tokens, t.output_tokens, t.cache_read_tokens, t.cache_write_tokens, t.cache_write_1h_tokens,
            t.reasoning_tokens, t.cost_nano_usd, t.cost_source, t.price_ref, t.tool_calls, t.tool_errors,
            t.latency_nanos, t.event_at, t.received_at, t.late, t.traceparent, t.meta::text AS meta, t.usage_partial,
            t.usage_parts::text AS usage_parts, t.service_tier""";

    private static final String BY_ID = """
            SELECT %s
            FROM sessions s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3 AND NOT s.is_placeholder
            """.formatted(SessionColumns.ALL);

    private static final String EXISTS = """
            SELECT s.id FROM sessions s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3 AND NOT s.is_placeholder
            """;

    private static final String BY_KEY = """
            SELECT %s
            FROM sessions s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.harness_id = $3 AND s.harness_session_id = $4
              AND NOT s.is_placeholder AND s.retired_at IS NULL
            """.formatted(SessionColumns.ALL);

    private static final String RETIRED_BY_KEY = """
            SELECT %s
            FROM sessions s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.harness_id = $3 AND s.harness_session_id = $4
              AND s.retired_at IS NOT NULL
            ORDER BY s.created_at DESC, s.id DESC
            LIMIT 200
            """.formatted(SessionColumns.ALL);

    private static final String LIVE_OF_ACTOR = """
            SELECT %s
            FROM sessions s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.harness_id = $3 AND s.actor_id = $4
              AND s.harness_session_id IS NULL AND s.state IN ('open', 'suspended')
            """.formatted(SessionColumns.ALL);

    private static final String PARENT = """
            SELECT p.id, p.friendly_id, p.harness_id, p.harness_session_id, p.is_placeholder
            FROM sessions p
            WHERE p.org_id = $1 AND p.environment = $2 AND p.id = $3
            """;

    private static final String CHILDREN = """
            SELECT c.id, c.friendly_id, c.harness_id, c.harness_session_id, c.state, c.started_at
            FROM sessions c
            WHERE c.org_id = $1 AND c.environment = $2 AND c.parent_session_id = $3 AND NOT c.is_placeholder
            ORDER BY c.created_at, c.id
            LIMIT 1000
            """;

    private static final String TURNS = """
            SELECT %s
            FROM turns t
            WHERE t.org_id = $1 AND t.environment = $2 AND t.session_id = $3 AND t.seq > $4
            ORDER BY t.seq
            LIMIT $5
            """.formatted(TURN);

    private static final String TURN_BY_ID = """
            SELECT %s
            FROM turns t
            WHERE t.org_id = $1 AND t.environment = $2 AND t.turn_id = $3
            """.formatted(TURN);

    private static final String EVENTS = """
            SELECT e.id, e.position, e.session_id, e.epoch, e.type, e.occurred_at, e.traceparent,
                   CASE WHEN $6 THEN e.payload::text
                        ELSE jsonb_set(e.payload::jsonb, '{session,parent_session_id}', 'null', false)::text END AS payload
            FROM session_events e
            WHERE e.org_id = $1 AND e.environment = $2 AND e.session_id = $3 AND e.position > $4
            ORDER BY e.position
            LIMIT $5
            """;

    /** The newest turn of a thread; without one, of the main thread if it has any. */
    private static final String NEWEST_LEAF = """
            SELECT t.leaf_hash
            FROM turns t
            WHERE t.org_id = $1 AND t.environment = $2 AND t.session_id = $3 AND ($4::text IS NULL OR t.thread_id = $4)
            ORDER BY coalesce(t.thread_id, '') = '' DESC, t.event_at DESC, t.seq DESC
            LIMIT 1
            """;

    private static final String LEAF_OF_TURN = """
            SELECT t.leaf_hash
            FROM turns t
            WHERE t.org_id = $1 AND t.environment = $2 AND t.session_id = $3 AND t.turn_id = $4
            """;

    /** From a node upwards; the session's own text goes before the one that is stored with the node. */
    private static final String CHAIN = """
            WITH RECURSIVE chain (hash, parent_hash, role, depth) AS (
                SELECT n.hash, n.parent_hash, n.role, 1
                FROM nodes n
                WHERE n.org_id = $1 AND n.environment = $2 AND n.hash = decode($4, 'hex')
                UNION ALL
                SELECT n.hash, n.parent_hash, n.role, c.depth + 1
                FROM chain c
                JOIN nodes n ON n.org_id = $1 AND n.environment = $2 AND n.hash = c.parent_hash
                WHERE c.depth < $5
            )
            SELECT c.hash, c.parent_hash, c.role, coalesce(v.content, n.content)::text AS content
            FROM chain c
            JOIN nodes n ON n.org_id = $1 AND n.environment = $2 AND n.hash = c.hash
            LEFT JOIN node_variants v ON v.org_id = $1 AND v.session_id = $3 AND v.hash = c.hash
            ORDER BY c.depth
            """;

    private SessionQueries() {}

    static Statement byId(Scope scope, SessionId id) {
        return of(scope, BY_ID, id.value());
    }

    static Statement exists(Scope scope, SessionId id) {
        return of(scope, EXISTS, id.value());
    }

    static Statement byKey(Scope scope, HarnessId harness, HarnessSessionId key) {
        return of(scope, BY_KEY, harness.value(), key.value());
    }

    static Statement retiredByKey(Scope scope, HarnessId harness, HarnessSessionId key) {
        return of(scope, RETIRED_BY_KEY, harness.value(), key.value());
    }

    static Statement liveOf(Scope scope, HarnessId harness, ActorId actor) {
        return of(scope, LIVE_OF_ACTOR, harness.value(), actor.value());
    }

    static Statement parent(Scope scope, SessionId id) {
        return of(scope, PARENT, id.value());
    }

    static Statement children(Scope scope, SessionId id) {
        return of(scope, CHILDREN, id.value());
    }

    static Statement turns(Scope scope, SessionId session, long afterSeq, int limit) {
        return of(scope, TURNS, session.value(), afterSeq, limit);
    }

    static Statement turn(Scope scope, TurnId turn) {
        return of(scope, TURN_BY_ID, turn.value());
    }

    static Statement events(Scope scope, SessionId session, long afterPosition, int limit, boolean relatives) {
        return of(scope, EVENTS, session.value(), afterPosition, limit, relatives);
    }

    static Statement newestLeaf(Scope scope, SessionId session, @Nullable String thread) {
        return of(scope, NEWEST_LEAF, session.value(), thread);
    }

    static Statement leafOf(Scope scope, SessionId session, TurnId turn) {
        return of(scope, LEAF_OF_TURN, session.value(), turn.value());
    }

    static Statement chain(Scope scope, SessionId session, String hash, int limit) {
        return of(scope, CHAIN, session.value(), hash, limit);
    }

    private static Statement of(Scope scope, String sql, @Nullable Object... parameters) {
        Tuple tuple = Tuple.of(scope.org().value(), scope.environment().value());
        for (Object parameter : parameters) {
            tuple.addValue(parameter);
        }
        return new Statement(sql, tuple);
    }
}
