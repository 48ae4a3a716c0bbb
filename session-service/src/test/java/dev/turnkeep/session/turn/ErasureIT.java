package dev.turnkeep.session.turn;

import static dev.turnkeep.session.turn.SampleTurn.said;
import static dev.turnkeep.session.turn.ServiceOnTest.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.merkle.Message;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.session.turn.ServiceOnTest.Answer;
import dev.turnkeep.session.turn.ServiceOnTest.Tenant;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions that are erased by the running service, and what turn transactions make of their turns afterwards. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(TurnsConsumerIT.Keys.class)
class ErasureIT {
    @Nullable
    TestSpace space;

    @ConfigProperty(name = "quarkus.http.port")
    int port;

    private ServiceOnTest service;
    private TurnDatabase database;
    private Tenant tenant;
    private Scope scope;

    @BeforeEach
    void open() {
        service = new ServiceOnTest(Objects.requireNonNull(space), port);
        database = new TurnDatabase(space);
        tenant = service.tenant();
        scope = tenant.scope();
    }

    @AfterEach
    void close() {
        database.close();
        service.close();
    }

    @Test
    void aSessionGoesWithAllThatIsOnlyItsOwn() {
        // Given
        database.store(SampleTurn.in(scope, "s-1", "r-1"), SampleTurn.in(scope, "s-1", "r-2"));
        String session = id("s-1");

        // When
        int erased = erase(session);

        // Then
        assertThat(erased).isEqualTo(204);
        assertThat(service.get("/v1/sessions/" + session, tenant.key()).status())
                .isEqualTo(404);
        assertThat(erase(session)).isEqualTo(404);
        until("what only it named is gone", () -> count("blobs") == 0);
        for (String table : List.of("sessions", "turns", "nodes", "node_variants", "session_threads")) {
            assertThat(count(table)).as(table).isZero();
        }
        assertThat(database.rows("SELECT type FROM session_events WHERE org_id = '%s'".formatted(scope.org())))
                .containsExactly("session.deleted");
    }

    @Test
    void aForkKeepsTheConversationThatItGoesOnFrom() {
        // Given
        List<Message> shared = List.of(said("user", "hello", "hello"), said("assistant", "hi", "hi"));
        List<Message> longer = new ArrayList<>(shared);
        longer.add(said("user", "more", "more"));
        longer.add(said("assistant", "well", "well"));
        database.store(SampleTurn.in(scope, "parent", "r-1").saying(shared));
        database.store(SampleTurn.in(scope, "parent", "r-2")
                .saying(List.of(said("user", "secret", "secret"), said("assistant", "mine", "mine"))));
        database.store(
                SampleTurn.in(scope, "child", "r-3").forkOf(null, "parent").saying(longer));

        // When
        erase(id("parent"));

        // Then
        assertThat(contents("child")).containsExactly("well", "more", "hi", "hello");
        assertThat(count("nodes")).isEqualTo(4);
        assertThat(count("blobs")).isEqualTo(3);
        JsonNode child =
                service.get("/v1/sessions/" + id("child"), tenant.key()).body().get("session");
        assertThat(child.get("parent_session_id").isNull()).isTrue();
    }

    @Test
    void aSharedMessageGoesOnInTheWordsOfWhoStillHasIt() {
        // Given
        Message answer = said("assistant", "hi", "hi");
        database.store(
                SampleTurn.in(scope, "one", "r-1").saying(List.of(said("user", "hello <one>", "hello"), answer)));
        database.store(
                SampleTurn.in(scope, "two", "r-2").saying(List.of(said("user", "hello <two>", "hello"), answer)));
        database.store(
                SampleTurn.in(scope, "three", "r-3").saying(List.of(said("user", "hello <three>", "hello"), answer)));

        // When
        erase(id("one"));

        // Then
        assertThat(contents("two")).containsExactly("hi", "hello <two>");
        assertThat(contents("three")).containsExactly("hi", "hello <three>");
        assertThat(database.rows(
                        "SELECT content::text FROM nodes WHERE org_id = '%s' AND role = 'user'".formatted(scope.org())))
                .singleElement()
                .asString()
                .doesNotContain("<one>");
    }

    @Test
    void anErasureWaitsForNoTurnThatUsesWhatOthersUseToo() throws SQLException {
        // Given: both sessions have the same prompt and tools, and a turn of the other one is being stored
        database.store(SampleTurn.in(scope, "one", "r-1"));
        database.store(SampleTurn.in(scope, "two", "r-2"));
        try (Connection turn = Objects.requireNonNull(space).postgres().connect()) {
            turn.setAutoCommit(false);
            try (var statement = turn.createStatement()) {
                statement.execute("SELECT 1 FROM blobs WHERE org_id = '%s' FOR KEY SHARE".formatted(scope.org()));
            }

            // When
            int erased = erase(id("one"));

            // Then
            assertThat(erased).isEqualTo(204);
            until("what nobody names any more is looked for", () -> count("erased_blobs") == 0);
            turn.rollback();
        }
        assertThat(count("blobs")).isEqualTo(3);

        // When
        erase(id("two"));

        // Then
        until("no blob is left", () -> count("blobs") == 0);
    }

