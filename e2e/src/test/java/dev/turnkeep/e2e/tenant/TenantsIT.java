package dev.turnkeep.e2e.tenant;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turn;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@WithTurnkeep
class TenantsIT {
    private final Turnkeep turnkeep;
    private final Tenant ours;
    private final Tenant theirs;

    TenantsIT(Turnkeep turnkeep) {
        this.turnkeep = turnkeep;
        this.ours = turnkeep.tenant("ours");
        this.theirs = turnkeep.tenant("theirs");
    }

    @Test
    void keepsIdenticalContentApart() {
        // Given
        ObjectNode turn = Turn.in("same").request("same").system("Be kind.").json();

        // When
        String ourTurn = ours.post(turn);
        String theirTurn = theirs.post(turn);

        // Then
        JsonNode ourSession = ours.session(Turn.HARNESS, "same", 1);
        JsonNode theirSession = theirs.session(Turn.HARNESS, "same", 1);
        assertThat(ourTurn).isNotEqualTo(theirTurn);
        assertThat(ourSession.path("id")).isNotEqualTo(theirSession.path("id"));
        assertThat(ourSession.path("org_id").asText()).isEqualTo(ours.org().toString());
        assertThat(ourSession.path("turn_count").asInt()).isOne();
        assertThat(theirSession.path("turn_count").asInt()).isOne();
        assertThat(words(ours, ourSession)).isEqualTo(words(theirs, theirSession));
    }

    @Test
    void answersNoRouteAboutAnotherTenantsSession() {
        // Given
        String turn = ours.post(Turn.in("private").json());
        JsonNode session = ours.session(Turn.HARNESS, "private", 1);
        ours.post(Turn.by("somebody").json());
        turnkeep.turnLog().awaitConsumed();
        List<String> routes =
                new ArrayList<>(List.of("/v1/turns/" + turn, "/v1/actors/%s/somebody/session".formatted(Turn.HARNESS)));
        for (String id : List.of("id", "friendly_id")) {
            String route = "/v1/sessions/" + session.path(id).asText();
            routes.addAll(List.of(route, route + "/turns", route + "/messages", route + "/events"));
        }

        for (String route : routes) {
            // When
            int ourStatus = ours.sessions().get(route).status();
            int theirStatus = theirs.sessions().get(route).status();

            // Then
            assertThat(ourStatus).as(route).isEqualTo(200);
            assertThat(theirStatus).as(route).isEqualTo(404);
        }
        assertThat(theirs.find(Turn.HARNESS, "private")).isEmpty();
    }

    @Test
    void refusesATurnThatNamesAnotherOrganisation() {
        // Given
        JsonNode turn =
                Turn.in("foreign").session("org_id", theirs.org().toString()).json();

        // When
        var answer = ours.ingest().post("/v1/ingest", turn);

        // Then
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text("/code")).isEqualTo("foreign_org");
        assertThat(answer.text("/field")).isEqualTo("session.org_id");
    }

    @Test
    void showsNothingToAStatementThatForgetsTheOrganisation() throws SQLException {
        // Given
        for (Tenant tenant : List.of(ours, theirs)) {
            tenant.post(Turn.in("row").system("Be kind.").json());
            tenant.post(Turn.in("row-2")
                    .says("<event>a</event>How are you?", "Fine.")
                    .json());
        }
        turnkeep.turnLog().awaitConsumed();
        for (Tenant tenant : List.of(ours, theirs)) {
            String session = tenant.session(Turn.HARNESS, "row", 1).path("id").asText();
            tenant.sessions()
                    .send(
                            "PUT",
                            "/v1/sessions/" + session + "/leases/worker",
                            "{\"ttl\":\"PT5M\"}".getBytes(UTF_8),
                            Map.of("Content-Type", "application/json"))
                    .expecting(200);
            tenant.sessions().get("/v1/sessions/" + session + "/out").expecting(200);
        }
        List<String> tables = turnkeep.database().tenantTables();
        List<String> filled = List.of(
                "blobs",
                "node_variants",
                "nodes",
                "orgs",
                "session_events",
                "session_leases",
                "sessions",
                "streams",
                "turns");
        assertThat(tables).containsAll(filled);

        try (Connection connection = turnkeep.database().connect()) {
            connection.setAutoCommit(false);
            for (String table : tables) {
                // When
                List<String> forgotten = organisationsSeen(connection, table, null);
                List<String> empty = organisationsSeen(connection, table, "");
                List<String> own =
                        organisationsSeen(connection, table, ours.org().toString());

                // Then
                assertThat(forgotten).as("%s without an organisation", table).isEmpty();
                assertThat(empty).as("%s with an empty one", table).isEmpty();
                assertThat(own).as("%s with one", table).allMatch(ours.org().toString()::equals);
                if (filled.contains(table)) {
                    assertThat(own).as("%s with one", table).isNotEmpty();
                }
            }
        }
    }

    /** What {@code SELECT} without a filter finds as the API's role: each row's organisation. */
    private static List<String> organisationsSeen(Connection connection, String table, @Nullable String org)
            throws SQLException {
        if (!mayRead(connection, table)) {
            return List.of();
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL ROLE turnkeep_api");
            if (org != null) {
                statement.execute("SET LOCAL app.org_id = '%s'".formatted(org));
            }
            List<String> found = new ArrayList<>();
            String column = table.equals("orgs") ? "id" : "org_id";
            try (ResultSet rows = statement.executeQuery("SELECT %s FROM %s".formatted(column, table))) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
            return found;
        } finally {
            connection.rollback();
        }
    }

    private static boolean mayRead(Connection connection, String table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT has_table_privilege('turnkeep_api', '%s', 'SELECT')".formatted(table))) {
            row.next();
            return row.getBoolean(1);
        }
    }

    @Test
    void readsEachSessionItsOwnTextWhereOnlyAStrippedSpanDiffers() {
        // Given
        String first = "<system-reminder>for the first</system-reminder>Hello";
        String second = "<system-reminder>for the second, and longer</system-reminder>Hello";

        // When
        ours.post(Turn.in("first").says(first, "Hi.").json());
        JsonNode firstSession = ours.session(Turn.HARNESS, "first", 1);
        ours.post(Turn.in("second").says(second, "Hi.").json());
        JsonNode secondSession = ours.session(Turn.HARNESS, "second", 1);

        // Then
        assertThat(hashes(ours, firstSession)).isEqualTo(hashes(ours, secondSession));
        assertThat(words(ours, firstSession).getLast()).contains(first).doesNotContain("for the second");
        assertThat(words(ours, secondSession).getLast()).contains(second).doesNotContain("for the first");
    }

    private static List<String> hashes(Tenant tenant, JsonNode session) {
        return messages(tenant, session).stream()
                .map(message -> message.path("hash").asText())
                .toList();
    }

    private static List<String> words(Tenant tenant, JsonNode session) {
        return messages(tenant, session).stream()
                .map(message -> message.path("content").toString())
                .toList();
    }

    private static List<JsonNode> messages(Tenant tenant, JsonNode session) {
        return tenant.items(session.path("id").asText(), "messages");
    }
}
