package dev.turnkeep.session.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.session.access.Need;
import dev.turnkeep.session.access.Route;
import dev.turnkeep.session.access.TestTokens;
import dev.turnkeep.session.turn.ServiceOnTest;
import dev.turnkeep.session.turn.ServiceOnTest.Answer;
import dev.turnkeep.session.turn.ServiceOnTest.Tenant;
import dev.turnkeep.session.turn.TurnsConsumerIT;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The control plane of the session API on the running service. Numbers in names are those of the points it improves on. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(TurnsConsumerIT.Keys.class)
class ControlIT {
    private static final String SESSIONS = "/api/v1/sessions";

    private final ObjectMapper json = new ObjectMapper();

    @Nullable
    TestSpace space;

    @ConfigProperty(name = "quarkus.http.port")
    int port;

    private ServiceOnTest service;
    private Tenant tenant;

    @BeforeEach
    void open() {
        service = new ServiceOnTest(Objects.requireNonNull(space), port);
        tenant = service.tenant();
    }

    @AfterEach
    void close() {
        service.close();
    }

    @Test
    void aNewSessionIsAnsweredWithAllThatItsClientNeeds() {
        // When
        Answer created = create(wanted("chat-1").put("expiresAt", "2199-01-01T00:00:00.000Z"));

        // Then
        JsonNode session = created.body();
        assertThat(created.status()).isEqualTo(201);
        assertThat(session.get("id").asText()).startsWith("session_");
        assertThat(session.get("externalId").asText()).isEqualTo("chat-1");
        assertThat(session.get("runId").asText()).startsWith("run_").isEqualTo(text(session, "currentRunId"));
        assertThat(session.get("publicAccessToken").asText().split("\\.")).hasSize(3);
        assertThat(session.get("isCached").booleanValue()).isFalse();
        assertThat(session.at("/triggerConfig/basePayload/chatId").asText()).isEqualTo("1");
        assertThat(session.get("expiresAt").asText()).isEqualTo("2199-01-01T00:00:00.000Z");
        assertThat(List.of("metadata", "closedAt", "closedReason"))
                .allSatisfy(member -> assertThat(session.get(member).isNull()).isTrue());
        assertThat(session.get("tags").size()).isZero();
    }

