package dev.turnkeep.session.access;

import static dev.turnkeep.session.turn.ServiceOnTest.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.session.turn.ServiceOnTest;
import dev.turnkeep.session.turn.ServiceOnTest.Answer;
import dev.turnkeep.session.turn.ServiceOnTest.Tenant;
import dev.turnkeep.session.turn.TurnsConsumerIT;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import org.junit.jupiter.params.provider.MethodSource;

/** Every route of the table with every kind of credential that is not enough: a route is covered by being in it. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(TurnsConsumerIT.Keys.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessIT {
    private static final ObjectMapper JSON = new ObjectMapper();
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

    static Stream<Route> routes() {
        return Stream.of(Route.values());
    }

    static Stream<Arguments> cells() {
        return routes().flatMap(route -> Stream.of(Credential.values())
                .filter(credential -> credential != Credential.KEY_OF_ANOTHER_SCOPE || !openToAnyKey(route))
                .map(credential -> Arguments.of(route, credential)));
    }

    static Stream<Route> openToAnyKey() {
        return routes().filter(AccessIT::openToAnyKey);
    }

    private static boolean openToAnyKey(Route route) {
        return route.need() == Need.KEY && !namesASession(route);
    }

    static Stream<Route> ofKeysOnly() {
        return routes().filter(route -> route.need() == Need.KEY);
    }

    static Stream<Route> naming() {
        return routes().filter(AccessIT::namesASession);
    }

    private static boolean namesASession(Route route) {
        return route.path().contains("{session}");
    }

    static Stream<Route> ofOneSession() {
        return routes().filter(route -> route.need() == Need.SESSION);
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
    @MethodSource("ofKeysOnly")
    void whatNeedsAKeyIsClosedToEveryToken(Route route) {
        assertThat(call(route, token(tenant.key(), List.of("admin"), 60), session())
                        .status())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @MethodSource("openToAnyKey")
    void whatNeedsAKeyAndNothingElseIsOpenToAnyKey(Route route) {
        assertThat(call(route, lesser, "x").status()).isNotIn(401, 403);
    }

    @ParameterizedTest
    @MethodSource("naming")
    void anotherTenantsSessionIsAnsweredLikeOneThatDoesNotExist(Route route) {
        // Given
        String session = session();

        // When
        Answer foreign = call(route, stranger.key(), session);
        Answer missing = call(route, stranger.key(), "session_00000000000000000000000001");

        // Then
        assertThat(missing.status()).isEqualTo(route == Route.CHANNEL_DELETE ? 405 : 404);
        assertThat(foreign.status()).isEqualTo(missing.status());
        assertThat(foreign.body()).isEqualTo(missing.body());
    }

    /** Routes that name something else of a tenant's than a session, with names that somebody else has. */
    static Stream<Arguments> elsewhere() {
        return Stream.of(
                Arguments.of("/v1/turns/%1$s", "/v1/turns/" + UUID.randomUUID()),
                Arguments.of("/v1/actors/claude/%2$s/session", "/v1/actors/claude/nobody/session"),
                Arguments.of("/v1/sessions?external_id=%3$s", "/v1/sessions?external_id=nobody"),
                Arguments.of(
                        "/v1/sessions?harness_id=claude&harness_session_id=%4$s",
                        "/v1/sessions?harness_id=claude&harness_session_id=nobody"),
                Arguments.of("/v1/sessions?tag=%3$s", "/v1/sessions?tag=nobody"),
                Arguments.of(
                        "/api/v1/sessions?filter%%5BexternalId%%5D=%3$s",
                        "/api/v1/sessions?filter%5BexternalId%5D=nobody"),
                Arguments.of("/api/v1/sessions/%3$s", "/api/v1/sessions/nobody"));
    }

    @ParameterizedTest
    @MethodSource("elsewhere")
    void whatAnotherTenantHasIsAnsweredLikeWhatNobodyHas(String theirs, String nobodys) {
        // Given
        Owned owned = owned();

        // When
        String path = theirs.formatted(owned.turn(), owned.actor(), owned.external(), owned.harnessSession());
        Answer own = service.get(path, tenant.key());
        Answer foreign = service.get(path, stranger.key());
        Answer missing = service.get(nobodys, stranger.key());

        // Then
        assertThat(own.status()).isEqualTo(200);
        assertThat(foreign.status()).isEqualTo(missing.status());
        assertThat(foreign.body()).isEqualTo(missing.body()).isNotEqualTo(own.body());
    }

    @Test
    void namesThatAnotherTenantUsesAreFree() {
        // Given
        Owned owned = owned();
        String wanted = WANTED.replace(
                "\"type\"",
                "\"externalId\":\"" + owned.external() + "\",\"harnessId\":\"claude\",\"harnessSessionId\":\""
                        + owned.harnessSession() + "\",\"type\"");

        // When
        Answer created = service.send("POST", "/api/v1/sessions", stranger.key(), wanted);

        // Then
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.body().get("isCached").booleanValue()).isFalse();
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
        Answer missing = call(route, token, "session_00000000000000000000000001");

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
        HttpResponse<String> answer = service.exchange(
                // What would wait for news does so for as short as it may.
                route.method(), path(route, session), credential, body(route), Map.of("Timeout-Seconds", "1"));
        String type = answer.headers().firstValue("Content-Type").orElse("");
        try {
            boolean json = type.contains("json") && !answer.body().isEmpty();
            return new Answer(answer.statusCode(), JSON.readTree(json ? answer.body() : "{}"));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private String path(Route route, String session) {
        return route.path()
                .replace("{session}", session)
                .replace("{holder}", "h")
                .replace("{turn}", "0198a0f0-0000-7000-8000-000000000000")
                .replace("{org}", tenant.scope().org().toString())
                .replace("{environment}", "test")
                .replace("{key}", "0198a0f0-0000-7000-8000-000000000000")
                .replace("%2F{channel}", "%2Fout")
                .replace("{channel}", "channels/x")
                .replace("{io}", "in")
                .replaceAll("\\{[a-z]+}", "x");
    }

    private static String body(Route route) {
        return switch (route) {
            case CREATE -> WANTED;
            case END_AND_CONTINUE -> "{\"callingRunId\":\"run_x\",\"reason\":\"upgrade\"}";
            case UPDATE -> "{\"tags\":[]}";
            case S2_APPEND -> "{\"records\":[{\"body\":\"x\"}]}";
            default -> route.method().equals("GET") ? "" : "{}";
        };
    }

    /** What one tenant has, by what it can be asked for. */
    private record Owned(String turn, String actor, String external, String harnessSession) {}

    private Owned owned() {
        String name = "owned-" + UUID.randomUUID();
        UUID turn = UUID.randomUUID();
        UUID slot = UUID.randomUUID();
        execute("""
                INSERT INTO sessions (id, friendly_id, org_id, environment, harness_id, harness_session_id, external_id, type,
                    task_identifier, state, epoch, started_at, last_event_at, last_received_at, ended_at, end_reason, tags,
                    created_at, updated_at)
                SELECT id, 'session_' || id, '%1$s', 'test', 'claude', '%2$s', '%2$s', 'ingest', 'claude', 'ended', 1, now(),
                       now(), now(), now(), 'idle', '{%2$s}', now(), now()
                FROM (SELECT gen_random_uuid() AS id) i;
                INSERT INTO sessions (id, friendly_id, org_id, environment, harness_id, actor_id, kafka_partition, type,
                    task_identifier, state, epoch, started_at, last_event_at, last_received_at, idle_bucket, created_at,
                    updated_at)
                VALUES ('%4$s', 'session_%4$s', '%1$s', 'test', 'claude', '%2$s', 0, 'ingest', 'claude', 'open', 1, now(),
                        now(), now(), date_trunc('minute', now()) + interval '1 hour', now(), now());
                INSERT INTO turns (turn_id, org_id, environment, session_id, seq, payload_digest, provider, model, root_hash,
                    leaf_hash, node_count, status, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens,
                    cache_write_1h_tokens, reasoning_tokens, cost_source, tool_calls, tool_errors, event_at, received_at, late,
                    kafka_topic, kafka_partition, kafka_offset, meta, created_at)
                VALUES ('%3$s', '%1$s', 'test', '%4$s', 1, sha256('p'), 'anthropic', 'm', sha256('r'), sha256('l'), 1,
                        'completed', 1, 1, 0, 0, 0, 0, 'unpriced', 0, 0, now(), now(), false, 't', 0, 0, '{}', now())
                """.formatted(tenant.scope().org(), name, turn, slot));
        return new Owned(turn.toString(), name, name, name);
    }

    private void execute(String sql) {
        try (Connection connection = Objects.requireNonNull(space).postgres().connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
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
