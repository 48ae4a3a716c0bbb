package dev.turnkeep.e2e.fault;

import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turnkeep;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is known of one organisation outside Postgres: its rows in ClickHouse, compared one by one as queries see them, and
 * its events on Kafka.
 */
record Copies(Turnkeep turnkeep, Tenant tenant) {
    private static final String TURNS = """
        SELECT concat_ws('|', t.turn_id, t.session_id, t.seq, t.request_id, t.late::int, t.input_tokens, t.output_tokens,
                         coalesce(t.cost_nano_usd, -1))
        FROM turns t WHERE t.org_id = ?
        """;
    private static final String TURNS_SEEN = """
        SELECT concatWithSeparator('|', toString(turn_id), toString(session_id), toString(seq), request_id,
                                   toString(toUInt8(late)), toString(input_tokens), toString(output_tokens),
                                   toString(ifNull(cost_nano_usd, -1)))
        FROM ${database}.turns WHERE org_id = '%s'
        """;
    private static final String SESSIONS = """
        SELECT concat_ws('|', s.id, s.state, s.epoch, s.turn_count, s.late_turn_count, s.input_tokens, s.output_tokens,
                         s.cost_nano_usd)
        FROM sessions s WHERE s.org_id = ? AND NOT s.is_placeholder
        """;
    private static final String SESSIONS_SEEN = """
        SELECT concatWithSeparator('|', toString(id), toString(state), toString(epoch), toString(turn_count),
                                   toString(late_turn_count), toString(input_tokens), toString(output_tokens),
                                   toString(cost_nano_usd))
        FROM ${database}.sessions WHERE org_id = '%s' AND NOT is_placeholder
        """;
    private static final String EVENTS = "SELECT e.id::text FROM session_events e WHERE e.org_id = ?";
    private static final String EVENTS_SEEN = "SELECT toString(id) FROM ${database}.session_events WHERE org_id = '%s'";

    /** What differs from Postgres, in words; empty once all have come. Sessions may still end meanwhile. */
    List<String> differences() {
        List<String> differences = new ArrayList<>();
        List<String> turns = stored(TURNS);
        compare("turns in ClickHouse", turns, seen(TURNS_SEEN), differences);
        compare("sessions in ClickHouse", stored(SESSIONS), seen(SESSIONS_SEEN), differences);
        List<String> events = stored(EVENTS);
        compare("events in ClickHouse", events, seen(EVENTS_SEEN), differences);
        // At least once each; whoever reads the topic knows them apart by their ids.
        Set<String> published = new HashSet<>(turnkeep.turnLog().sessionEvents(tenant.org()));
        compare("events on Kafka", events, List.copyOf(published), differences);
        return differences;
    }

    /** Whether queries see the turn. */
    boolean shows(String turn) {
        return turnkeep.analytics(
                        "SELECT toString(count()) FROM ${database}.turns WHERE org_id = '%s' AND turn_id = '%s'"
                                .formatted(tenant.org(), turn))
                .equals(List.of("1"));
    }

    private List<String> stored(String sql) {
        return turnkeep.database().strings(sql, tenant.org());
    }

    private List<String> seen(String sql) {
        return turnkeep.analytics(sql.formatted(tenant.org()));
    }

    private static void compare(String what, List<String> wanted, List<String> found, List<String> differences) {
        Set<String> missing = new HashSet<>(wanted);
        found.forEach(missing::remove);
        Set<String> surplus = new HashSet<>(found);
        wanted.forEach(surplus::remove);
        int doubled = found.size() - Set.copyOf(found).size();
        if (!missing.isEmpty() || !surplus.isEmpty() || doubled > 0) {
            differences.add("%s: %d missing, %d other than stored, %d twice; first %s, %s"
                    .formatted(
                            what,
                            missing.size(),
                            surplus.size(),
                            doubled,
                            missing.stream().findFirst(),
                            surplus.stream().findFirst()));
        }
    }
}
