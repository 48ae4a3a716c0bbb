package dev.turnkeep.ingest.turn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.turn.TurnRecord;
import dev.turnkeep.ingest.Turns;
import dev.turnkeep.ingest.body.ByteBudget;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionHeadersTest {
    private static final String TURN = Turns.edited("unused", turn -> {
        turn.remove("session");
        turn.remove("agent_name");
    });

    @Test
    void describeTheSessionOfATurnThatHasNoBlock() {
        // Given
        Map<String, String> headers = Map.of(
                "x-tapes-harness-id", "claude",
                "x-tapes-harness-session-id", "s-1",
                "x-tapes-harness-version", "2.1.0",
                "x-tapes-cwd", "/home/zo%C3%AB/a+b%20c",
                "x-tapes-session-name", "quiet%2Dfox",
                "x-tapes-parent-harness-session-id", "s-0",
                "x-tapes-harness-metadata", base64("{\"kind\":\"interactive\"}"),
                "x-tapes-agent-name", "reviewer",
                "x-paper-auth-subject", "u1",
                "x-claude-code-agent-id", "agent-7");

        // When
        TurnRecord turn = judged(applied(TURN, headers));

        // Then
        assertThat(turn.session().harness().value()).isEqualTo("claude");
        assertThat(turn.session().harnessSession()).hasToString("HarnessSessionId[value=s-1]");
        assertThat(turn.session().harnessVersion()).isEqualTo("2.1.0");
        assertThat(turn.session().cwd()).isEqualTo("/home/zo\u00eb/a+b c");
        assertThat(turn.session().name()).isEqualTo("quiet-fox");
        assertThat(turn.session().parentHarnessSession()).hasToString("HarnessSessionId[value=s-0]");
        assertThat(turn.session().harnessMetadata()).hasToString("{\"kind\":\"interactive\"}");
        assertThat(turn.session().subject()).hasToString("AuthSubject[value=u1]");
        assertThat(turn.agent()).isEqualTo("reviewer");
        assertThat(turn.threadId()).isEqualTo("agent-7");
        assertThat(String.valueOf(turn.meta())).contains("elapsed_seconds").contains("agent-7");
    }

    @Test
    void leaveABodyAloneThatSaysItAll() {
        // Given
        String turn = Turns.edited("s-body", each -> each.withObject("/meta").put("thread_id", "t"));
        Map<String, String> headers = Map.of(
                "x-tapes-harness-session-id", "s-header",
                "x-tapes-agent-name", "other",
                "x-claude-code-agent-id", "other");

        // When / Then
        assertThat(applied(turn, headers)).isEqualTo(turn);
        assertThat(applied(TURN, Map.of("x-paper-auth-subject", "u1"))).isEqualTo(TURN);
        assertThat(applied("{\"provider\":", headers)).isEqualTo("{\"provider\":");
        assertThat(applied(" { } ", Map.of("x-tapes-agent-name", "a"))).isEqualTo(" {\"agent_name\":\"a\"}");
        assertThat(applied("{\"session\":null}", Map.of("x-tapes-harness-id", "a")))
                .isEqualTo("{\"session\":null,\"session\":{\"harness_id\":\"a\"}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "/a%zz | /a%zz",
                "/a% | /a%",
                "/a%2 | /a%2",
                "/a%FF | /a%FF",
                "a+b | a+b",
                "%E6%9D%B1 | \u6771",
                "a%0Ab | none",
                "a%7Fb | none"
            })
    void decodeAPathAndDropControls(String header, @Nullable String cwd) {
        // When
        JsonNode session = Turns.object(applied(TURN, Map.of("x-tapes-harness-id", "h", "x-tapes-cwd", header)))
                .get("session");

        // Then
        assertThat(session.path("cwd").textValue()).isEqualTo(cwd);
    }

    @Test
    void dropMetadataThatCannotBeDecoded() {
        for (String header : new String[] {"###", base64("{"), base64("{} x"), "e30=", base64("")}) {
            assertThat(applied(TURN, Map.of("x-tapes-harness-id", "h", "x-tapes-harness-metadata", header)))
                    .as(header)
                    .doesNotContain("harness_metadata");
        }
        assertThat(judgement(applied(TURN, Map.of("x-tapes-harness-metadata", base64("[1]")))))
                .isInstanceOfSatisfying(
                        Judgement.Refused.class,
                        refused -> assertThat(refused.why().field()).isEqualTo("session.harness_metadata"));
    }

    @ParameterizedTest
    @CsvSource({
        ", , , ",
        "a, , , a",
        "a, s, t, a",
        ", s, t, t",
        ", s, s, ",
        ", s, , ",
        ", , t, ",
    })
    void tellOneThreadFromAnother(
            @Nullable String claude, @Nullable String session, @Nullable String thread, @Nullable String expected) {
        // Given
        Map<String, String> headers = Map.of(
                "x-claude-code-agent-id", claude == null ? "" : claude,
                "session-id", session == null ? "" : session,
                "thread-id", thread == null ? "" : thread);

        // When / Then
        assertThat(judged(applied(TURN, headers)).threadId()).isEqualTo(expected);
    }

    private static String base64(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String applied(String turn, Map<String, String> headers) {
        return SessionHeaders.of(headers::get)
                .applied(Turns.raw(turn), new ByteBudget(1_000_000).open())
                .toString();
    }

    private static TurnRecord judged(String turn) {
        return ((Judgement.Accepted) judgement(turn)).turn();
    }

    private static Judgement judgement(String turn) {
        Scope scope = new Scope(OrgId.parse("0197b7d4-2222-7000-8000-000000000002"), new EnvironmentName("production"));
        return TurnJudge.judge(Turns.raw(turn), scope, null);
    }
}
