package dev.turnkeep.session.turn;

import static dev.turnkeep.session.turn.SampleTurn.said;
import static dev.turnkeep.session.turn.ServiceOnTest.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.session.turn.ServiceOnTest.Answer;
import dev.turnkeep.session.turn.ServiceOnTest.Tenant;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The running service between the turns topic and its API. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(TurnsConsumerIT.Keys.class)
public class TurnsConsumerIT {
    /** Credentials and free ports. */
    public static final class Keys implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "turnkeep.admin.key", ServiceOnTest.ADMIN_KEY,
                    "turnkeep.master.key", ServiceOnTest.MASTER_KEY,
                    "turnkeep.kafka.topic-partitions", "4",
                    "turnkeep.session.turns.watermark-margin", "0s",
                    "quarkus.http.test-port", "0",
                    "quarkus.management.test-port", "0");
        }
    }

    @Nullable
    TestSpace space;

    @ConfigProperty(name = "quarkus.http.port")
    int port;

    private ServiceOnTest service;
    private Tenant tenant;

    @BeforeEach
    void open() {
        service = new ServiceOnTest(space(), port);
        tenant = service.tenant();
    }

    @AfterEach
    void close() {
        service.close();
    }

    @Test
    void turnsOnTheTopicBecomeASessionWithItsConversation() {
        // Given
        Instant now = Instant.now();
        SampleTurn first = SampleTurn.in(tenant.scope(), "s-1", "r-1").at(now);
        List<dev.turnkeep.contracts.merkle.Message> more = new ArrayList<>(first.messages());
        more.add(said("user", "and then?", "and then?"));
        more.add(said("assistant", "the end", "the end"));

        // When
        service.publish(
                first,
                SampleTurn.in(tenant.scope(), "s-1", "r-2")
                        .at(now.plusSeconds(1))
                        .saying(more));
        JsonNode session = session("s-1", 2);

        // Then
        assertThat(session.get("input_tokens").asLong()).isEqualTo(200);
        assertThat(session.get("state").asText()).isEqualTo("open");
        assertThat(session.get("started_at").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");
        String id = session.get("friendly_id").asText();
        JsonNode messages = items("/v1/sessions/" + id + "/messages");
        assertThat(texts(messages, "content")).containsExactly("the end", "and then?", "answer r-1", "question r-1");
        assertThat(messages.get(0).get("parent_hash")).isEqualTo(messages.get(1).get("hash"));
        JsonNode turns = items("/v1/sessions/" + id + "/turns");
        assertThat(texts(turns, "request_id")).containsExactly("r-1", "r-2");
        assertThat(texts(items("/v1/sessions/" + id + "/events"), "type")).containsExactly("session.started");
        Answer turn = service.get("/v1/turns/" + turns.get(1).get("turn_id").asText(), tenant.key());
        assertThat(turn.body().get("turn").get("seq").asLong()).isEqualTo(2);
        Answer detail = service.get("/v1/sessions/" + session.get("id").asText(), tenant.key());
        assertThat(detail.body().get("session").get("children").isEmpty()).isTrue();
    }

    @Test
    void aCostIsExplainedAndJobsFindNothingToDo() throws SQLException {
        // Given
        Instant now = Instant.now();
        service.publish(
                SampleTurn.in(tenant.scope(), "s-cost", "r-1").at(now),
                SampleTurn.in(tenant.scope(), "s-cost", "r-2")
                        .at(now.plusSeconds(1))
                        .onThread("t-1")
                        .ofModel("no-such-model"));
        JsonNode session = session("s-cost", 2);
        String id = session.get("friendly_id").asText();
        JsonNode turns = items("/v1/sessions/" + id + "/turns");

        // When
        JsonNode priced = explained(turns.get(0).get("turn_id").asText());
        JsonNode unpriced = explained(turns.get(1).get("turn_id").asText());

        // Then
        long cost = turns.get(0).get("cost_nano_usd").asLong();
        assertThat(cost).isPositive();
        assertThat(session.get("cost_nano_usd").asLong()).isEqualTo(cost);
        assertThat(session.get("unpriced_turns").asInt()).isOne();
        assertThat(session.get("model_usage").get(0).get("cost_nano_usd").asLong())
                .isEqualTo(cost);
        assertThat(priced.get("exact_nano_usd").asLong()).isEqualTo(cost);
        assertThat(priced.get("price_changed").asBoolean()).isFalse();
        assertThat(unpriced.get("why").asText()).isEqualTo("no_price");
        assertThat(priced.get("price").get("ref")).isEqualTo(turns.get(0).get("price_ref"));
        assertThat(priced.get("now").get("cost_nano_usd").asLong()).isEqualTo(cost);
        assertThat(texts(priced.get("lines"), "rate")).contains("input_mtok", "cache_read_mtok", "output_mtok");
        assertThat(unpriced.get("cost_nano_usd").isNull()).isTrue();
        assertThat(unpriced.get("reason").asText()).isEqualTo("no price is known for this provider and model");
        assertThat(texts(items("/v1/sessions/" + id + "/threads"), "thread_id")).containsExactly("t-1");
        Map<String, Integer> repriced = job("reprice", "\"from\":\"2020-01-01\",\"until\":\"2100-01-01\"");
        assertThat(repriced).containsEntry("turns", 0);
        assertThat(Objects.requireNonNull(repriced.get("looked_at"))).isGreaterThanOrEqualTo(2);
        Map<String, Integer> rederived =
                job("rederive", "\"org_id\":\"" + tenant.scope().org() + "\"");
        assertThat(rederived).containsEntry("sessions", 0);
        assertThat(Objects.requireNonNull(rederived.get("known"))).isGreaterThanOrEqualTo(2);
        assertThat(service.send("POST", "/v1/admin/reprice", tenant.key(), "{}").status())
                .isEqualTo(401);
        try (Connection connection = space().postgres().connect();
                Statement statement = connection.createStatement()) {
            // As where one name was once used for two prices.
            statement.execute(
                    "INSERT INTO prices (ref, source, version, provider, model, rates) "
                            + "VALUES ('own@1:anthropic/m', 'own', '1', 'anthropic', 'm', '{\"input_mtok\":1,\"output_mtok\":1}')");
            statement.execute("UPDATE turns SET price_ref = 'own@1:anthropic/m' WHERE turn_id = '"
                    + turns.get(0).get("turn_id").asText() + "'");
        }
        JsonNode other = explained(turns.get(0).get("turn_id").asText());
        assertThat(other.get("price_changed").asBoolean()).isTrue();
        assertThat(other.get("cost_nano_usd").asLong()).isEqualTo(cost);
    }

    @Test
    void whatPostgresLostIsStoredFromTheTopic() throws SQLException {
        // Given
        Instant now = Instant.now();
        service.publish(
                SampleTurn.in(tenant.scope(), "s-lost", "r-1").at(now),
                SampleTurn.in(tenant.scope(), "s-lost", "r-2").at(now.plusSeconds(1)));
        JsonNode whole = session("s-lost", 2);
        try (Connection connection = space().postgres().connect();
                Statement statement = connection.createStatement()) {
            // As a restore to an earlier time would.
            for (String table : List.of("turns", "session_events", "sessions")) {
                String lost = "DELETE FROM " + table + " WHERE org_id = '"
                        + tenant.scope().org() + "'";
                assertThat(statement.executeUpdate(lost)).isPositive();
            }
        }

        // When
        Map<String, Integer> rederived =
                job("rederive", "\"org_id\":\"" + tenant.scope().org() + "\"");

        // Then
        assertThat(rederived).containsEntry("stored", 2);
        JsonNode session = session("s-lost", 2);
        assertThat(session.get("id")).isNotEqualTo(whole.get("id"));
        assertThat(session.get("turn_count").asInt()).isEqualTo(2);
        assertThat(session.get("cost_nano_usd")).isEqualTo(whole.get("cost_nano_usd"));
        assertThat(texts(items("/v1/sessions/" + session.get("id").asText() + "/turns"), "request_id"))
                .containsExactlyInAnyOrder("r-1", "r-2");
    }

    private JsonNode explained(String turn) {
        return service.get("/v1/prices/explain?turn_id=" + turn, tenant.key())
                .body()
                .get("explanation");
    }

    /** Step by step to the end; the counts of all steps. */
    private Map<String, Integer> job(String name, String members) {
        Map<String, Integer> counts = new HashMap<>();
        String cursor = "";
        while (true) {
            Answer step =
                    service.send("POST", "/v1/admin/" + name, ServiceOnTest.ADMIN_KEY, "{" + members + cursor + "}");
            assertThat(step.status()).as(step.body().toString()).isEqualTo(200);
            step.body()
                    .get("counts")
                    .properties()
                    .forEach(e -> counts.merge(e.getKey(), e.getValue().asInt(), Integer::sum));
            if (step.body().get("done").asBoolean()) {
                return counts;
            }
            cursor = ",\"cursor\":\"" + step.body().get("cursor").asText() + "\"";
        }
    }

    @Test
    void listsArePagedToTheEnd() {
        // Given
        Instant now = Instant.now();
        List<dev.turnkeep.contracts.merkle.Message> talk = new ArrayList<>();
        List<SampleTurn> turns = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            talk.add(said("user", "q" + i, "q" + i));
            talk.add(said("assistant", "a" + i, "a" + i));
            turns.add(SampleTurn.in(tenant.scope(), "s-p", "r-" + i)
                    .at(now.plusSeconds(i))
                    .saying(List.copyOf(talk)));
        }

        // When
        service.publish(turns.toArray(SampleTurn[]::new));
        String id = session("s-p", 7).get("id").asText();

        // Then
        assertThat(pages("/v1/sessions/" + id + "/turns", "request_id"))
                .containsExactly("r-0", "r-1", "r-2", "r-3", "r-4", "r-5", "r-6");
        assertThat(pages("/v1/sessions/" + id + "/messages", "content"))
                .hasSize(14)
                .startsWith("a6", "q6")
                .endsWith("a0", "q0");
    }

    @Test
    void whatIsNotATurnGoesToTheDeadLettersAndItsNeighboursLand() {
        // Given
        byte[] key =
                SampleTurn.in(tenant.scope(), "s-2", "r").address().encoded().getBytes(StandardCharsets.UTF_8);

        // When
        service.publish(SampleTurn.in(tenant.scope(), "s-2", "r-1").at(Instant.now()));
        service.publish(key, "no turn at all".getBytes(StandardCharsets.UTF_8));
        service.publish(key, "{\"schema\":\"turnkeep.turn.v9\"}".getBytes(StandardCharsets.UTF_8));
        service.publish(SampleTurn.in(tenant.scope(), "s-2", "r-2").at(Instant.now()));

        // Then
        session("s-2", 2);
        List<Map<String, String>> letters = deadLetters(key, 2);
        assertThat(letters).extracting(l -> l.get("code")).containsOnly("unreadable_record");
        assertThat(letters).extracting(l -> l.get("value")).contains("no turn at all");
        assertThat(letters).allSatisfy(l -> assertThat(l)
                .containsKeys("source-topic", "source-partition", "source-offset", "append-time", "stage", "detail"));
    }

    @Test
    void aPoisonTurnIsFoundByBisectingAndItsNeighboursLand() {
        // Given
        Instant now = Instant.now();
        List<SampleTurn> turns = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            turns.add(SampleTurn.in(tenant.scope(), "s-3", "r-" + i).at(now.plusMillis(i)));
        }
        // Postgres cannot store a NUL in text: ingest never lets one through, but the topic is open to others.
        SampleTurn poison = SampleTurn.in(tenant.scope(), "s-3", "bad\0request")
                .saying(List.of(said("assistant", "words", "words")))
                .at(now);

        // When
        service.publish(turns.subList(0, 20).toArray(SampleTurn[]::new));
        service.publish(poison);
        service.publish(turns.subList(20, 40).toArray(SampleTurn[]::new));

        // Then
        session("s-3", 40);
        byte[] key = poison.address().encoded().getBytes(StandardCharsets.UTF_8);
        assertThat(deadLetters(key, 1)).extracting(l -> l.get("code")).containsExactly("poison");
    }

    @Test
    void aConflictIsKeptOnTheDeadLetterTopic() {
        // Given
        SampleTurn turn = SampleTurn.in(tenant.scope(), "s-4", "r-1").at(Instant.now());
        service.publish(turn);
        session("s-4", 1);

        // When
        service.publish(turn.saying(List.of(said("assistant", "something else", "something else"))));

        // Then
        byte[] key = turn.address().encoded().getBytes(StandardCharsets.UTF_8);
        assertThat(deadLetters(key, 1)).extracting(l -> l.get("code")).containsExactly("turn_conflict");
    }

    @Test
    void anotherTenantSeesNothing() {
        // Given
        Tenant other = service.tenant();
        Instant now = Instant.now();
        service.publish(
                SampleTurn.in(tenant.scope(), "s-5", "r-1").at(now),
                SampleTurn.in(other.scope(), "s-5", "r-1").at(now),
                SampleTurn.ofActor(tenant.scope(), "ann", "r-2").at(now));
        JsonNode mine = session("s-5", 1);
        String id = mine.get("id").asText();
        String turn =
                items("/v1/sessions/" + id + "/turns").get(0).get("turn_id").asText();
        until(
                "ann's session",
                () -> service.get("/v1/actors/claude/ann/session", tenant.key()).status() == 200);

        // Then
        for (String path : List.of(
                "/v1/sessions/" + id,
                "/v1/sessions/" + mine.get("friendly_id").asText(),
                "/v1/sessions/" + id + "/turns",
                "/v1/sessions/" + id + "/messages",
                "/v1/sessions/" + id + "/events",
                "/v1/turns/" + turn,
                "/v1/actors/claude/ann/session")) {
            assertThat(service.get(path, tenant.key()).status()).as(path).isEqualTo(200);
            assertThat(service.get(path, other.key()).status()).as(path).isEqualTo(404);
            assertThat(service.get(path, "").status()).as(path).isEqualTo(401);
            assertThat(service.get(path, "tk_test_wrong").status()).as(path).isEqualTo(401);
        }
        Answer theirs = service.get("/v1/sessions?harness_id=claude&harness_session_id=s-5", other.key());
        assertThat(theirs.body().get("items")).hasSize(1);
        assertThat(theirs.body().get("items").get(0).get("id").asText()).isNotEqualTo(id);
    }

    @Test
    void malformedReadsGetAClearProblem() {
        Map<String, Integer> expected = new HashMap<>();
        expected.put("/v1/sessions?harness_id=claude", 400);
        expected.put("/v1/sessions?harness_id=&harness_session_id=x", 400);
        expected.put("/v1/sessions?harness_id=claude&harness_session_id=%00", 422);
        expected.put("/v1/sessions?harness_id=claude&harness_session_id=" + "x".repeat(257), 422);
        expected.put("/v1/sessions?harness_id=claude&harness_session_id=x&include=all", 400);
        expected.put("/v1/sessions/nothing", 404);
        expected.put("/v1/sessions/session_01234567890123456789012345", 404);
        expected.put("/v1/sessions/00000000-0000-7000-8000-000000000000/turns?limit=0", 400);
        expected.put("/v1/sessions/00000000-0000-7000-8000-000000000000/turns?limit=x", 400);
        expected.put("/v1/sessions/00000000-0000-7000-8000-000000000000/turns?cursor=!!", 400);
        expected.put("/v1/sessions/00000000-0000-7000-8000-000000000000/messages?cursor=MTIz", 400);
        expected.put("/v1/sessions/00000000-0000-7000-8000-000000000000/messages?turn=x", 422);
        expected.put("/v1/turns/x", 422);
        expected.put("/v1/turns/00000000-0000-7000-8000-000000000000", 404);
        expected.put("/v1/nothing", 404);

        expected.forEach((path, status) -> {
            // When
            Answer answer = service.get(path, tenant.key());

            // Then
            assertThat(answer.status()).as(path).isEqualTo(status);
            assertThat(answer.body().get("status").asInt()).as(path).isEqualTo(status);
            assertThat(answer.body().get("code").asText()).as(path).isNotEmpty();
            assertThat(answer.body().get("error").asText()).as(path).isNotEmpty();
        });
    }

    @Test
    void administrationIsTheOperatorsAlone() {
        assertThat(service.send("POST", "/v1/admin/orgs", tenant.key(), "{\"name\":\"x\"}")
                        .status())
                .isEqualTo(401);
        assertThat(service.send("POST", "/v1/admin/orgs", "", "{\"name\":\"x\"}")
                        .status())
                .isEqualTo(401);
        assertThat(service.send("POST", "/v1/admin/orgs", ServiceOnTest.ADMIN_KEY, "{\"name\":\"\"}")
                        .status())
                .isEqualTo(422);
        assertThat(service.send("POST", "/v1/admin/orgs", ServiceOnTest.ADMIN_KEY, "{\"name\":")
                        .status())
                .isEqualTo(400);
        assertThat(service.send(
                                "POST",
                                "/v1/admin/keys",
                                ServiceOnTest.ADMIN_KEY,
                                "{\"org_id\":\"%s\",\"environment\":\"Not Valid\"}"
                                        .formatted(tenant.scope().org()))
                        .status())
                .isEqualTo(422);
        assertThat(service.send(
                                "POST",
                                "/v1/admin/keys",
                                ServiceOnTest.ADMIN_KEY,
                                "{\"org_id\":\"00000000-0000-7000-8000-000000000000\",\"environment\":\"test\"}")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void aRevokedKeyStopsWorking() {
        // Given
        Answer made = service.send(
                "POST",
                "/v1/admin/keys",
                ServiceOnTest.ADMIN_KEY,
                "{\"org_id\":\"%s\",\"environment\":\"test\",\"scopes\":[\"read\"]}"
                        .formatted(tenant.scope().org()));
        String key = made.body().get("key").asText();
        String path = "/v1/sessions?harness_id=claude&harness_session_id=none";
        assertThat(service.get(path, key).status()).isEqualTo(200);

        // When
        Answer revoked = service.send(
                "DELETE", "/v1/admin/keys/" + made.body().get("key_id").asText(), ServiceOnTest.ADMIN_KEY, "");

        // Then
        assertThat(revoked.status()).isEqualTo(204);
        until("the key to be refused", () -> service.get(path, key).status() == 401);
    }

    @Test
    void anEnvironmentHasItsOwnIdleTimeout() {
        // Given
        String path =
                "/v1/admin/orgs/%s/environments/test".formatted(tenant.scope().org());
        Answer set = service.send(
                "PUT",
                path,
                ServiceOnTest.ADMIN_KEY,
                "{\"idle_timeout\":\"PT10M\",\"harness_idle_timeouts\":{\"claude\":\"PT1M\"}}");
        Instant now = Instant.now().minus(Duration.ofMinutes(5));

        // When
        service.publish(
                SampleTurn.ofActor(tenant.scope(), "ann", "r-1").at(now),
                SampleTurn.ofActor(tenant.scope(), "ann", "r-2").at(now.plusSeconds(61)),
                SampleTurn.ofActor(tenant.scope(), "bob", "r-3")
                        .harness("other")
                        .at(now),
                SampleTurn.ofActor(tenant.scope(), "bob", "r-4")
                        .harness("other")
                        .at(now.plusSeconds(61)));

        // Then
        assertThat(set.status()).isEqualTo(200);
        until("ann's second session", () -> turnsOf("/v1/actors/claude/ann/session", "r-2") == 1);
        until("bob's only session", () -> turnsOf("/v1/actors/other/bob/session", "r-4") == 2);
    }

    private TestSpace space() {
        return Objects.requireNonNull(space);
    }

    private int turnsOf(String path, String lastRequest) {
        Answer session = service.get(path, tenant.key());
        if (session.status() != 200) {
            return 0;
        }
        JsonNode turns =
                items("/v1/sessions/" + session.body().get("session").get("id").asText() + "/turns");
        List<String> requests = texts(turns, "request_id");
        return requests.contains(lastRequest) ? requests.size() : 0;
    }

    private JsonNode session(String harnessSession, long turns) {
        String path = "/v1/sessions?harness_id=claude&harness_session_id=" + harnessSession;
        until(harnessSession + " to have " + turns + " turns", () -> {
            JsonNode items = service.get(path, tenant.key()).body().get("items");
            return !items.isEmpty() && items.get(0).get("turn_count").asLong() == turns;
        });
        return items(path).get(0);
    }

    private JsonNode items(String path) {
        return service.get(path, tenant.key()).body().get("items");
    }

    private static List<String> texts(JsonNode items, String member) {
        List<String> texts = new ArrayList<>();
        items.forEach(item -> texts.add(item.get(member).asText()));
        return texts;
    }

    private List<String> pages(String path, String member) {
        List<String> values = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page =
                    service.get(path + "?limit=3" + cursor, tenant.key()).body();
            values.addAll(texts(page.get("items"), member));
            cursor = page.has("next_cursor")
                    ? "&cursor=" + page.get("next_cursor").asText()
                    : "";
        } while (!cursor.isEmpty());
        return values;
    }

    /** The headers and values of the dead letters with a key, once there are so many. */
    private List<Map<String, String>> deadLetters(byte[] key, int count) {
        List<Map<String, String>> letters = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", space().kafkaBootstrap()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(space().topicPrefix() + "turns.dlq.v1").stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            until("dead letters", () -> {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    if (java.util.Arrays.equals(key, record.key())) {
                        Map<String, String> letter = new HashMap<>();
                        record.headers()
                                .forEach(h -> letter.put(h.key(), new String(h.value(), StandardCharsets.UTF_8)));
                        letter.put("value", new String(record.value(), StandardCharsets.UTF_8));
                        letters.add(letter);
                    }
                }
                return letters.size() >= count;
            });
        }
        return letters;
    }
}
