package dev.turnkeep.e2e.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.e2e.system.Await;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turn;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import dev.turnkeep.localstack.run.Service;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void manyModelsCostTheSameInFivePlacesAndDoSoAfterRepricingUnderLoad(@TempDir Path folder) throws Exception {
        // Given
        Tenant payer = turnkeep.tenant("costs");
        List<GoldenTurn> golden = GoldenTurn.all();
        List<ObjectNode> posted = new ArrayList<>();
        for (int i = 0; i < golden.size(); i++) {
            posted.add(golden.get(i).posted("golden", "golden-" + i, GoldenTurn.AT.plusSeconds(i)));
        }
        GoldenTurn sonnet = golden.stream()
                .filter(turn -> turn.model().equals("claude-sonnet-4-6"))
                .findFirst()
                .orElseThrow();
        posted.add(sonnet.posted("golden", "reported", GoldenTurn.AT));
        posted.getLast().withObject("/meta").put("cost_usd", "1.5");
        payer.postBatch(posted);
        GoldenTurn reported = new GoldenTurn(sonnet.provider(), sonnet.model(), sonnet.usage(), 1_500_000_000L);
        List<GoldenTurn> before = new ArrayList<>(golden);
        before.add(reported);
        assertThat(golden.stream().filter(turn -> turn.nanoUsd() != null).map(GoldenTurn::name))
                .as("models with a price")
                .satisfies(models -> assertThat(models.stream().distinct()).hasSizeGreaterThanOrEqualTo(10));
        costsTheSameEverywhere(payer, before);
        int[] sonnets = IntStream.range(0, golden.size())
                .filter(i -> golden.get(i).model().equals("claude-sonnet-4-6"))
                .toArray();
        assertThat(sonnets)
                .as("turns before, within and after the time of a price")
                .hasSizeGreaterThanOrEqualTo(5);
        int from = sonnets[2];
        int until = sonnets[sonnets.length - 1];
        Path overrides = Files.writeString(folder.resolve("overrides.json"), """
                {"prices": [
                  {"name": "dear", "provider": "anthropic", "model": "claude-sonnet-4-6", "from": "%s", "until": "%s",
                   "rates": {"input_mtok": 10, "output_mtok": 10}},
                  {"name": "new", "provider": "openai", "model": "no-such-model", "rates": {"input_mtok": 1, "output_mtok": 1}}]}
                """.formatted(
                        GoldenTurn.AT.plusSeconds(from), GoldenTurn.AT.plusSeconds(until)));
        GoldenTurn another = golden.stream()
                .filter(turn -> turn.model().equals("gpt-5"))
                .findFirst()
                .orElseThrow();

        // When: while the same session goes on
        List<GoldenTurn> after = new ArrayList<>();
        for (int i = 0; i < golden.size(); i++) {
            after.add(overridden(golden.get(i), from <= i && i < until));
        }
        after.add(reported);
        try (ServiceProcess pricing = turnkeep.instance(
                Service.SESSION,
                "repricing",
                Map.of(
                        "TURNKEEP_SESSION_PRICES_OVERRIDES",
                        overrides.toString(),
                        "TURNKEEP_SESSION_TURNS_GROUP",
                        turnkeep.group()))) {
            Http operator =
                    new Http(pricing.service().url(), turnkeep.administration().key());
            AtomicBoolean priced = new AtomicBoolean();
            try (ExecutorService load = Executors.newSingleThreadExecutor()) {
                Future<Integer> going = load.submit(() -> {
                    int more = 0;
                    while (more < 20 || (!priced.get() && more < 500)) {
                        payer.post(another.posted("golden", "more-" + more, GoldenTurn.AT.plusSeconds(more)));
                        more++;
                    }
                    return more;
                });
                reprice(operator, payer);
                priced.set(true);
                after.addAll(Collections.nCopies(going.get(1, TimeUnit.MINUTES), another));
            }
        }

        // Then
        assertThat(after.stream().filter(turn -> turn.nanoUsd() == null)).isEmpty();
        costsTheSameEverywhere(payer, after);
    }

    /** @param dear it happened while the price with dates held */
    private static GoldenTurn overridden(GoldenTurn turn, boolean dear) {
        long tokens = turn.usage().get("input_tokens").asLong()
                + turn.usage().get("output_tokens").asLong();
        return switch (turn.model()) {
            case "claude-sonnet-4-6" ->
                dear ? new GoldenTurn(turn.provider(), turn.model(), turn.usage(), tokens * 10_000) : turn;
            case "no-such-model" -> new GoldenTurn(turn.provider(), turn.model(), turn.usage(), tokens * 1_000);
            default -> turn;
        };
    }

    private static void reprice(Http operator, Tenant tenant) {
        ObjectNode step = Http.JSON
                .createObjectNode()
                .put("from", "2025-06-30")
                .put("until", "2025-07-02")
                .put("org_id", tenant.org().toString());
        JsonNode answer;
        do {
            answer = operator.post("/v1/admin/reprice", step).expecting(200).body();
            step.put("cursor", answer.path("cursor").asText());
        } while (!answer.path("done").asBoolean());
    }

    /** On the session, over its turns, over its models, in ClickHouse and in the statistics. */
    private void costsTheSameEverywhere(Tenant payer, List<GoldenTurn> turns) {
        Map<String, Long> costs = new TreeMap<>();
        Map<String, Long> without = new TreeMap<>();
        turns.forEach(turn -> {
            costs.merge(turn.name(), turn.nanoUsd() == null ? 0 : turn.nanoUsd(), Long::sum);
            without.merge(turn.name(), turn.nanoUsd() == null ? 1L : 0L, Long::sum);
        });
        List<String> models = costs.entrySet().stream()
                .map(model -> model.getKey() + "|" + model.getValue() + "|" + without.get(model.getKey()))
                .sorted()
                .toList();
        long cost = costs.values().stream().mapToLong(Long::longValue).sum();
        long unpriced = without.values().stream().mapToLong(Long::longValue).sum();

        JsonNode session = payer.session(Turn.HARNESS, "golden", turns.size());
        String id = session.path("id").asText();
        assertThat(session.path("turn_count").asInt()).isEqualTo(turns.size());
        assertThat(session.path("cost_nano_usd").asLong()).isEqualTo(cost);
        assertThat(session.path("unpriced_turns").asLong()).isEqualTo(unpriced);
        assertThat(payer.items(id, "turns").stream()
                        .mapToLong(turn -> turn.path("cost_nano_usd").asLong())
                        .sum())
                .isEqualTo(cost);
        assertThat(byModel(session.path("model_usage"))).isEqualTo(models);
        Await.until("ClickHouse shows the session's cost", () -> turnkeep.analytics("""
                SELECT concatWithSeparator('|', toString(cost_nano_usd), toString(unpriced_turns), toString(turn_count))
                FROM ${database}.sessions WHERE id = '%s'
                """.formatted(id))
                .equals(List.of(cost + "|" + unpriced + "|" + turns.size())));
        Await.until("it shows what each model costs", () -> turnkeep.analytics("""
                SELECT concatWithSeparator('|', provider, ifNull(model, ''), toString(sum(ifNull(cost_nano_usd, 0))),
                    toString(countIf(cost_nano_usd IS NULL)))
                FROM ${database}.turns WHERE session_id = '%s' GROUP BY provider, model
                """.formatted(id)).stream()
                .sorted()
                .toList()
                .equals(models));
        JsonNode stats = payer.sessions()
                .get("/v1/stats?since=2025-06-30T00:00:00Z&until=2025-07-02T00:00:00Z")
                .expecting(200)
                .body();
        assertThat(stats.at("/totals/cost_nano_usd").asLong()).isEqualTo(cost);
        assertThat(stats.at("/totals/unpriced_turns").asLong()).isEqualTo(unpriced);
        assertThat(byModel(stats.path("models"))).isEqualTo(models);
    }

    private static List<String> byModel(JsonNode models) {
        List<String> rows = new ArrayList<>();
        models.forEach(model -> rows.add(model.path("provider").asText() + "|"
                + model.path("model").asText() + "|"
                + model.path("cost_nano_usd").asLong() + "|"
                + model.path("unpriced_turns").asLong()));
        Collections.sort(rows);
        return rows;
    }

    private long count(String view) {
        return Long.parseLong(turnkeep.analytics(
                        "SELECT count() FROM ${database}.%s WHERE org_id = '%s'".formatted(view, tenant.org()))
                .getFirst());
    }
}
