package dev.turnkeep.e2e.input;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.e2e.system.Answer;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.ServiceLog;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
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

/** Administration that must be refused. */
@WithTurnkeep
@TestInstance(Lifecycle.PER_CLASS)
class MalformedAdministrationIT {
    private static final String ORGS = "/v1/admin/orgs";
    private static final String KEYS = "/v1/admin/keys";
    private static final String NOBODY = "00000000-0000-4000-8000-000000000000";
    /** Put where an organisation stands in a path or a body; replaced by one that exists. */
    private static final String ORG = "{org}";

    private final Tenant tenant;
    private final Http administration;
    private final List<Http> strangers;
    private final ServiceLog log;

    MalformedAdministrationIT(Turnkeep turnkeep) {
        this.tenant = turnkeep.tenant("malformed administration");
        this.administration = turnkeep.administration();
        this.strangers = List.of(tenant.sessions(), turnkeep.stranger().getLast());
        this.log = turnkeep.logFromNow();
    }

    @AfterAll
    void leavesNeitherErrorsNorContentInTheLogs() {
        assertThat(log.errors()).isEmpty();
        assertThat(log.text()).doesNotContain(BadTurn.SECRET);
    }

    @ParameterizedTest
    @MethodSource("badRequests")
    void refusesARequestAndSaysWhatAndWhere(BadRequest bad) {
        // Given
        String org = tenant.org().toString();
        byte[] body = new String(bad.body(), StandardCharsets.ISO_8859_1)
                .replace(ORG, org)
                .getBytes(StandardCharsets.ISO_8859_1);

        // When
        Answer answer = administration.send(bad.method(), bad.path().replace(ORG, org), body, bad.headers());

        // Then
        Problems.assertProblem(answer, bad.status(), bad.code(), bad.field());
    }

    static List<BadRequest> badRequests() {
        List<BadRequest> bad = new ArrayList<>();
        addBodies(bad, "POST", ORGS);
        addBodies(bad, "POST", KEYS);
        addBodies(bad, "PUT", "/v1/admin/orgs/" + ORG + "/environments/test");
        addNames(bad);
        addKeys(bad);
        addEnvironments(bad);
        for (String id : List.of("x", "%00", "..%2f..", "'%20OR%201=1", "%0d%0a", "a".repeat(3000))) {
            bad.add(request("no key id", "DELETE", KEYS + "/" + id, "", 422, "invalid_field", "key_id"));
        }
        bad.add(request("no such key", "DELETE", KEYS + "/" + NOBODY, "", 404, "not_found", ""));
        return bad;
    }

    /** What no route with a body takes. */
    private static void addBodies(List<BadRequest> bad, String method, String path) {
        bad.add(request("truncated", method, path, "{\"name\":\"" + BadTurn.SECRET, 400, "malformed", ""));
        bad.add(request("an array", method, path, "[]", 400, "malformed", ""));
        bad.add(request("a number", method, path, "5", 400, "malformed", ""));
        bad.add(request("no JSON", method, path, BadTurn.SECRET, 400, "malformed", ""));
        bad.add(request("trailing garbage", method, path, "{} {}", 400, "malformed", ""));
        bad.add(request("nested too deeply", method, path, "{\"x\":" + "[".repeat(5000), 400, "malformed", ""));
        byte[] invalid = "{\"name\":\"\u00ff\",\"environment\":\"\u00ff\",\"idle_timeout\":\"\u00ff\"}"
                .getBytes(StandardCharsets.ISO_8859_1);
        bad.add(new BadRequest(
                "invalid UTF-8",
                method,
                path,
                Map.of("Content-Type", "application/json"),
                invalid,
                400,
                "malformed",
                ""));
        bad.add(new BadRequest(
                "plain text",
                method,
                path,
                Map.of("Content-Type", "text/plain"),
                "{}".getBytes(StandardCharsets.UTF_8),
                415,
                "unsupported_media_type",
                ""));
        bad.add(new BadRequest(
                "another method",
                "PATCH",
                path,
                Map.of("Content-Type", "application/json"),
                "{}".getBytes(StandardCharsets.UTF_8),
                405,
                "method_not_allowed",
                ""));
    }

    private static void addNames(List<BadRequest> bad) {
        bad.add(request("no name", "POST", ORGS, "{}", 422, "invalid_field", "name"));
        bad.add(request("no body", "POST", ORGS, "", 422, "invalid_field", "name"));
        for (String name :
                List.of("null", "\"\"", "\"  \"", "\"" + "n".repeat(257) + "\"", "\"a\\u0000b\"", "\"\\ud800\"")) {
            bad.add(request("a name", "POST", ORGS, "{\"name\":" + name + "}", 422, "invalid_field", "name"));
        }
        bad.add(request("a name twice", "POST", ORGS, "{\"name\":\"good\",\"name\":\"\"}", 400, "malformed", ""));
        bad.add(request("a name of another type", "POST", ORGS, "{\"name\":{\"a\":1}}", 400, "malformed", "name"));
    }

