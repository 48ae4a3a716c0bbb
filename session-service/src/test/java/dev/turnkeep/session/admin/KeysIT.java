package dev.turnkeep.session.admin;

import static dev.turnkeep.session.turn.ServiceOnTest.ADMIN_KEY;
import static dev.turnkeep.session.turn.ServiceOnTest.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.session.access.TestTokens;
import dev.turnkeep.session.turn.ServiceOnTest;
import dev.turnkeep.session.turn.ServiceOnTest.Answer;
import dev.turnkeep.session.turn.ServiceOnTest.Tenant;
import dev.turnkeep.session.turn.TurnsConsumerIT;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys in the hands of the operator of the running service. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(TurnsConsumerIT.Keys.class)
class KeysIT {
    @Nullable
    TestSpace space;

    @ConfigProperty(name = "quarkus.http.port")
    int port;

    @ConfigProperty(name = "quarkus.flyway.init-sql")
    String beforeMigrations;

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
    void aKeyIsFollowedByOneThatMayDoTheSameAndWorksOnForItsGrace() {
        // Given
        String old = idOf(tenant.key());

        // When
        Answer rotated = operator("POST", "/v1/admin/keys/" + old + "/rotate", "{\"grace\":\"PT2S\"}");

        // Then
        assertThat(rotated.status()).isEqualTo(201);
        String next = rotated.body().get("key").asText();
        assertThat(rotated.body().get("replaces").asText()).isEqualTo(old);
        assertThat(status(next)).isEqualTo(404);
        until("the old key has run out", () -> status(tenant.key()) == 401);
        assertThat(status(next)).isEqualTo(404);
        assertThat(operator("POST", "/v1/admin/keys/" + old + "/rotate", "").status())
                .isEqualTo(404);
    }

    @Test
    void aTokenDiesWithTheKeyThatSignedIt() {
        // Given
        String body =
                "{\"type\":\"t\",\"taskIdentifier\":\"a\",\"externalId\":\"x\",\"triggerConfig\":{\"basePayload\":{}}}";
        String token = service.send("POST", "/api/v1/sessions", tenant.key(), body)
                .body()
                .get("publicAccessToken")
                .asText();
        assertThat(service.get("/api/v1/sessions/x", token).status()).isEqualTo(200);

        // When
        service.revoke(tenant.key(), tenant);

        // Then
        until(
                "the token has stopped working",
                () -> service.get("/api/v1/sessions/x", token).status() == 401);
    }

    @Test
    void aTokenIsGoodFromTheMomentThatItsKeyIsMade() {
        // Given: what is remembered of the environment's keys is fresh
        String environment = service.send("POST", "/api/v1/auth/jwt/claims", tenant.key(), "")
                .body()
                .get("sub")
                .asText();
        String first = TestTokens.signed(tenant.key(), environment, List.of("read:sessions"), 60);
        assertThat(status(first)).isEqualTo(404);

        // When
        String rotated = operator("POST", "/v1/admin/keys/" + idOf(tenant.key()) + "/rotate", "{\"grace\":\"PT1M\"}")
                .body()
                .get("key")
                .asText();

        // Then
        assertThat(status(TestTokens.signed(rotated, environment, List.of("read:sessions"), 60)))
                .isEqualTo(404);
        assertThat(status(first)).isEqualTo(404);
    }

    @Test
    void aTokenThatWouldBeTooLongToBeSentIsNotMade() {
        // Given
        String many = IntStream.range(0, 60)
                .mapToObj(i -> "\"read:sessions:session_%026d\"".formatted(i))
                .collect(Collectors.joining(","));
        String tooMany = IntStream.range(0, 100)
                .mapToObj(i -> "\"read:sessions:" + "x".repeat(300) + i + "\"")
                .collect(Collectors.joining(","));

        // When
        Answer made = service.send("POST", "/api/v1/auth/public-tokens", tenant.key(), "{\"scopes\":[" + many + "]}");
        Answer refused =
                service.send("POST", "/api/v1/auth/public-tokens", tenant.key(), "{\"scopes\":[" + tooMany + "]}");

        // Then
        assertThat(made.status()).isEqualTo(200);
        assertThat(service.get(
                                "/api/v1/sessions/session_%026d".formatted(7),
                                made.body().get("token").asText())
                        .status())
                .isEqualTo(404);
        assertThat(refused.status()).isEqualTo(400);
    }

    @Test
    void keysAreListedWithoutTheirText() {
        // Given
        service.keyWith(tenant, "[\"read\"]");

        // When
        Answer keys = operator("GET", "/v1/admin/keys?org_id=" + tenant.scope().org(), "");

        // Then
        assertThat(keys.body().get("items")).hasSize(2);
        assertThat(keys.body().get("items").get(1).get("scopes").get(0).asText())
                .isEqualTo("read");
        assertThat(keys.body().toString()).doesNotContain(tenant.key()).doesNotContain("sealed");
    }