    @Test
    void theEventOfARequestCarriesItsTrace() throws SQLException {
        // Given
        String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

        // When
        post(SESSIONS, wanted("chat-traced"), Map.of("traceparent", trace));
        create(wanted("chat-untraced"));

        // Then
        List<String> traces = new ArrayList<>();
        try (Connection connection = Objects.requireNonNull(space).postgres().connect();
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT traceparent FROM session_events WHERE org_id = '"
                        + tenant.scope().org() + "' ORDER BY position")) {
            while (rows.next()) {
                traces.add(String.valueOf(rows.getString(1)));
            }
        }
        assertThat(traces).containsExactly(trace, "null");
    }

    @Test
    void ofAHundredConcurrentCreatesOneMakesTheSessionAndTheOthersFindIt() throws Exception {
        // Given
        List<Callable<Answer>> creates = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            creates.add(() -> create(wanted("chat-crowd")));
        }

        // When
        List<Answer> answers = all(creates);

        // Then
        assertThat(answers).filteredOn(answer -> answer.status() == 201).hasSize(1);
        assertThat(answers)
                .filteredOn(answer ->
                        answer.status() == 200 && answer.body().get("isCached").booleanValue())
                .hasSize(99);
        assertThat(answers)
                .extracting(answer -> text(answer.body(), "id"))
                .containsOnly(text(answers.getFirst().body(), "id"));
        assertThat(answers)
                .extracting(answer -> text(answer.body(), "runId"))
                .containsOnly(text(answers.getFirst().body(), "runId"));
    }

    @Test
    void aCachedCreateTakesTheNewestTriggerConfigAndNothingElse() {
        // Given
        create(wanted("chat-2").set("tags", json.createArrayNode().add("first")));
        ObjectNode again = wanted("chat-2");
        again.withObject("triggerConfig").withObject("basePayload").put("chatId", "2");
        again.set("tags", json.createArrayNode().add("second"));

        // When
        Answer cached = create(again);

        // Then
        assertThat(cached.status()).isEqualTo(200);
        assertThat(cached.body().at("/triggerConfig/basePayload/chatId").asText())
                .isEqualTo("2");
        assertThat(cached.body().at("/tags/0").asText()).isEqualTo("first");
    }

    @ParameterizedTest
    @CsvSource({"type,other", "taskIdentifier,other"})
    void point21ACachedCreateWithAnotherTypeOrTaskIsRefused(String member, String value) {
        // Given
        create(wanted("chat-3" + member));

        // When
        HttpResponse<String> refused = post(SESSIONS, wanted("chat-3" + member).put(member, value), Map.of());

        // Then
        assertThat(refused.statusCode()).isEqualTo(409);
    }

    @Test
    void point18AConflictIsMarkedAsFinal() {
        // Given
        create(wanted("chat-4"));
        service.send("POST", SESSIONS + "/chat-4/close", tenant.key(), "");

        // When
        HttpResponse<String> refused = post(SESSIONS, wanted("chat-4"), Map.of());

        // Then
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.headers().firstValue("x-should-retry")).contains("false");
        assertThat(refused.body()).contains("Session is closed; use a different externalId");
    }

    @Test
    void point19ARepeatedRequestWithoutExternalIdFindsTheSameSession() {
        // Given
        ObjectNode unnamed = wanted("x");
        unnamed.remove("externalId");
        Map<String, String> key = Map.of("x-trigger-request-idempotency-key", "0d9c-1");

        // When
        JsonNode first = read(post(SESSIONS, unnamed, key));
        JsonNode again = read(post(SESSIONS, unnamed, key));
        JsonNode other = read(post(SESSIONS, unnamed, Map.of("x-trigger-request-idempotency-key", "0d9c-2")));

        // Then
        assertThat(text(again, "id")).isEqualTo(text(first, "id"));
        assertThat(again.get("isCached").booleanValue()).isTrue();
        assertThat(text(again, "runId")).isEqualTo(text(first, "runId"));
        assertThat(text(other, "id")).isNotEqualTo(text(first, "id"));
    }

    @Test
    void point20ATokenForOneTaskNeverGetsAnotherTasksSession() {
        // Given
        create(wanted("chat-5"));
        String key = service.keyWith(tenant, "[\"write:tasks:other\"]");

        // When
        Answer refused = service.send(
                "POST",
                SESSIONS,
                key,
                wanted("chat-5").put("taskIdentifier", "other").toString());
        Answer forbidden = service.send("POST", SESSIONS, key, wanted("chat-5").toString());

        // Then
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body().has("publicAccessToken")).isFalse();
        assertThat(forbidden.status()).isEqualTo(403);
        JsonNode kept = service.get(SESSIONS + "/chat-5", tenant.key()).body();
        assertThat(kept.at("/triggerConfig/basePayload/chatId").asText()).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void point20ATokenForOneTaskNeverGetsAHarnesssConversation(boolean begun) {
        // Given
        String key = service.keyWith(tenant, "[\"write:tasks:agent\"]");
        String ofHarness = service.keyWith(tenant, "[\"write:tasks:agent\",\"write:tasks:claude\"]");
        ObjectNode wanted = wanted("x").put("harnessId", "claude").put("harnessSessionId", "s-" + begun);
        wanted.remove("externalId");
        if (begun) {
            create(wanted);
        }

        // When
        Answer refused = service.send("POST", SESSIONS, key, wanted.toString());
        Answer allowed = service.send("POST", SESSIONS, ofHarness, wanted.toString());

        // Then
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body().has("publicAccessToken")).isFalse();
        assertThat(allowed.status()).isEqualTo(begun ? 200 : 201);
    }

    @Test
    void aTokenHandsOutNoneThatOutlivesIt() {
        // Given
        create(wanted("chat-short"));
        String token = TestTokens.signed(tenant.key(), environment(), List.of("write:tasks:agent"), 60);

        // When
        JsonNode created = service.send(
                        "POST", SESSIONS, token, wanted("chat-short").toString())
                .body();

        // Then
        String claims = new String(
                Base64.getUrlDecoder().decode(text(created, "publicAccessToken").split("\\.", -1)[1]), UTF_8);
        assertThat(claimOf(claims, "exp")).isLessThanOrEqualTo(Instant.now().getEpochSecond() + 60);
    }

    private long claimOf(String claims, String name) {
        try {
            return json.readTree(claims).get(name).asLong();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void point23WhatWasWrittenIsReadAtOnce() {
        // Given
        String id = text(create(wanted("chat-6")).body(), "id");

        // When
        Answer byName = service.get(SESSIONS + "/chat-6", tenant.key());
        Answer patched =
                service.send("PATCH", SESSIONS + "/" + id, tenant.key(), "{\"tags\":[\"a\"],\"metadata\":{\"n\":1}}");
        Answer cleared = service.send("PATCH", SESSIONS + "/chat-6", tenant.key(), "{\"metadata\":null}");

        // Then
        assertThat(text(byName.body(), "id")).isEqualTo(id);
        assertThat(patched.body().at("/metadata/n").intValue()).isEqualTo(1);
        assertThat(cleared.body().get("metadata").isNull()).isTrue();
        assertThat(cleared.body().at("/tags/0").asText()).isEqualTo("a");
    }

    @Test
    void anExternalIdNeverChanges() {
        // Given
        create(wanted("chat-7"));

        // When
        Answer same = service.send("PATCH", SESSIONS + "/chat-7", tenant.key(), "{\"externalId\":\"chat-7\"}");
        Answer other = service.send("PATCH", SESSIONS + "/chat-7", tenant.key(), "{\"externalId\":\"chat-8\"}");
        Answer none = service.send("PATCH", SESSIONS + "/chat-7", tenant.key(), "{\"externalId\":null}");

        // Then
        assertThat(same.status()).isEqualTo(200);
        assertThat(other.status()).isEqualTo(422);
        assertThat(none.status()).isEqualTo(422);
    }

    @Test
    void anExternalIdMayHoldASlash() {
        // Given
        create(wanted("team/7 ü"));

        // When
        Answer found = service.get(SESSIONS + "/team%2F7%20%C3%BC", tenant.key());

        // Then
        assertThat(found.status()).isEqualTo(200);
        assertThat(text(found.body(), "externalId")).isEqualTo("team/7 ü");
    }

    @Test
    void point24ACloseFencesTheChannelsOfItsSession() {
        // Given
        JsonNode created = create(wanted("chat-24")).body();
        String in = "/v1/sessions/" + text(created, "id") + "/in";
        String token = text(created, "publicAccessToken");
        int before = post(in, token);

        // When
        service.send("POST", SESSIONS + "/chat-24/close", tenant.key(), "");
        HttpResponse<String> read = service.exchange("GET", in, token, "", Map.of());

        // Then
        assertThat(before).isEqualTo(204);
        assertThat(post(in, token)).isEqualTo(409);
        assertThat(post(in, tenant.key())).isEqualTo(409);
        assertThat(read.headers().firstValue("Stream-Closed")).contains("true");
    }

    @Test
    void point26NothingIsMadeOnASessionThatHasOutlivedItsTime() throws SQLException {
        // Given
        String id = text(
                create(wanted("chat-26").put("expiresAt", "2199-01-01T00:00:00.000Z"))
                        .body(),
                "id");
        try (Connection connection = Objects.requireNonNull(space).postgres().connect();
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE sessions SET expires_at = now() - interval '1 s' WHERE org_id = '"
                    + tenant.scope().org() + "'");
        }

        // When / Then: the expiry job need not have come by
        assertThat(post("/v1/sessions/" + id + "/in", tenant.key())).isEqualTo(409);
        assertThat(service.exchange("PUT", "/v1/sessions/" + id + "/channels/x", tenant.key(), "", Map.of())
                        .statusCode())
                .isEqualTo(409);
        assertThat(create(wanted("chat-26")).status()).isEqualTo(409);
    }

    private int post(String path, String credential) {
        return service.exchange("POST", path, credential, "1", Map.of()).statusCode();
    }

    @Test
    void point25ACloseNeedsNoBodyAndIsTheSameAgain() {
        // Given
        create(wanted("chat-9"));

        // When
        Answer closed = service.send("POST", SESSIONS + "/chat-9/close", tenant.key(), "{\"reason\":\"done\"}");
        Answer again = service.send("POST", SESSIONS + "/chat-9/close", tenant.key(), "");

        // Then
        assertThat(closed.status()).isEqualTo(200);
        assertThat(text(closed.body(), "closedReason")).isEqualTo("done");
        assertThat(again.body()).isEqualTo(closed.body());
    }

    static Stream<Route> reads() {
        return Stream.of(Route.values())
                .filter(route -> route.method().equals("GET"))
                .filter(route -> route.need() != Need.OPERATOR && route.need() != Need.KEY)
                .filter(route -> !route.path().startsWith("/realtime/"));
    }

    @ParameterizedTest
    @MethodSource("reads")
    void point27ATokenDoesNotSeeHowRunsAreMade(Route route) {
        // Given
        ObjectNode secret = wanted("chat-10" + route);
        secret.withObject("triggerConfig").withObject("basePayload").put("marker", "for-runs-only");
        JsonNode created = create(secret).body();
        String readsAll = TestTokens.signed(tenant.key(), environment(), List.of("read:sessions"), 60);
        String path = route.path()
                .replace("{session}", text(created, "id"))
                .replace("{channel}", "in")
                .replaceAll("\\{[a-z]+}", "0198a0f0-0000-7000-8000-000000000000");

        for (String token : List.of(text(created, "publicAccessToken"), readsAll)) {
            // When
            HttpResponse<String> seen = service.exchange("GET", path, token, "", Map.of());

            // Then
            assertThat(seen.body()).as(path).doesNotContain("for-runs-only");
        }
    }

    @Test
    void aTokenForOneSessionIsNotToldOfOthers() {
        // Given
        JsonNode created = create(wanted("chat-family")).body();
        String id = text(created, "id");
        JsonNode fork = service.send("POST", "/v1/sessions/" + id + "/fork", tenant.key(), "{}")
                .body()
                .get("session");
        String ofFork = TestTokens.signed(
                tenant.key(), environment(), List.of("read:sessions:" + text(fork, "friendly_id")), 60);

        // When
        Answer parent = service.get("/v1/sessions/" + id, text(created, "publicAccessToken"));
        Answer child = service.get("/v1/sessions/" + text(fork, "friendly_id"), ofFork);
        Answer events = service.get("/v1/sessions/" + text(fork, "id") + "/events", ofFork);
        Answer whole = service.get("/v1/sessions/" + id, tenant.key());
        Answer allEvents = service.get("/v1/sessions/" + text(fork, "id") + "/events", tenant.key());

        // Then
        assertThat(events.body()
                        .at("/items/0/payload/session/parent_session_id")
                        .isNull())
                .isTrue();
        assertThat(allEvents
                        .body()
                        .at("/items/0/payload/session/parent_session_id")
                        .asText())
                .isNotEmpty()
                .isEqualTo(whole.body().at("/session/id").asText());
        assertThat(parent.body().at("/session/children")).isEmpty();
        assertThat(child.body().at("/session/parent_session_id").isNull()).isTrue();
        assertThat(child.body().at("/session/parent").isNull()).isTrue();
        assertThat(whole.body().at("/session/children")).hasSize(1);
        assertThat(whole.body().at("/session/trigger_config/basePayload/chatId").asText())
                .isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aForkUnderANameGoesToItsOwnHarnessAndToNoOther(boolean ingested) throws SQLException {
        // Given: a session of a harness, forked under a name
        String source = text(
                create(wanted("try-1").put("harnessId", "claude").put("harnessSessionId", "s"))
                        .body(),
                "id");
        if (ingested) {
            try (Connection connection =
                            Objects.requireNonNull(space).postgres().connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("UPDATE sessions SET type = 'ingest' WHERE org_id = '"
                        + tenant.scope().org() + "'");
            }
        }
        service.send("POST", "/v1/sessions/" + source + "/fork", tenant.key(), "{\"external_id\":\"try-2\"}");
        ObjectNode another = wanted("try-2").put("harnessId", "support-agent").put("harnessSessionId", "x");
        ObjectNode own = wanted("try-2").put("harnessId", "claude").put("harnessSessionId", "y");

        // When
        Answer refused = create(another);
        Answer first = create(own);
        Answer again = create(own);
        Answer third = create(own.deepCopy().put("harnessSessionId", "z"));

        // Then
        assertThat(refused.status()).isEqualTo(409);
        assertThat(first.status()).isEqualTo(200);
        assertThat(again.status()).isEqualTo(200);
        assertThat(third.status()).isEqualTo(409);
        assertThat(service.get("/v1/sessions?harness_id=claude&harness_session_id=y", tenant.key())
                        .body()
                        .at("/items/0/friendly_id")
                        .asText())
                .isEqualTo(text(first.body(), "id"));
    }

    private String environment() {
        return service.send("POST", "/api/v1/auth/jwt/claims", tenant.key(), "")
                .body()
                .get("sub")
                .asText();
    }

    @Test
    void point28ASessionThatWouldHaveExpiredIsNotMade() {
        // When
        Answer refused = create(wanted("chat-11").put("expiresAt", Instant.now().toEpochMilli() - 1));

        // Then
        assertThat(refused.status()).isEqualTo(422);
        assertThat(service.get(SESSIONS + "/chat-11", tenant.key()).status()).isEqualTo(404);
    }

    @Test
    void theRunThatIsCurrentHandsOverAndNoOther() {
        // Given
        JsonNode created = create(wanted("chat-12")).body();
        String first = text(created, "runId");

        // When
        Answer swapped = handOver("chat-12", first);
        Answer late = handOver("chat-12", first);
        Answer unknown = handOver("chat-12", "run_nobody");

        // Then
        assertThat(swapped.body().get("swapped").booleanValue()).isTrue();
        assertThat(text(swapped.body(), "runId")).isNotEqualTo(first);
        assertThat(late.body().get("swapped").booleanValue()).isFalse();
        assertThat(text(late.body(), "runId")).isEqualTo(text(swapped.body(), "runId"));
        assertThat(unknown.status()).isEqualTo(404);
    }

    @Test
    void ofTwentyConcurrentHandoversOneWins() throws Exception {
        // Given
        String first = text(create(wanted("chat-13")).body(), "runId");
        List<Callable<Answer>> wishes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            wishes.add(() -> handOver("chat-13", first));
        }

        // When
        List<Answer> answers = all(wishes);

        // Then
        assertThat(answers)
                .filteredOn(answer -> answer.body().path("swapped").booleanValue())
                .hasSize(1);
        assertThat(answers)
                .extracting(answer -> text(answer.body(), "runId"))
                .containsOnly(text(answers.getFirst().body(), "runId"));
    }

    @Test
    void aClosedSessionDoesNotGoOn() {
        // Given
        String run = text(create(wanted("chat-14")).body(), "runId");
        service.send("POST", SESSIONS + "/chat-14/close", tenant.key(), "{}");

        // When / Then
        assertThat(handOver("chat-14", run).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"t\",\"taskIdentifier\":\"a\"}",
                "{\"type\":\"\",\"taskIdentifier\":\"a\",\"triggerConfig\":{\"basePayload\":{}}}",
                "{\"type\":\"t\",\"taskIdentifier\":\"a\",\"triggerConfig\":{}}",
                "{\"type\":\"t\",\"taskIdentifier\":\"a\",\"triggerConfig\":{\"basePayload\":{}},\"externalId\":\" session_x\"}",
                "{\"type\":\"t\",\"taskIdentifier\":\"a\",\"triggerConfig\":{\"basePayload\":{}},\"externalId\":\" \"}",
                "{\"type\":\"t\",\"taskIdentifier\":\"a\",\"triggerConfig\":{\"basePayload\":{}},\"metadata\":[]}",
                "{\"type\":\"t\",\"taskIdentifier\":\"a\",\"triggerConfig\":{\"basePayload\":{\"x\":1e9999}}}",
                "{\"type\":\"t\",\"taskIdentifier\":\"a\",\"triggerConfig\":{\"basePayload\":{\"x\":\"\\u0000\"}}}",
                "{\"type\":\"ingest\",\"taskIdentifier\":\"a\",\"triggerConfig\":{\"basePayload\":{}}}",
                "[]"
            })
    void whatBreaksTheSchemaIs400InOneString(String body) {
        // When
        Answer refused = service.send("POST", SESSIONS, tenant.key(), body);

        // Then
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body().get("error").asText()).startsWith("Validation error: ");
        assertThat(refused.body().size()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"''|Request body is empty", "{|Invalid JSON", "null|Invalid JSON", "0|Invalid JSON"})
    void aBodyThatIsNoneIsCalledSo(String body, String error) {
        assertThat(service.send("POST", SESSIONS, tenant.key(), body)
                        .body()
                        .get("error")
                        .asText())
                .isEqualTo(error);
    }

    @Test
    void anUnknownSessionIsNotFoundInTheWordsOfItsRoute() {
        assertThat(error("GET", SESSIONS + "/nobody")).isEqualTo("Not found");
        assertThat(error("PATCH", SESSIONS + "/nobody")).isEqualTo("Session not found");
        assertThat(error("POST", SESSIONS + "/session_nobody/close")).isEqualTo("Session not found");
    }

    @Test
    void waitingInARunIsNotOffered() {
        // When
        HttpResponse<String> refused =
                post("/api/v1/runs/run_1/session-streams/wait", json.createObjectNode(), Map.of());

        // Then
        assertThat(refused.statusCode()).isEqualTo(501);
        assertThat(refused.headers().firstValue("x-should-retry")).contains("false");
    }

    @Test
    void snapshotsAreNotOfferedWithoutAStoreForThem() {
        // Given
        String id = text(create(wanted("chat-without-store")).body(), "id");

        // When
        Answer refused = service.send("GET", SESSIONS + "/" + id + "/snapshot-url", tenant.key(), "");

        // Then
        assertThat(refused.status()).isEqualTo(501);
    }

    @Test
    void aPageOfAnotherOriginReadsAnswersAndErrors() {
        // Given
        Map<String, String> origin = Map.of("Origin", "https://chat.example");

        // When
        HttpResponse<String> refused = service.exchange("GET", SESSIONS + "/x", "", "", origin);
        HttpResponse<String> preflight = service.exchange(
                "OPTIONS",
                SESSIONS + "/x",
                "",
                "",
                Map.of(
                        "Origin", "https://chat.example",
                        "Access-Control-Request-Method", "PATCH",
                        "Access-Control-Request-Headers", "authorization,x-part-id"));

        // Then
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("access-control-allow-origin")).contains("https://chat.example");
        assertThat(refused.headers().firstValue("access-control-expose-headers").orElse(""))
                .contains("x-ratelimit-reset")
                .contains("x-s2-access-token");
        assertThat(preflight.statusCode()).isBetween(200, 204);
        assertThat(preflight
                        .headers()
                        .firstValue("access-control-allow-methods")
                        .orElse(""))
                .contains("PATCH");
        assertThat(preflight.headers().firstValue("access-control-allow-headers"))
                .contains("authorization,x-part-id");
        assertThat(preflight.headers().firstValue("access-control-max-age")).contains("300");
    }

    private String error(String method, String path) {
        Answer answer = service.send(method, path, tenant.key(), method.equals("PATCH") ? "{}" : "");
        assertThat(answer.status()).isEqualTo(404);
        return text(answer.body(), "error");
    }

    private Answer handOver(String session, String run) {
        String body = json.createObjectNode()
                .put("callingRunId", run)
                .put("reason", "upgrade")
                .toString();
        return service.send("POST", SESSIONS + "/" + session + "/end-and-continue", tenant.key(), body);
    }

    private Answer create(JsonNode wanted) {
        return service.send("POST", SESSIONS, tenant.key(), wanted.toString());
    }

    private HttpResponse<String> post(String path, JsonNode body, Map<String, String> headers) {
        return service.exchange("POST", path, tenant.key(), body.toString(), headers);
    }

    private JsonNode read(HttpResponse<String> response) {
        try {
            return json.readTree(response.body());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private ObjectNode wanted(String externalId) {
        ObjectNode wanted = json.createObjectNode();
        wanted.put("type", "chat.agent").put("externalId", externalId).put("taskIdentifier", "agent");
        wanted.putObject("triggerConfig").putObject("basePayload").put("chatId", "1");
        return wanted;
    }

    private static String text(JsonNode node, String member) {
        return node.path(member).asText();
    }

    private static <T> List<T> all(List<Callable<T>> calls) throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(calls)) {
                results.add(future.get());
            }
            return results;
        }
    }
}
