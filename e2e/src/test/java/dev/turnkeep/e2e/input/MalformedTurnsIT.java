package dev.turnkeep.e2e.input;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.e2e.system.Answer;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.ServiceLog;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turn;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Turns that must be refused, alone and among others. */
@WithTurnkeep
@TestInstance(Lifecycle.PER_CLASS)
class MalformedTurnsIT {
    private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");
    private static final Map<String, String> LINES = Map.of("Content-Type", "application/x-ndjson");

    private final Turnkeep turnkeep;
    private final Tenant tenant;
    private final ServiceLog log;

    MalformedTurnsIT(Turnkeep turnkeep) {
        this.turnkeep = turnkeep;
        this.tenant = turnkeep.tenant("malformed turns");
        this.log = turnkeep.logFromNow();
    }

    @AfterAll
    void leavesNeitherErrorsNorContentInTheLogs() {
        assertThat(log.errors()).isEmpty();
        assertThat(log.text()).doesNotContain(BadTurn.SECRET);
    }

    static List<BadTurn> badTurns() {
        return BadTurn.all();
    }

    static List<BadTurn> badValues() {
        return BadTurn.all().stream().filter(BadTurn::isValue).toList();
    }

    @ParameterizedTest
    @MethodSource("badTurns")
    void refusesATurnAndSaysWhatAndWhere(BadTurn bad) {
        // When
        Answer answer = tenant.ingest().send("POST", "/v1/ingest", bad.json(), JSON);

        // Then
        Problems.assertProblem(answer, bad.status(), bad.code(), bad.field());
    }

    @ParameterizedTest
    @MethodSource("badTurns")
    void refusesALineOfABatchAndKeepsItsNeighbours(BadTurn bad) {
        // When
        Answer answer = postBetweenGoodOnes(bad, "", "\n", "\n", LINES);

        // Then
        assertRefusedBetweenGoodOnes(answer, bad);
    }

    @ParameterizedTest
    @MethodSource("badValues")
    void refusesAnElementOfABatchAndKeepsItsNeighbours(BadTurn bad) {
        // When
        Answer answer = postBetweenGoodOnes(bad, "{\"turns\":[", ",", "]}", JSON);

        // Then
        assertRefusedBetweenGoodOnes(answer, bad);
    }

    private Answer postBetweenGoodOnes(
            BadTurn bad, String start, String between, String end, Map<String, String> headers) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(utf8(start + good(bad.name() + " before") + between));
        body.writeBytes(bad.json());
        body.writeBytes(utf8(between + good(bad.name() + " after") + end));
        return tenant.ingest().send("POST", "/v1/ingest/batch", body.toByteArray(), headers);
    }

    private void assertRefusedBetweenGoodOnes(Answer answer, BadTurn bad) {
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(202);
        assertThat(answer.body().path("accepted").asInt()).isEqualTo(2);
        assertThat(answer.body().path("rejected").asInt()).isEqualTo(1);
        JsonNode error = answer.body().path("errors").path(0);
        assertThat(error.path("index").asInt()).isEqualTo(1);
        assertThat(error.path("code").asText()).isEqualTo(bad.code());
        assertThat(error.path("field").asText()).isEqualTo(bad.field());
        assertThat(error.path("detail").asText()).isNotBlank().doesNotContain(BadTurn.SECRET);
        tenant.session(Turn.HARNESS, bad.name() + " before", 1);
        tenant.session(Turn.HARNESS, bad.name() + " after", 1);
    }

    private static String good(String session) {
        return Turn.in(session).json().toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../etc/passwd",
                "%00%2e%2e%2f",
                "'; DROP TABLE sessions; --",
                "\" OR \"\"=\"",
                "line\r\nX-Injected: yes\r\n\r\n",
                "7:netstring,",
                "a:b/c|d",
                "${jndi:ldap://x}",
                "<script>alert(1)</script>",
                "\u202eright to left\u2066",
                "\ud83c\udf45 tomato",
                "\u0001\u001b[31m"
            })
    void keepsStrangeTextsAsTheyAre(String text) {
        // Given
        JsonNode turn = Turn.in(text)
                .harness("h " + text)
                .session("name", text)
                .session("cwd", text)
                .session("auth_subject", text)
                .request(text)
                .says(text, text)
                .json();

        // When
        String id = tenant.post(turn);

        // Then
        JsonNode session = tenant.session("h " + text, text, 1);
        assertThat(session.path("harness_session_id").asText()).isEqualTo(text);
        assertThat(session.path("name").asText()).isEqualTo(text);
        assertThat(session.path("cwd").asText()).isEqualTo(text);
        assertThat(session.path("auth_subject").asText()).isEqualTo(text);
        assertThat(tenant.sessions().get("/v1/turns/" + id).text("/turn/request_id"))
                .isEqualTo(text);
        assertThat(tenant.items(session.path("id").asText(), "messages")
                        .getLast()
                        .at("/content"))
                .isEqualTo(turn.at("/request/messages/0/content"));
    }

    @Test
    void replacesWhatNoStoreCanHoldInLabelsAndKeepsItInContent() {
        // Given
        String json = Turn.in("unstorable")
                .session("name", "a@b")
                .with(
                        "/session",
                        "harness_metadata",
                        Http.JSON.createObjectNode().put("k", "v@"))
                .says("Say @", "Fine @")
                .json()
                .toString()
                .replace("@", "\\u0000\\ud800");

        // When
        tenant.ingest().post("/v1/ingest", "application/json", json).expecting(202);

        // Then
        JsonNode session = tenant.session(Turn.HARNESS, "unstorable", 1);
        assertThat(session.path("name").asText()).isEqualTo("a\ufffd\ufffdb");
        assertThat(session.at("/harness_metadata/k").asText()).isEqualTo("v\ufffd\ufffd");
        List<JsonNode> messages = tenant.items(session.path("id").asText(), "messages");
        assertThat(messages.getLast().path("content").asText()).isEqualTo("Say \0\ud800");
    }

    @Test
    void keepsEveryRefusedTurnThatItCouldReadAsADeadLetter() {
        // Given
        long before = turnkeep.turnLog().deadLetters();
        List<BadTurn> unprocessable =
                BadTurn.all().stream().filter(bad -> bad.status() == 422).toList();

        // When
        List<Integer> statuses = new ArrayList<>();
        for (BadTurn bad : unprocessable) {
            statuses.add(
                    tenant.ingest().send("POST", "/v1/ingest", bad.json(), JSON).status());
        }

        // Then
        assertThat(statuses).containsOnly(422);
        assertThat(turnkeep.turnLog().deadLetters() - before).isEqualTo(unprocessable.size());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
