package dev.turnkeep.session.access;

import static dev.turnkeep.session.turn.ServiceOnTest.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.session.turn.ServiceOnTest;
import dev.turnkeep.session.turn.ServiceOnTest.Answer;
import dev.turnkeep.session.turn.ServiceOnTest.Tenant;
import dev.turnkeep.session.turn.TurnsConsumerIT;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every route of the table that resources serve, with every kind of credential that is not enough. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(TurnsConsumerIT.Keys.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessIT {
    /** Channels and lists have tests of their own. */
    private static final Set<Route> CHANNELS = EnumSet.of(
            Route.INITIALISE_IN,
            Route.INITIALISE_OUT,
            Route.SUBSCRIBE,
            Route.RECORDS,
            Route.APPEND_IN,
            Route.APPEND_OUT,
            Route.CHANNEL_READ,
            Route.CHANNEL_WRITE_IN,
            Route.CHANNEL_WRITE,
            Route.CHANNEL_MAKE,
            Route.CHANNEL_DELETE,
            Route.FORK,
            Route.LIST,
            Route.STATS);

    private static final String WANTED = """
        {"type":"t","taskIdentifier":"a","triggerConfig":{"basePayload":{}}}\
        """;

    /** A credential, and what every route of a kind answers to it. */
    enum Credential {
        NONE(401, 401),
        UNKNOWN_KEY(401, 401),
        FORGED_TOKEN(401, 401),
        EXPIRED_TOKEN(401, 401),
        TOKEN_OF_ANOTHER_AUDIENCE(401, 401),
        UNSIGNED_TOKEN(401, 401),
        REVOKED_KEY(401, 401),
        TOKEN_OF_A_REVOKED_KEY(401, 401),
        KEY_OF_ANOTHER_SCOPE(403, 401),
        TOKEN_OF_ANOTHER_SCOPE(403, 401),
        TOKEN_OF_ANOTHER_SESSION(403, 401),
        TOKEN_OF_A_LESSER_KEY(403, 401);

        private final int status;
        private final int toOperator;

        Credential(int status, int toOperator) {
            this.status = status;
            this.toOperator = toOperator;
        }
    }

    @Nullable
    TestSpace space;

    @ConfigProperty(name = "quarkus.http.port")
    int port;

    private ServiceOnTest service;
    private Tenant tenant;
    private Tenant stranger;
    private String environment;
    private String lesser;
    private String revoked;

    @BeforeAll
    void open() {
        service = new ServiceOnTest(Objects.requireNonNull(space), port);
        tenant = service.tenant();
        stranger = service.tenant();
        environment = service.send("POST", "/api/v1/auth/jwt/claims", tenant.key(), "")
                .body()
                .get("sub")
                .asText();
        lesser = service.keyWith(tenant, "[\"ingest\",\"read:tasks:none\"]");
        revoked = service.keyWith(tenant, "[\"*\"]");
        service.get("/v1/sessions/" + UUID.randomUUID(), revoked);
        service.revoke(revoked, tenant);
        until(
                "the revoked key has stopped working",
                () -> service.get("/v1/sessions/" + UUID.randomUUID(), revoked).status() == 401);
    }

    @AfterAll
    void close() {
        service.close();
    }

    static Stream<Arguments> cells() {
        return EnumSet.complementOf(EnumSet.copyOf(CHANNELS)).stream().flatMap(route -> Stream.of(Credential.values())
                .filter(credential -> credential != Credential.KEY_OF_ANOTHER_SCOPE || route.need() != Need.KEY)
                .map(credential -> Arguments.of(route, credential)));
    }

    static Stream<Route> ofOneSession() {
        return EnumSet.complementOf(EnumSet.copyOf(CHANNELS)).stream().filter(route -> route.need() == Need.SESSION);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cells")
    void isRefused(Route route, Credential credential) {
        // When
        Answer answer = call(route, text(credential), "session_missing");

        // Then
        assertThat(answer.status())
                .isEqualTo(route.need() == Need.OPERATOR ? credential.toOperator : credential.status);
    }

    @ParameterizedTest
    @EnumSource(
            value = Route.class,
            names = {"TOKEN_CLAIMS", "PUBLIC_TOKEN", "RUN_WAIT"})
    void whatNeedsAKeyAndNothingElseIsOpenToAnyKey(Route route) {
        assertThat(call(route, lesser, "x").status()).isNotIn(401, 403);
    }

    @ParameterizedTest
    @MethodSource("ofOneSession")
    void anotherTenantsSessionIsAnsweredLikeOneThatDoesNotExist(Route route) {
        // Given
        String session = session();

        // When
        Answer foreign = call(route, stranger.key(), session);
        Answer missing = call(route, stranger.key(), "session_00000000000000000000000000");

        // Then
        assertThat(foreign.status()).isEqualTo(404);
        assertThat(missing.status()).isEqualTo(404);
        assertThat(foreign.body()).isEqualTo(missing.body());
    }

    @ParameterizedTest
    @MethodSource("ofOneSession")
    void point22WhoMayNotIsToldSoWhetherOrNotTheSessionExists(Route route) {
        // Given
        String session = session();
        String token =
                token(tenant.key(), List.of("read:sessions:other", "write:sessions:other", "admin:sessions:other"), 60);

        // When
        Answer existing = call(route, token, session);
        Answer missing = call(route, token, "session_00000000000000000000000000");

        // Then
        assertThat(existing.status()).isEqualTo(403);
        assertThat(missing.status()).isEqualTo(403);
        assertThat(existing.body()).isEqualTo(missing.body());
    }

    @ParameterizedTest
    @MethodSource("ofOneSession")
    void aTokenForOneSessionIsGoodForItByAnyOfItsNames(Route route) {
        // Given
        String name = "chat-" + UUID.randomUUID();
        String session = create(name);
        String action = route.action().text();
        String byId = token(tenant.key(), List.of(action + ":sessions:" + session), 60);
        String byName = token(tenant.key(), List.of(action + ":sessions:" + name), 60);

        // When / Then
        assertThat(call(route, byName, session).status()).isNotIn(401, 403);
        String rest = create("chat-" + UUID.randomUUID());
        assertThat(call(route, byId, rest).status()).isEqualTo(403);
    }

    @Test
    void aTokenThatCreateHandsOutIsNotGoodForALaterSessionOfTheSameName() {
        // Given
        String name = "chat-" + UUID.randomUUID();
        Answer first = createAnswer(name);
        String token = first.body().get("publicAccessToken").asText();
        service.send("DELETE", "/v1/sessions/" + first.body().get("id").asText(), tenant.key(), "");
        create(name);

        // When
        Answer refused = service.get("/api/v1/sessions/" + name, token);

        // Then
        assertThat(refused.status()).isEqualTo(403);
    }

    @Test
    void aRefusalOfRightsHasFourMembersOnTheSessionApi() {
        // When
        Answer refused = service.get("/api/v1/sessions/x", lesser);

        // Then
        assertThat(refused.body().toString())
                .isEqualTo(
                        "{\"error\":\"Unauthorized\",\"code\":\"unauthorized\",\"param\":\"access_token\",\"type\":\"authorization\"}");
    }

    private String text(Credential credential) {
        return switch (credential) {
            case NONE -> "";
            case UNKNOWN_KEY -> "tk_test_nobody_knows_this_key";
            case FORGED_TOKEN -> TestTokens.signed("another key than the tenant's", environment, List.of("admin"), 60);
            case EXPIRED_TOKEN -> token(tenant.key(), List.of("admin"), -1);
            case TOKEN_OF_ANOTHER_AUDIENCE ->
                TestTokens.forAudience(tenant.key(), environment, "https://elsewhere.example");
            case UNSIGNED_TOKEN -> TestTokens.unsigned(environment, List.of("admin"), 60);
            case REVOKED_KEY -> revoked;
            case TOKEN_OF_A_REVOKED_KEY -> token(revoked, List.of("admin"), 60);
            case KEY_OF_ANOTHER_SCOPE -> lesser;
            case TOKEN_OF_ANOTHER_SCOPE -> token(tenant.key(), List.of("read:runs", "write:runs"), 60);
            case TOKEN_OF_ANOTHER_SESSION -> token(tenant.key(), List.of("*:sessions:session_other"), 60);
            case TOKEN_OF_A_LESSER_KEY -> token(lesser, List.of("admin"), 60);
        };
    }

    private String token(String key, List<String> scopes, long seconds) {
        return TestTokens.signed(key, environment, scopes, seconds);
    }

    private Answer call(Route route, String credential, String session) {
        String path = route.path()
                .replace("{session}", session)
                .replace("{holder}", "h")
                .replace("{turn}", "0198a0f0-0000-7000-8000-000000000000")
                .replace("{org}", tenant.scope().org().toString())
                .replace("{environment}", "test")
                .replace("{key}", "0198a0f0-0000-7000-8000-000000000000")
                .replaceAll("\\{[a-z]+}", "x");
        return service.send(route.method(), path, credential, body(route));
    }

    private static String body(Route route) {
        return switch (route) {
            case CREATE -> WANTED;
            case END_AND_CONTINUE -> "{\"callingRunId\":\"run_x\",\"reason\":\"upgrade\"}";
            case UPDATE -> "{\"tags\":[]}";
            default -> route.method().equals("GET") ? "" : "{}";
        };
    }

    private String session() {
        return create("chat-" + UUID.randomUUID());
    }

    private String create(String name) {
        return createAnswer(name).body().get("id").asText();
    }

    private Answer createAnswer(String name) {
        Answer created = service.send(
                "POST",
                "/api/v1/sessions",
                tenant.key(),
                WANTED.replace("\"type\"", "\"externalId\":\"" + name + "\",\"type\""));
        assertThat(created.status()).isEqualTo(201);
        assertThat(Instant.parse(created.body().get("createdAt").asText()))
                .isBefore(Instant.now().plusSeconds(60));
        return created;
    }
}
