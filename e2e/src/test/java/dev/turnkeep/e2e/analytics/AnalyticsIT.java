package dev.turnkeep.e2e.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.e2e.system.Await;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turn;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import dev.turnkeep.localstack.run.Service;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@WithTurnkeep
@TestInstance(Lifecycle.PER_CLASS)
class AnalyticsIT {
    private final Turnkeep turnkeep;
    private final Tenant tenant;
    private ServiceProcess replication;

    AnalyticsIT(Turnkeep turnkeep) {
        this.turnkeep = turnkeep;
        this.tenant = turnkeep.tenant("analytics");
    }

    @BeforeAll
    void start() {
        replication = turnkeep.instance(
                Service.REPLICATION,
                "analytics",
                Map.of(
                        "TURNKEEP_REPLICATION_EVENTS_ENABLED",
                        "false",
                        "TURNKEEP_REPLICATION_TABLES_SLOT",
                        turnkeep.serverWide("analytics")));
    }

    @AfterAll
    void stop() {
        replication.close();
    }

    @Test
    void showsTurnsAndTheirSessionsAsTheyAre() {
        // When
        for (int turn = 0; turn < 60; turn++) {
            tenant.post(Turn.in("session-" + turn % 6)
                    .request("request-" + turn)
                    .tokens(100 + turn, turn)
                    .says("How many?", "It is " + turn + ".")
                    .json());
        }

        // Then
        Await.until("ClickHouse shows every turn", () -> count("turns") == 60);
        List<String> turns = turnkeep.database().strings("""
                SELECT concat_ws('|', t.turn_id, t.seq, t.request_id, t.input_tokens, t.output_tokens, coalesce(t.cost_nano_usd, -1))
                FROM turns t WHERE t.org_id = ? ORDER BY t.turn_id::text COLLATE "C"
                """, tenant.org());
        assertThat(turnkeep.analytics("""
                SELECT concatWithSeparator('|', toString(turn_id), toString(seq), request_id, toString(input_tokens),
                    toString(output_tokens), toString(ifNull(cost_nano_usd, -1)))
                FROM ${database}.turns WHERE org_id = '%s' ORDER BY toString(turn_id)
                """.formatted(tenant.org()))).isEqualTo(turns);
        Await.until("it shows the sessions' totals", () -> turnkeep.analytics("""
                SELECT concatWithSeparator('|', harness_session_id, toString(turn_count), toString(output_tokens))
                FROM ${database}.sessions WHERE org_id = '%s' ORDER BY harness_session_id
                """.formatted(tenant.org()))
                .equals(turnkeep.database().strings("""
                SELECT concat_ws('|', s.harness_session_id, s.turn_count, s.output_tokens)
                FROM sessions s WHERE s.org_id = ? ORDER BY s.harness_session_id
                """, tenant.org())));
        assertThat(count("sessions")).isEqualTo(6);
        Await.until("and their starts", () -> count("session_events") >= 6);
    }

    private long count(String view) {
        return Long.parseLong(turnkeep.analytics(
                        "SELECT count() FROM ${database}.%s WHERE org_id = '%s'".formatted(view, tenant.org()))
                .getFirst());
    }
}
