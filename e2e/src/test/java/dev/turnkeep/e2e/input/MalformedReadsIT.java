package dev.turnkeep.e2e.input;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.e2e.system.Answer;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.ServiceLog;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turn;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Questions to the read API that must be refused. */
@WithTurnkeep
@TestInstance(Lifecycle.PER_CLASS)
class MalformedReadsIT {
    /** Put where a session stands in a path; replaced by one that exists. */
    private static final String SESSION = "{session}";

    /** In percent form, as it stands in a path. */
    private static final List<String> STRANGE_IDS = List.of(
            "nothing",
            BadTurn.SECRET,
            "session_",
            "session_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "session_01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "00000000-0000-0000-0000-00000000000g",
            "0-0-0-0-0",
            "%00",
            "a%00b",
            "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
            "%252e%252e",
            "%0d%0aX-Injected:%20yes",
            "'%20OR%201=1%20--",
            "%22;%20DROP%20TABLE%20sessions;%20--",
            "%ED%A0%80",
            "%FF%FE",
            "%C0%AF",
            "a".repeat(3000));

    private final Tenant tenant;
    private final Http stranger;
    private final ServiceLog log;
    private String session = "";

    MalformedReadsIT(Turnkeep turnkeep) {
        this.tenant = turnkeep.tenant("malformed reads");
        this.stranger = turnkeep.stranger().getLast();
        this.log = turnkeep.logFromNow();
    }

    @BeforeAll
    void makeASession() {
        tenant.post(Turn.in("exists").json());
        session = tenant.session(Turn.HARNESS, "exists", 1).path("friendly_id").asText();
    }

    @AfterAll
    void leavesNeitherErrorsNorContentInTheLogs() {
        assertThat(log.errors()).isEmpty();
        assertThat(log.text()).doesNotContain(BadTurn.SECRET);
    }

    @ParameterizedTest
    @MethodSource("badReads")
    void refusesAQuestionAndSaysWhatAndWhere(BadRequest bad) {
        // When
        Answer answer =
                tenant.sessions().send(bad.method(), bad.path().replace(SESSION, session), bad.body(), bad.headers());

        // Then
        Problems.assertProblem(answer, bad.status(), bad.code(), bad.field());
        assertThat(answer.header("X-Injected")).isEmpty();
    }

    static List<BadRequest> badReads() {
        List<BadRequest> bad = new ArrayList<>();
        for (String list : List.of("", "/turns", "/messages", "/events")) {
            for (String id : STRANGE_IDS) {
                bad.add(BadRequest.get("no such session", "/v1/sessions/" + id + list, 404, "not_found", ""));
            }
        }
        for (String id : STRANGE_IDS) {
            bad.add(BadRequest.get("no turn id", "/v1/turns/" + id, 422, "invalid_field", "turn_id"));
        }
        for (String list : List.of("turns", "messages", "events")) {
            String path = "/v1/sessions/" + SESSION + "/" + list;
            for (String limit : List.of("0", "-1", "201", "1e1", "0x10", "99999999999999999999", "%00", "1%3BDROP")) {
                bad.add(BadRequest.get("a limit", path + "?limit=" + limit, 400, "malformed", "limit"));
            }
            for (String cursor : List.of(
                    "x",
                    "%00",
                    "....",
                    encoded("0"),
                    encoded("1"),
                    encoded("1-1"),
                    encoded("1' OR 1=1"),
                    encoded("1" + "9".repeat(40)),
                    "a".repeat(3000))) {
                bad.add(BadRequest.get("a cursor", path + "?cursor=" + cursor, 400, "malformed", "cursor"));
            }
            bad.add(new BadRequest(
                    "another method", "DELETE", path, Map.of(), new byte[0], 405, "method_not_allowed", ""));
            bad.add(new BadRequest(
                    "another form",
                    "GET",
                    path,
                    Map.of("Accept", "image/png"),
                    new byte[0],
                    406,
                    "not_acceptable",
                    ""));
        }
        String messages = "/v1/sessions/" + SESSION + "/messages";
        bad.add(BadRequest.get("no turn id", messages + "?turn=x", 422, "invalid_field", "turn_id"));
        bad.add(BadRequest.get(
                "no such turn", messages + "?turn=00000000-0000-4000-8000-000000000000", 404, "not_found", ""));
        bad.add(BadRequest.get("NUL in a thread", messages + "?thread=a%00b", 422, "invalid_field", "thread"));
        bad.add(BadRequest.get(
                "a long thread", messages + "?thread=" + "t".repeat(257), 422, "invalid_field", "thread"));
        addNames(bad);
        return bad;
    }

    private static void addNames(List<BadRequest> bad) {
        String list = "/v1/sessions?harness_id=h&harness_session_id=s";
        for (String parameter : List.of(
                "limit=0",
                "limit=1e1",
                "cursor=x",
                "sort=colour",
                "direction=up",
                "since=yesterday",
                "until=%00",
                "status=lost",
                "state=lost",
                "tag=a%00b",
                "text=" + "t".repeat(257))) {
            String name = parameter.substring(0, parameter.indexOf('='));
            bad.add(BadRequest.get("a list", "/v1/sessions?" + parameter, 400, "malformed", name));
        }
        bad.add(BadRequest.get("half a name", "/v1/sessions?harness_id=h", 400, "malformed", "harness_session_id"));
        bad.add(BadRequest.get("an unknown word", list + "&include=" + BadTurn.SECRET, 400, "malformed", "include"));
        for (String value : List.of("%20", "%00", "a%00b", "x".repeat(300))) {
            bad.add(BadRequest.get(
                    "a harness",
                    "/v1/sessions?harness_session_id=s&harness_id=" + value,
                    422,
                    "invalid_field",
                    "harness_id"));
            bad.add(BadRequest.get(
                    "a key",
                    "/v1/sessions?harness_id=h&harness_session_id=" + value,
                    422,
                    "invalid_field",
                    "harness_session_id"));
            bad.add(BadRequest.get(
                    "a harness", "/v1/actors/" + value + "/a/session", 422, "invalid_field", "harness_id"));
            bad.add(BadRequest.get("an actor", "/v1/actors/h/" + value + "/session", 422, "invalid_field", "actor_id"));
        }
        bad.add(BadRequest.get("nobody", "/v1/actors/h/..%2f..%2f/session", 404, "not_found", ""));
        bad.add(BadRequest.get("SQL", "/v1/actors/h/'%20OR%201=1%20--/session", 404, "not_found", ""));
        bad.add(BadRequest.get("no such route", "/v1/nothing", 404, "not_found", ""));
    }

    private static String encoded(String position) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(position.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void refusesCallersItDoesNotKnowOnEveryRoute() {
        String turn = "00000000-0000-4000-8000-000000000000";
        String read = "/v1/sessions/" + session;
        for (String path : List.of(
                "/v1/sessions?harness_id=h&harness_session_id=s",
                read,
                read + "/turns",
                read + "/messages",
                read + "/events",
                "/v1/turns/" + turn,
                "/v1/actors/h/a/session")) {
            Problems.assertProblem(stranger.get(path), 401, "unauthenticated", "");
            Problems.assertProblem(
                    stranger.send("GET", path, new byte[0], Map.of("Authorization", "Bearer " + BadTurn.SECRET)),
                    401,
                    "unauthenticated",
                    "");
        }
    }
}