    @Test
    void aMessageThatOthersSentInTheSameWordsStaysAsItIs() {
        // Given
        List<Message> words = List.of(said("user", "hello <us>", "hello"), said("assistant", "hi", "hi"));
        database.store(SampleTurn.in(scope, "one", "r-1").saying(words));
        database.store(SampleTurn.in(scope, "two", "r-2").saying(words));
        database.store(SampleTurn.in(scope, "three", "r-3")
                .saying(List.of(said("user", "hello <me>", "hello"), said("assistant", "hi", "hi"))));

        // When
        erase(id("one"));

        // Then
        assertThat(contents("two")).containsExactly("hi", "hello <us>");
        assertThat(contents("three")).containsExactly("hi", "hello <me>");
    }

    @Test
    void turnsThatComeAgainAfterAnErasureStayOut() {
        // Given
        SampleTurn turn = SampleTurn.in(scope, "s-2", "r-1");
        database.store(turn);
        erase(id("s-2"));

        // When
        Outcome replayed = database.store(turn);
        Outcome sentAgain = database.store(turn.receivedAt(Instant.now().plus(Duration.ofMinutes(1))));

        // Then
        assertThat(replayed.stored() + sentAgain.stored()).isZero();
        assertThat(replayed.refused()).isEmpty();
        assertThat(count("sessions")).isZero();
    }

    @Test
    void aTurnThatWasQueuedWhenItsSessionWasErasedStaysOutAndALaterOneBeginsANewSession() {
        // Given
        database.store(SampleTurn.in(scope, "s-3", "r-1"));
        erase(id("s-3"));

        // When
        Outcome queued = database.store(SampleTurn.in(scope, "s-3", "r-2"));
        Outcome later = database.store(
                SampleTurn.in(scope, "s-3", "r-3").at(Instant.now().plus(Duration.ofMinutes(1))));

        // Then
        assertThat(queued.stored()).isZero();
        assertThat(later.stored()).isEqualTo(1);
        assertThat(count("turns")).isEqualTo(1);
    }

    @Test
    void aDeadLetterOfAnErasedSessionThatIsPutBackStaysOut() {
        // Given
        database.store(SampleTurn.in(scope, "s-8", "r-1"));
        database.store(SampleTurn.ofActor(scope, "eve", "r-2"));
        String slot = database.rows(
                        "SELECT id FROM sessions WHERE org_id = '%s' AND actor_id = 'eve'".formatted(scope.org()))
                .getFirst();
        erase(id("s-8"));
        erase(slot);
        Instant later = Instant.now().plus(Duration.ofMinutes(1));

        // When
        Outcome byKey = database.store(
                SampleTurn.in(scope, "s-8", "r-3").receivedAt(later).putBackFrom(SampleTurn.NOON));
        Outcome bySlot = database.store(
                SampleTurn.ofActor(scope, "eve", "r-4").receivedAt(later).putBackFrom(SampleTurn.NOON));
        Outcome another = database.store(
                SampleTurn.in(scope, "s-9", "r-5").receivedAt(later).putBackFrom(SampleTurn.NOON));

        // Then
        assertThat(byKey.stored() + bySlot.stored()).isZero();
        assertThat(another.stored()).isEqualTo(1);
        assertThat(count("sessions")).isEqualTo(1);
    }

    @Test
    void aTurnThatNamesAnErasedSessionByItsIdIsNoDeadLetter() {
        // Given
        database.store(SampleTurn.in(scope, "s-4", "r-1"));
        SessionId session = SessionId.parse(id("s-4")).orElseThrow();
        erase(session.toString());

        // When
        Outcome outcome = database.store(
                SampleTurn.in(scope, "s-4", "r-2").addressing(session).receivedAt(Instant.now()));

        // Then
        assertThat(outcome.refused()).isEmpty();
        assertThat(outcome.stored()).isZero();
    }

    @Test
    void ofAPersonsSessionsOnlyTheErasedOneStaysOut() {
        // Given
        database.store(SampleTurn.ofActor(scope, "ann", "r-1"));
        String first = database.rows("SELECT id FROM sessions WHERE org_id = '%s'".formatted(scope.org()))
                .getFirst();
        erase(first);

        // When
        Outcome queued = database.store(SampleTurn.ofActor(scope, "ann", "r-2").at(SampleTurn.NOON.plusSeconds(60)));
        Outcome another =
                database.store(SampleTurn.ofActor(scope, "ann", "r-3").at(SampleTurn.NOON.plus(Duration.ofHours(3))));

        // Then
        assertThat(queued.stored()).isZero();
        assertThat(another.stored()).isEqualTo(1);
    }

