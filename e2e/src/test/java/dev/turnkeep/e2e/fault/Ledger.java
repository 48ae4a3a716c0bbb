package dev.turnkeep.e2e.fault;

import dev.turnkeep.e2e.system.Database;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The books of one organisation: whether what was accepted is what is stored, once each, and whether everything that is
 * derived from the turns agrees with them. To be looked at when nothing is under way.
 */
public record Ledger(Database database, UUID org) {
    private static final String TOTALS = """
        SELECT s.friendly_id
        FROM sessions s
        LEFT JOIN (
            SELECT t.session_id, count(*) AS turns, count(*) FILTER (WHERE t.late) AS late,
                   sum(t.input_tokens) AS input, sum(t.output_tokens) AS output, sum(t.cache_read_tokens) AS cache_read,
                   sum(t.cache_write_tokens) AS cache_write, sum(t.reasoning_tokens) AS reasoning,
                   sum(t.tool_calls) AS calls, sum(t.tool_errors) AS errors, sum(t.cost_nano_usd) AS cost,
                   count(*) FILTER (WHERE t.cost_nano_usd IS NULL) AS unpriced
            FROM turns t
            WHERE t.org_id = ?
            GROUP BY t.session_id
        ) t ON t.session_id = s.id
        WHERE s.org_id = ?
          AND (s.turn_count, s.late_turn_count, s.input_tokens, s.output_tokens, s.cache_read_tokens,
               s.cache_write_tokens, s.reasoning_tokens, s.tool_calls, s.tool_errors, s.cost_nano_usd, s.unpriced_turns)
              IS DISTINCT FROM
              (coalesce(t.turns, 0), coalesce(t.late, 0), coalesce(t.input, 0), coalesce(t.output, 0),
               coalesce(t.cache_read, 0), coalesce(t.cache_write, 0), coalesce(t.reasoning, 0), coalesce(t.calls, 0),
               coalesce(t.errors, 0), coalesce(t.cost, 0), coalesce(t.unpriced, 0))
        """;

    /** Every epoch up to the session's has started once, and ended once unless it is the one that is open. */
    private static final String EPOCHS = """
        SELECT s.friendly_id || ' epoch ' || n
        FROM sessions s
        CROSS JOIN LATERAL generate_series(1, s.epoch) AS n
        WHERE s.org_id = ? AND NOT s.is_placeholder
          AND ((SELECT count(*) FROM session_events e
                WHERE e.session_id = s.id AND e.epoch = n AND e.type = 'session.started') <> 1
            OR (SELECT count(*) FROM session_events e
                WHERE e.session_id = s.id AND e.epoch = n AND e.type = 'session.ended')
               <> CASE WHEN n = s.epoch AND s.state IN ('open', 'suspended') THEN 0 ELSE 1 END)
        """;

    private static final String STARTED_OVER_ENDED_AND_OPEN = """
        SELECT (SELECT count(*) FILTER (WHERE e.type = 'session.started') - count(*) FILTER (WHERE e.type = 'session.ended')
                FROM session_events e WHERE e.org_id = ?)
             - (SELECT count(*) FROM sessions s
                WHERE s.org_id = ? AND NOT s.is_placeholder AND s.state IN ('open', 'suspended'))
        """;

    private static final String LEAVES = """
        SELECT t.turn_id::text
        FROM turns t
        WHERE t.org_id = ?
          AND NOT EXISTS (SELECT 1 FROM nodes n
                          WHERE n.org_id = t.org_id AND n.environment = t.environment AND n.hash = t.leaf_hash)
        """;

    private static final String PARENTS = """
        SELECT encode(n.hash, 'hex')
        FROM nodes n
        WHERE n.org_id = ? AND n.parent_hash IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM nodes p
                          WHERE p.org_id = n.org_id AND p.environment = n.environment AND p.hash = n.parent_hash)
        """;

    /** A placeholder that no child waits for, or whose session has come under the same key. */
    private static final String ORPHANS = """
        SELECT p.friendly_id
        FROM sessions p
        WHERE p.org_id = ? AND p.is_placeholder
          AND (NOT EXISTS (SELECT 1 FROM sessions c WHERE c.parent_session_id = p.id)
            OR EXISTS (SELECT 1 FROM sessions s
                       WHERE s.org_id = p.org_id AND s.environment = p.environment
                         AND s.harness_session_id = p.harness_session_id
                         AND s.harness_id = p.harness_id AND s.id <> p.id))
        """;

    private static final String TWICE = """
        SELECT t.request_id
        FROM turns t
        WHERE t.org_id = ? AND t.request_id IS NOT NULL
        GROUP BY t.environment, t.request_id
        HAVING count(*) > 1
        """;

    /**
     * What the books say.
     *
     * @param lost accepted and not stored
     * @param unexpected stored and never accepted
     * @param twice request ids of turns that are stored more than once
     * @param imbalances what does not agree with the turns, in words
     */
    public record Balance(
            int stored, Set<String> lost, Set<String> unexpected, List<String> twice, List<String> imbalances) {}

    /** So many turns are stored. */
    public long stored() {
        return database.number("SELECT count(*) FROM turns WHERE org_id = ?", org);
    }

    /**
     * Balances the books.
     *
     * @param accepted the ids that were answered to every turn of the organisation; each under a request id of its own
     */
    public Balance balance(Set<String> accepted) {
        // Fresh tables have no statistics yet, and the joins below would be planned for a handful of rows.
        database.execute("ANALYZE sessions, session_events, turns, nodes");
        Set<String> stored = new HashSet<>(database.strings("SELECT turn_id::text FROM turns WHERE org_id = ?", org));
        List<String> imbalances = new ArrayList<>();
        imbalances.addAll(found("totals differ from the turns' sums: ", TOTALS, org, org));
        imbalances.addAll(found("started and ended do not match: ", EPOCHS, org));
        imbalances.addAll(found("no leaf node: ", LEAVES, org));
        imbalances.addAll(found("no parent node: ", PARENTS, org));
        imbalances.addAll(found("orphan placeholder: ", ORPHANS, org));
        long left = database.number(STARTED_OVER_ENDED_AND_OPEN, org, org);
        if (left != 0) {
            imbalances.add("started - ended - open = " + left);
        }
        return new Balance(
                stored.size(),
                without(accepted, stored),
                without(stored, accepted),
                database.strings(TWICE, org),
                imbalances);
    }

    private List<String> found(String what, String sql, Object... parameters) {
        return database.strings(sql, parameters).stream().map(what::concat).toList();
    }

    private static Set<String> without(Set<String> these, Set<String> those) {
        Set<String> rest = new TreeSet<>(these);
        rest.removeAll(those);
        return rest;
    }
}
