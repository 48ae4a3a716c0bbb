package dev.turnkeep.session.turn;

import static dev.turnkeep.session.turn.ServiceOnTest.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.LivenessIndex;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.session.turn.ServiceOnTest.Answer;
import dev.turnkeep.session.turn.ServiceOnTest.Tenant;
import io.quarkus.redis.datasource.RedisDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands and leases by the API, the liveness index and the watermark of the running service. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(TurnsConsumerIT.Keys.class)
class LifecycleIT {
    @Nullable
    TestSpace space;

    @Inject
    RedisDataSource redis;

    @ConfigProperty(name = "quarkus.http.port")
    int port;

    private ServiceOnTest service;
    private Tenant tenant;
    private Instant now;

    @BeforeEach
    void open() {
        service = new ServiceOnTest(Objects.requireNonNull(space), port);
        tenant = service.tenant();
        now = Instant.now();
    }

    @AfterEach
    void close() {
        service.close();
    }

    @Test
    void aSessionIsSuspendedAndResumedInTheSameEpoch() {
        // Given
        String session = talked("s-1");

        // When
        JsonNode suspended = post(session, "suspend");
        JsonNode again = post(session, "suspend");
        JsonNode resumed = post(session, "resume");

        // Then
        assertThat(suspended.get("state").asText()).isEqualTo("suspended");
        assertThat(suspended.get("suspended_at").isNull()).isFalse();
        assertThat(again.get("version")).isEqualTo(suspended.get("version"));
        assertThat(resumed.get("state").asText()).isEqualTo("open");
        assertThat(resumed.get("epoch").asInt()).isEqualTo(1);
        assertThat(events(session)).containsExactly("session.started", "session.suspended", "session.resumed");
    }

    @Test
    void aResumedSessionOfASlotHasAWholeIdleTimeoutBeforeItsNextTurn() {
        // Given: suspended for longer than it may be idle
        service.send(
                "PUT",
                "/v1/admin/orgs/%s/environments/test".formatted(tenant.scope().org()),
                ServiceOnTest.ADMIN_KEY,
                "{\"idle_timeout\":\"PT1M\"}");
        service.publish(SampleTurn.ofActor(tenant.scope(), "ann", "r-1").at(now.minusSeconds(300)));
        String live = "/v1/actors/claude/ann/session";
        until("the turn is stored", () -> service.get(live, tenant.key()).status() == 200);
        String session =
                service.get(live, tenant.key()).body().get("session").get("id").asText();
        post(session, "suspend");

        // When
        post(session, "resume");
        service.publish(SampleTurn.ofActor(tenant.scope(), "ann", "r-2").at(Instant.now()));

        // Then
        until("the next turn is stored", () -> get(session).get("turn_count").asInt() == 2);
        assertThat(events(session)).containsExactly("session.started", "session.suspended", "session.resumed");
    }

    @Test
    void anEndIsReopenedByATurnAndACloseIsFinal() {
        // Given
        String session = talked("s-2");

        // When
        JsonNode ended = post(session, "end");
        service.publish(
                SampleTurn.in(tenant.scope(), "s-2", "r-2").at(Instant.now().plusSeconds(1)));
        until("it is open again", () -> get(session).get("epoch").asInt() == 2);
        JsonNode closed =
                send("POST", session + "/close", "{\"reason\":\"done\"}", 200).get("session");
        JsonNode again = post(session, "close");

        // Then
        assertThat(ended.get("end_reason").asText()).isEqualTo("requested");
        assertThat(closed.get("state").asText()).isEqualTo("closed");
        assertThat(closed.get("closed_reason").asText()).isEqualTo("done");
        assertThat(again.get("version")).isEqualTo(closed.get("version"));
        assertThat(events(session))
                .containsExactly(
                        "session.started", "session.ended", "session.started", "session.ended", "session.closed");
        send("POST", session + "/resume", "", 409);
        send("POST", session + "/end", "", 409);
    }

    @Test
    void aLeaseKeepsWhenItWasTakenAndIsGivenBack() {
        // Given
        String session = talked("s-3");

        // When
        JsonNode first =
                send("PUT", session + "/leases/worker%2F1:%C3%A9", "", 200).get("lease");
        JsonNode second = send("PUT", session + "/leases/worker%2F1:%C3%A9", "{\"ttl\":\"PT10M\"}", 200)
                .get("lease");

        // Then
        assertThat(first.get("holder").asText()).isEqualTo("worker/1:é");
        assertThat(second.get("acquired_at")).isEqualTo(first.get("acquired_at"));
        assertThat(Instant.parse(second.get("expires_at").asText()))
                .isAfter(Instant.parse(first.get("expires_at").asText()));
        send("DELETE", session + "/leases/worker%2F1:%C3%A9", "", 204);
        send("DELETE", session + "/leases/worker%2F1:%C3%A9", "", 204);
    }