    private static void addKeys(List<BadRequest> bad) {
        bad.add(request("nothing said", "POST", KEYS, "{}", 422, "invalid_field", "org_id"));
        bad.add(request(
                "no organisation",
                "POST",
                KEYS,
                "{\"org_id\":\"x\",\"environment\":\"test\"}",
                422,
                "invalid_field",
                "org_id"));
        bad.add(request(
                "no such organisation",
                "POST",
                KEYS,
                "{\"org_id\":\"" + NOBODY + "\",\"environment\":\"test\"}",
                404,
                "not_found",
                "org_id"));
        for (String environment :
                List.of("Test", "a b", "..", "%00", "'; DROP TABLE orgs; --", "e".repeat(33), "a\\u0000b")) {
            bad.add(key(
                    "an environment", "\"environment\":\"" + environment + "\"", 422, "invalid_field", "environment"));
        }
        bad.add(key("scopes of another type", "\"environment\":\"test\",\"scopes\":\"*\"", 400, "malformed", "scopes"));
        bad.add(key(
                "a scope of another type", "\"environment\":\"test\",\"scopes\":[{}]", 400, "malformed", "scopes.[0]"));
        bad.add(key(
                "a scope that is none", "\"environment\":\"test\",\"scopes\":[null]", 422, "invalid_field", "scopes"));
        bad.add(key(
                "NUL in a scope",
                "\"environment\":\"test\",\"scopes\":[\"a\\u0000b\"]",
                422,
                "invalid_field",
                "scopes"));
        for (String key :
                List.of("short", "with spaces in the middle", "line\\r\\nbreak-and-more-of-it", "k".repeat(513))) {
            bad.add(key("a key", "\"environment\":\"test\",\"key\":\"" + key + "\"", 422, "invalid_field", "key"));
        }
    }

    private static void addEnvironments(List<BadRequest> bad) {
        String path = "/v1/admin/orgs/" + ORG + "/environments/test";
        for (String timeout : List.of("", "soon", "PT0S", "-PT5M", "P366D", "30m", "PT1M\\u0000")) {
            bad.add(request(
                    "a timeout",
                    "PUT",
                    path,
                    "{\"idle_timeout\":\"" + timeout + "\"}",
                    422,
                    "invalid_field",
                    "idle_timeout"));
            bad.add(request(
                    "a retention",
                    "PUT",
                    path,
                    "{\"channel_retention\":\"" + timeout + "\"}",
                    422,
                    "invalid_field",
                    "channel_retention"));
            bad.add(request(
                    "a harness's timeout",
                    "PUT",
                    path,
                    "{\"harness_idle_timeouts\":{\"h\":\"" + timeout + "\"}}",
                    422,
                    "invalid_field",
                    "harness_idle_timeouts"));
        }
        bad.add(request(
                "no timeout",
                "PUT",
                path,
                "{\"harness_idle_timeouts\":{\"h\":null}}",
                422,
                "invalid_field",
                "harness_idle_timeouts"));
        bad.add(request(
                "no harness",
                "PUT",
                path,
                "{\"harness_idle_timeouts\":{\"\":\"PT1M\"}}",
                422,
                "invalid_field",
                "harness_id"));
        bad.add(request(
                "timeouts of another type",
                "PUT",
                path,
                "{\"harness_idle_timeouts\":[]}",
                400,
                "malformed",
                "harness_idle_timeouts"));
        bad.add(request("no such organisation", "PUT", path.replace(ORG, NOBODY), "{}", 404, "not_found", "org_id"));
        bad.add(request("no organisation", "PUT", path.replace(ORG, "..%2f"), "{}", 422, "invalid_field", "org_id"));
        bad.add(request(
                "an environment", "PUT", path.replace("/test", "/%00"), "{}", 422, "invalid_field", "environment"));
    }

    private static BadRequest key(String name, String members, int status, String code, String field) {
        return request(name, "POST", KEYS, "{\"org_id\":\"" + ORG + "\"," + members + "}", status, code, field);
    }

    private static BadRequest request(
            String name, String method, String path, String body, int status, String code, String field) {
        return BadRequest.json(name, method, path, body, status, code, field);
    }

    @Test
    void refusesEverybodyButTheOperator() {
        for (Http stranger : strangers) {
            for (BadRequest request : List.of(
                    request("", "POST", ORGS, "{\"name\":\"mine\"}", 401, "unauthenticated", ""),
                    request("", "POST", KEYS, "{}", 401, "unauthenticated", ""),
                    request(
                            "",
                            "PUT",
                            "/v1/admin/orgs/" + tenant.org() + "/environments/test",
                            "{}",
                            401,
                            "unauthenticated",
                            ""),
                    request("", "DELETE", KEYS + "/" + NOBODY, "", 401, "unauthenticated", ""))) {
                Problems.assertProblem(request.sendTo(stranger), request.status(), request.code(), request.field());
            }
        }
    }
}