    @Test
    void anEnvironmentHasNoMoreKeysThanAreTriedForAToken() {
        // Given
        for (int i = 1; i < 32; i++) {
            service.keyWith(tenant, "[\"read\"]");
        }

        // When
        Answer refused = operator(
                "POST",
                "/v1/admin/keys",
                "{\"org_id\":\"%s\",\"environment\":\"test\"}"
                        .formatted(tenant.scope().org()));

        // Then
        assertThat(refused.status()).isEqualTo(409);
        assertThat(operator("POST", "/v1/admin/keys/" + idOf(tenant.key()) + "/rotate", "{\"grace\":\"PT1H\"}")
                        .status())
                .isEqualTo(409);
        assertThat(operator("POST", "/v1/admin/keys/" + idOf(tenant.key()) + "/rotate", "{\"grace\":\"PT0S\"}")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void organisationsAndEnvironmentsAreListedWithTheirSettings() {
        // Given
        String org = tenant.scope().org().toString();
        operator(
                "PUT",
                "/v1/admin/orgs/" + org + "/environments/staging",
                "{\"idle_timeout\":\"PT5M\",\"rate_limit\":7}");

        // When
        Answer environments = operator("GET", "/v1/admin/orgs/" + org + "/environments", "");
        Answer orgs = operator("GET", "/v1/admin/orgs", "");

        // Then
        JsonNode staging = environments.body().get("items").get(0);
        assertThat(staging.get("environment").asText()).isEqualTo("staging");
        assertThat(staging.get("idle_timeout").asText()).isEqualTo("PT5M");
        assertThat(staging.get("rate_limit").intValue()).isEqualTo(7);
        assertThat(orgs.body().get("items").toString()).contains(org);
    }

    @Test
    void aKeyThatAsksTooOftenIsToldWhenToComeBack() {
        // Given
        String org = tenant.scope().org().toString();
        operator("PUT", "/v1/admin/orgs/" + org + "/environments/limited", "{\"rate_limit\":5}");
        String key = operator(
                        "POST", "/v1/admin/keys", "{\"org_id\":\"%s\",\"environment\":\"limited\"}".formatted(org))
                .body()
                .get("key")
                .asText();
        List<HttpResponse<String>> answers = new ArrayList<>();

        // When
        for (int i = 0; i < 12; i++) {
            answers.add(service.exchange("GET", "/api/v1/sessions/x", key, "", Map.of()));
        }

        // Then
        HttpResponse<String> allowed = answers.getFirst();
        assertThat(allowed.headers().firstValue("x-ratelimit-limit")).contains("5");
        assertThat(allowed.headers().firstValue("x-ratelimit-remaining")).contains("4");
        HttpResponse<String> limited = answers.stream()
                .filter(answer -> answer.statusCode() == 429)
                .findFirst()
                .orElseThrow();
        assertThat(limited.headers().firstValue("x-ratelimit-remaining")).contains("0");
        assertThat(limited.headers().firstValueAsLong("x-ratelimit-reset").orElse(0))
                .isGreaterThan(System.currentTimeMillis() - 60_000);
        assertThat(limited.headers().firstValue("retry-after")).isPresent();
        assertThat(limited.headers().firstValue("x-should-retry")).isEmpty();
        assertThat(limited.body()).contains("\"limit\":5", "\"remaining\":0", "\"secondsUntilReset\":", "\"error\":");
    }

    @Test
    void theLookUpOfKeysIsForTheServicesAlone() throws SQLException {
        for (String look : List.of("api_key_by_hash(bytea)", "api_key(bytea)", "api_signing_keys(uuid)")) {
            assertThat(answer("SELECT has_function_privilege('public', '%s', 'EXECUTE')".formatted(look)))
                    .as(look)
                    .isEqualTo("f");
            assertThat(answer("SELECT has_function_privilege('turnkeep_api', '%s', 'EXECUTE')".formatted(look)))
                    .as(look)
                    .isEqualTo("t");
        }
    }

    /** An owner of the schema who is no superuser makes the roles, and has functions belong to one of them. */
    @Test
    void whoMakesRolesInAMigrationMayWorkUnderThem() throws SQLException {
        // Given
        String owner = "owner_" + UUID.randomUUID().toString().replace("-", "");
        String made = owner + "_made";

        try (Connection connection = Objects.requireNonNull(space).postgres().connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("CREATE ROLE " + owner + " CREATEROLE");
            statement.execute("SET LOCAL ROLE " + owner);

            // When
            statement.execute(beforeMigrations);
            statement.execute("CREATE ROLE " + made);

            // Then
            try (ResultSet row =
                    statement.executeQuery("SELECT pg_has_role('%s', '%s', 'SET')".formatted(owner, made))) {
                assertThat(row.next()).isTrue();
                assertThat(row.getBoolean(1)).isTrue();
            }
            connection.rollback();
        }
    }

    private String answer(String question) throws SQLException {
        try (Connection connection = Objects.requireNonNull(space).postgres().connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(question)) {
            assertThat(row.next()).isTrue();
            return Objects.requireNonNull(row.getString(1));
        }
    }

    private int status(String key) {
        return service.get("/api/v1/sessions/nobody", key).status();
    }

    private String idOf(String key) {
        return service.keyId(key, tenant);
    }

    private Answer operator(String method, String path, String body) {
        return service.send(method, path, ADMIN_KEY, body);
    }
}