    @Test
    void aHolderGivesBackItsOwnLeaseOnly() {
        // Given
        String session = talked("s-7");
        send("PUT", session + "/leases/one", "", 200);
        send("PUT", session + "/leases/other", "", 200);

        // When
        send("DELETE", session + "/leases/one", "", 204);

        // Then
        assertThat(rows("SELECT holder, expires_at > now() FROM session_leases WHERE session_id = '" + session + "'"))
                .containsExactly("other|t");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT|/leases/h|{\"ttl\":\"PT11M\"}|422",
                "PUT|/leases/h|{\"ttl\":\"PT0S\"}|422",
                "PUT|/leases/h|{\"ttl\":\"soon\"}|422",
                "PUT|/leases/h|{\"ttl\":|400",
                "PUT|/leases/%20|{}|422",
                "POST|/close|{\"reason\":[]}|400",
                "POST|/resume|nonsense|409",
            })
    void refusesWhatBreaksARule(String method, String path, String body, int status) {
        // Given
        String session = talked("s-4");
        post(session, "end");

        // Then
        send(method, session + path, body, status);
    }

    @Test
    void anotherOrganisationsSessionIsNotThere() {
        // Given
        String session = talked("s-5");
        String stranger = service.tenant().key();

        // Then
        for (String command : List.of("suspend", "resume", "end", "close")) {
            assertThat(service.send("POST", "/v1/sessions/" + session + "/" + command, stranger, "")
                            .status())
                    .isEqualTo(404);
        }
        assertThat(service.send("PUT", "/v1/sessions/" + session + "/leases/h", stranger, "")
                        .status())
                .isEqualTo(404);
        assertThat(service.send("DELETE", "/v1/sessions/" + session + "/leases/h", stranger, "")
                        .status())
                .isEqualTo(404);
        assertThat(service.send("POST", "/v1/sessions/" + session + "/end", "", "")
                        .status())
                .isEqualTo(401);
    }

    @Test
    void anOpenSessionIsInTheIndexAtItsDeadline() {
        // When
        String session = talked("s-6");
        SessionId id = new SessionId(UUID.fromString(session));

        // Then
        String shard = new LivenessIndex(Objects.requireNonNull(space).redisKeyPrefix()).key(id);
        var sets = redis.sortedSet(String.class);
        until("it is indexed", () -> sets.zscore(shard, session).isPresent());
        Instant received = Instant.parse(get(session).get("last_received_at").asText());
        assertThat(sets.zscore(shard, session).orElseThrow())
                .isEqualTo((double) LivenessIndex.score(received, Duration.ofMinutes(30)));
    }

    @Test
    void theWatermarkFollowsTheClockInPartitionsThatNothingComesTo() {
        // Then
        until("all four partitions are known to be read to the present", () -> progress()
                .equals(List.of("0|4|t", "1|4|t", "2|4|t", "3|4|t")));
    }

    private List<String> rows(String sql) {
        try (var connection = Objects.requireNonNull(space).postgres().connect();
                var query = connection.createStatement();
                var result = query.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (result.next()) {
                rows.add(result.getString(1) + "|" + result.getString(2));
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> progress() {
        try (var connection = Objects.requireNonNull(space).postgres().connect();
                var query = connection.prepareStatement(
                        "SELECT p.partition, t.partition_count, LEAST(p.processed_through, t.counted_at) > ? "
                                + "FROM partition_progress p JOIN topic_progress t USING (topic) ORDER BY 1")) {
            query.setObject(1, now.atOffset(java.time.ZoneOffset.UTC));
            List<String> rows = new ArrayList<>();
            try (var result = query.executeQuery()) {
                while (result.next()) {
                    rows.add(result.getString(1) + "|" + result.getString(2) + "|" + result.getString(3));
                }
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private String talked(String session) {
        service.publish(SampleTurn.in(tenant.scope(), session, "r-1").at(now));
        String query = "/v1/sessions?harness_id=claude&harness_session_id=" + session;
        until(
                "the turn is stored",
                () -> service.get(query, tenant.key()).body().get("items").has(0));
        return service.get(query, tenant.key())
                .body()
                .get("items")
                .get(0)
                .get("id")
                .asText();
    }

    private JsonNode get(String session) {
        return service.get("/v1/sessions/" + session, tenant.key()).body().get("session");
    }

    private JsonNode post(String session, String command) {
        return send("POST", session + "/" + command, "", 200).get("session");
    }

    private JsonNode send(String method, String path, String body, int status) {
        Answer answer = service.send(method, "/v1/sessions/" + path, tenant.key(), body);
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(status);
        return answer.body();
    }

    private List<String> events(String session) {
        List<String> types = new ArrayList<>();
        service.get("/v1/sessions/" + session + "/events", tenant.key())
                .body()
                .get("items")
                .forEach(event -> types.add(event.get("type").asText()));
        return types;
    }
}