    @Test
    void anErasedExternalIdIsFreeAgain() {
        // Given
        String body = """
            {"type":"t","taskIdentifier":"a","externalId":"chat","triggerConfig":{"basePayload":{}}}\
            """;
        String first = service.send("POST", "/api/v1/sessions", tenant.key(), body)
                .body()
                .get("id")
                .asText();

        // When
        int erased = erase(first);
        Answer again = service.send("POST", "/api/v1/sessions", tenant.key(), body);

        // Then
        assertThat(erased).isEqualTo(204);
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.body().get("id").asText()).isNotEqualTo(first);
    }

    @Test
    void theChannelsGoWithTheirSession() {
        // Given
        database.store(SampleTurn.in(scope, "s-7", "r-1"));
        String session = id("s-7");
        String stream = database.rows("INSERT INTO streams (org_id, environment, session_id, name, content_type)"
                        + " VALUES ('%s', 'test', '%s', 'in', 'text/plain') RETURNING id"
                                .formatted(scope.org(), session))
                .getFirst();
        database.execute("INSERT INTO stream_records (stream_id, seq, kind, body, at) VALUES (%s, 0, 0, 'x', now())"
                .formatted(stream));
        database.execute("INSERT INTO stream_producers (stream_id, producer_id, epoch, last_seq) VALUES (%s, 'p', 0, 0)"
                .formatted(stream));

        // When
        erase(session);

        // Then
        assertThat(count("streams")).isZero();
        for (String table : List.of("stream_records", "stream_producers")) {
            assertThat(database.rows("SELECT * FROM %s WHERE stream_id = %s".formatted(table, stream)))
                    .isEmpty();
        }
    }

    @Test
    void createTakesTheSessionThatTurnsHaveMadeAndItGoesOn() {
        // Given
        database.store(SampleTurn.in(scope, "s-5", "r-1"));
        String made = id("s-5");
        String body = """
            {"type":"chat","taskIdentifier":"a","externalId":"joined","harnessId":"claude","harnessSessionId":"s-5",
             "triggerConfig":{"basePayload":{}}}\
            """;

        // When
        Answer joined = service.send("POST", "/api/v1/sessions", tenant.key(), body);
        Answer again = service.send("POST", "/api/v1/sessions", tenant.key(), body);
        Answer other = service.send("POST", "/api/v1/sessions", tenant.key(), body.replace("\"chat\"", "\"mail\""));
        database.store(SampleTurn.in(scope, "s-5", "r-2"));

        // Then
        assertThat(joined.status()).isEqualTo(200);
        assertThat(joined.body().get("type").asText()).isEqualTo("chat");
        assertThat(again.body().get("id")).isEqualTo(joined.body().get("id"));
        assertThat(other.status()).isEqualTo(409);
        JsonNode session =
                service.get("/v1/sessions/" + made, tenant.key()).body().get("session");
        assertThat(session.get("external_id").asText()).isEqualTo("joined");
        assertThat(session.get("turn_count").intValue()).isEqualTo(2);
    }

    @Test
    void aSessionThatWasCreatedWithAHarnesssKeyTakesItsTurns() {
        // Given
        String body = """
            {"type":"chat","taskIdentifier":"a","harnessId":"claude","harnessSessionId":"s-6",
             "triggerConfig":{"basePayload":{}}}\
            """;
        Answer created = service.send("POST", "/api/v1/sessions", tenant.key(), body);

        // When
        database.store(SampleTurn.in(scope, "s-6", "r-1"));

        // Then
        assertThat(created.status()).isEqualTo(201);
        assertThat(SessionId.parse(id("s-6")))
                .isEqualTo(SessionId.parse(created.body().get("id").asText()));
        assertThat(count("sessions")).isEqualTo(1);
    }

    private int erase(String session) {
        return service.send("DELETE", "/v1/sessions/" + session, tenant.key(), "")
                .status();
    }

    private String id(String harnessSession) {
        return database.rows("SELECT id FROM sessions WHERE org_id = '%s' AND harness_session_id = '%s'"
                        .formatted(scope.org(), harnessSession))
                .getFirst();
    }

    private long count(String table) {
        return Long.parseLong(database.rows("SELECT count(*) FROM %s WHERE org_id = '%s'".formatted(table, scope.org()))
                .getFirst());
    }

    private List<String> contents(String harnessSession) {
        List<String> contents = new ArrayList<>();
        service.get("/v1/sessions/" + id(harnessSession) + "/messages", tenant.key())
                .body()
                .get("items")
                .forEach(item -> contents.add(
                        Optional.ofNullable(item.get("content")).orElseThrow().asText()));
        return contents;
    }
}
