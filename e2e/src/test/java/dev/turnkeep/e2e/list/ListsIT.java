package dev.turnkeep.e2e.list;

import static dev.turnkeep.e2e.system.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turn;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import dev.turnkeep.localstack.run.Service;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What ClickHouse adds to lists, with the replication that fills it; and lists while that is stopped. */
@WithTurnkeep
class ListsIT {
    private static final int SESSIONS = 12;

    private static Turnkeep system;
    private static ServiceProcess replication;
    /** An instance that asks ClickHouse for whatever does not stand in its first two rows. */
    private static ServiceProcess lists;

    @BeforeAll
    static void open(Turnkeep turnkeep) {
        system = turnkeep;
        replication = replicating();
        lists = system.prepared(
                Service.SESSION,
                "lists",
                Map.of("TURNKEEP_SESSION_TURNS_ENABLED", "false", "TURNKEEP_SESSION_LIST_STRETCH", "2"));
        lists.launch();
        replication.start();
        lists.awaitReady();
    }

    private static ServiceProcess replicating() {
        return system.prepared(
                Service.REPLICATION,
                "list-replication",
                Map.of(
                        "TURNKEEP_REPLICATION_EVENTS_ENABLED",
                        "false",
                        "TURNKEEP_REPLICATION_TABLES_SLOT",
                        system.serverWide("tables")));
    }

    @AfterAll
    static void close() {
        lists.close();
        replication.close();
    }

    @Test
    void whatIsSaidIsListedWhetherOrNotClickHouseHasHeardOfIt() {
        // Given
        Tenant tenant = system.tenant("lists");
        Http reader = new Http(lists.service().url(), tenant.key());
        for (int i = 0; i < SESSIONS; i++) {
            tenant.post(Turn.in("s-" + i).tokens(10, i).json());
        }
        for (int i = 0; i < SESSIONS; i++) {
            tenant.session(Turn.HARNESS, "s-" + i, 1);
        }
        until("ClickHouse counts them", () -> count(reader) == SESSIONS);
        until(
                "it is known what ClickHouse has",
                () -> reader.get("/v1/sessions?sort=turn_count").status() == 200);

        // Then
        assertThat(keys(reader, "?sort=total_tokens&direction=asc&limit=5")).containsExactlyElementsOf(names(SESSIONS));
        assertThat(keys(reader, "?limit=5&model=" + Turn.MODEL)).hasSize(SESSIONS);
        assertThat(keys(reader, "?text=S-7")).containsExactly("s-7");
        assertThat(reader.get("/v1/stats")
                        .expecting(200)
                        .body()
                        .at("/totals/output_tokens")
                        .asInt())
                .isEqualTo((SESSIONS - 1) * SESSIONS / 2);

        // When
        replication.close();
        tenant.post(Turn.in("s-0").tokens(10, 500).json());
        tenant.post(Turn.in("s-new").tokens(10, 600).json());
        tenant.session(Turn.HARNESS, "s-0", 2);
        tenant.session(Turn.HARNESS, "s-new", 1);

        // Then
        List<String> byTokens = keys(reader, "?sort=total_tokens&limit=5");
        assertThat(byTokens).startsWith("s-new", "s-0", "s-11").hasSize(SESSIONS + 1);
        assertThat(keys(reader, "?limit=5")).hasSize(SESSIONS + 1).contains("s-new");
        assertThat(keys(reader, "?text=S-NEW")).containsExactly("s-new");
        assertThat(count(reader)).isEqualTo(SESSIONS);

        // When
        replication = replicating();
        replication.start();

        // Then
        until("ClickHouse has caught up", () -> count(reader) == SESSIONS + 1);
    }

    @Test
    void anErasedSessionIsGoneFromClickHouseAsWell() {
        // Given
        Tenant tenant = system.tenant("erased");
        for (String session : List.of("kept", "erased")) {
            tenant.post(Turn.in(session).json());
        }
        String kept = tenant.session(Turn.HARNESS, "kept", 1).path("id").asText();
        String erased = tenant.session(Turn.HARNESS, "erased", 1).path("id").asText();
        for (String view : List.of("sessions", "turns", "session_events")) {
            until(view + " shows both", () -> Set.copyOf(shown(tenant, view)).equals(Set.of(kept, erased)));
        }

        // When
        tenant.sessions()
                .send("DELETE", "/v1/sessions/" + erased, new byte[0], Map.of())
                .expecting(204);

        // Then
        for (String view : List.of("sessions", "turns")) {
            until(view + " shows one", () -> shown(tenant, view).equals(List.of(kept)));
        }
        until("of its events only the last is left", () -> system.analytics(
                        "SELECT type FROM ${database}.session_events WHERE session_id = toUUID('%s')".formatted(erased))
                .equals(List.of("session.deleted")));
    }

    /** The sessions of a tenant's rows in a view. */
    private static List<String> shown(Tenant tenant, String view) {
        return system.analytics("SELECT %s FROM ${database}.%s WHERE org_id = toUUID('%s')"
                .formatted(view.equals("sessions") ? "id" : "session_id", view, tenant.org()));
    }

    private static long count(Http reader) {
        var answer = reader.get("/v1/sessions/count");
        return answer.status() == 200 ? answer.body().path("count").asLong() : -1;
    }

    private static List<String> names(int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add("s-" + i);
        }
        return names;
    }

    /** The harness's ids of all pages of a list. */
    private static List<String> keys(Http reader, String query) {
        List<String> keys = new ArrayList<>();
        String cursor = "";
        do {
            var page =
                    reader.get("/v1/sessions" + query + cursor).expecting(200).body();
            page.path("items")
                    .forEach(item -> keys.add(item.path("harness_session_id").asText()));
            cursor = page.has("next_cursor")
                    ? "&cursor=" + page.path("next_cursor").asText()
                    : "";
        } while (!cursor.isEmpty());
        return keys;
    }
}
