package dev.turnkeep.ingest.turn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.id.TurnAddress.ByExternalId;
import dev.turnkeep.contracts.id.TurnAddress.ById;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.turn.TurnReader;
import dev.turnkeep.contracts.turn.TurnRecord;
import dev.turnkeep.ingest.Malformed;
import dev.turnkeep.ingest.Turns;
import dev.turnkeep.ingest.turn.Judgement.Accepted;
import dev.turnkeep.ingest.turn.Judgement.Refused;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TurnJudgeTest {
    private static final Scope SCOPE =
            new Scope(OrgId.parse("0198c0de-0000-7000-8000-000000000001"), new EnvironmentName("test"));
    private static final String SESSION = "s-1";

    @ParameterizedTest
    @MethodSource("dev.turnkeep.ingest.Malformed#all")
    void refusesWhatIsMalformedNamingTheField(Malformed malformed) {
        // Given
        byte[] bytes = malformed.bytes();

        // When
        Judgement judgement = TurnJudge.judge(RawJson.of(bytes, 0, bytes.length), SCOPE, null);

        // Then
        assertThat(judgement).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.why().problem().status()).isEqualTo(malformed.status());
            assertThat(refused.why().problem().code()).isEqualTo(malformed.code());
            assertThat(refused.why().field()).isEqualTo(malformed.field());
            assertThat(refused.isDeadLetter()).isEqualTo(malformed.status() == 422);
        });
    }

    @Test
    void writesWhatConsumersRead() {
        // When
        Judgement judgement = TurnJudge.judge(Turns.raw(Turns.anthropic(SESSION, "hello")), SCOPE, null);

        // Then
        assertThat(judgement).isInstanceOfSatisfying(Accepted.class, accepted -> {
            TurnRecord read = TurnReader.read(accepted.value().array());
            assertThat(read).isEqualTo(accepted.turn());
            assertThat(read.provider()).isEqualTo("anthropic");
            assertThat(read.agent()).isEqualTo("claude-code");
            assertThat(read.nodes()).hasSize(2);
            assertThat(read.usage().inputTokens()).isEqualTo(5);
            assertThat(read.callersTime()).isEqualTo(Instant.parse("2026-03-01T12:00:01.500Z"));
            assertThat(read.latencyNanos()).isEqualTo(1_500_000_000L);
            assertThat(read.status()).isEqualTo("ok");
        });
    }

    @Test
    void givesARetryTheSameIdentityWhateverItsTrace() {
        // Given
        String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        RawJson body = Turns.raw(Turns.anthropic(SESSION, "hello"));

        // When
        TurnRecord first = accepted(TurnJudge.judge(body, SCOPE, null));
        TurnRecord retry = accepted(TurnJudge.judge(body, SCOPE, trace));

        // Then
        assertThat(retry.id()).isEqualTo(first.id());
        assertThat(retry.traceparent()).isEqualTo(trace);
    }

    @Test
    void takesARequestIdForTheIdentityOfTheTurnHoweverLong() {
        // When
        TurnRecord one = accepted(turn -> turn.withObject("/meta").put("request_id", "r".repeat(100_000)));
        TurnRecord sameId = accepted(turn -> {
            turn.withObject("/meta").put("request_id", "r".repeat(100_000));
            turn.put("agent_name", "another");
        });
        TurnRecord otherId = accepted(turn -> turn.withObject("/meta").put("request_id", "r".repeat(100_001)));

        // Then
        assertThat(one.id()).isEqualTo(sameId.id()).isNotEqualTo(otherId.id());
    }

    @Test
    void addressesTheMostExactNameFirst() {
        // Given
        Consumer<ObjectNode> actor = turn -> turn.putObject("session").put("actor_id", "a");
        Consumer<ObjectNode> harness =
                actor.andThen(turn -> turn.withObject("/session").put("harness_session_id", "h"));
        Consumer<ObjectNode> external =
                harness.andThen(turn -> turn.withObject("/session").put("external_id", "e"));
        Consumer<ObjectNode> id = external.andThen(
                turn -> turn.withObject("/session").put("session_id", "session_00000000000000000000000001"));

        // When, Then
        assertThat(accepted(actor).address()).isInstanceOf(ActorSlot.class);
        assertThat(accepted(harness).address()).isInstanceOf(SessionKey.class);
        assertThat(accepted(external).address()).isInstanceOf(ByExternalId.class);
        assertThat(accepted(id).address()).isInstanceOf(ById.class);
    }

    @Test
    void makesASessionOfTheFirstWordsForACallerThatNamesNone() {
        // When
        TurnRecord anonymous = accepted(turn -> turn.remove("session"));
        TurnRecord ann = accepted(turn -> turn.putObject("session").put("auth_subject", "ann"));
        TurnRecord bob = accepted(turn -> turn.putObject("session").put("auth_subject", "bob"));

        // Then
        assertThat(anonymous.synthetic()).isTrue();
        assertThat(anonymous.address()).isInstanceOfSatisfying(SessionKey.class, key -> {
            assertThat(key.harness().value()).isEqualTo("unknown");
            assertThat(key.harnessSession().value())
                    .isEqualTo(anonymous.root().hash().substring(0, 16));
        });
        assertThat(ann.address()).isNotEqualTo(bob.address()).isNotEqualTo(anonymous.address());
    }

    @Test
    void takesEmptyAndNullMembersOfTheSessionForAbsent() {
        // When
        TurnRecord turn = accepted(each -> each.putObject("session")
                .put("harness_id", "")
                .put("harness_session_id", "h")
                .put("org_id", "")
                .put("cwd", "")
                .putNull("name")
                .putNull("harness_metadata")
                .putNull("parent_harness_session_id"));

        // Then
        assertThat(turn.session().harness().value()).isEqualTo("unknown");
        assertThat(turn.session().cwd()).isNull();
        assertThat(turn.session().harnessMetadata()).isNull();
        assertThat(turn.session().parentHarnessSession()).isNull();
    }

    @Test
    void letsASessionOfAnotherHarnessBeTheParentUnderTheSameName() {
        // When
        TurnRecord turn = accepted(each -> each.withObject("/session")
                .put("parent_harness_session_id", SESSION)
                .put("parent_harness_id", "codex"));

        // Then
        assertThat(turn.session().parentHarness()).isNotNull();
    }

    @Test
    void replacesWhatStoresCannotHoldInLabelsAndMetadataOnly() {
        // Given
        String body = Turns.edited(SESSION, turn -> {
                    turn.withObject("/session").put("name", "a\u0000b").put("cwd", "LONE");
                    turn.withObject("/session/harness_metadata")
                            .put("k", "LONE")
                            .put("fine", "\ud83d\ude00\\u0000");
                    turn.withObject("/meta").put("note", "LONE");
                    turn.withObject("/request")
                            .putArray("messages")
                            .addObject()
                            .put("role", "user")
                            .put("content", "LONE");
                })
                .replace("LONE", "x\\ud800\\u0000y");

        // When
        TurnRecord turn = accepted(TurnJudge.judge(Turns.raw(body), SCOPE, null));

        // Then
        assertThat(turn.session().name()).isEqualTo("a\ufffdb");
        assertThat(turn.session().cwd()).isEqualTo("x\ufffd\ufffdy");
        assertThat(String.valueOf(turn.session().harnessMetadata()))
                .contains("x\\ufffd\\ufffdy")
                .contains("\\\\u0000");
        assertThat(String.valueOf(turn.meta())).contains("x\\ufffd\\ufffdy");
        assertThat(turn.root().content()).hasToString("\"x\\ud800\\u0000y\"");
    }

    @Test
    void letsTheLastOfRepeatedMembersCount() {
        // Given
        String body =
                "{\"provider\":\"acme\"," + Turns.anthropic(SESSION, "hello").substring(1);

        // When, Then
        assertThat(accepted(TurnJudge.judge(Turns.raw(body), SCOPE, null)).provider())
                .isEqualTo("anthropic");
    }

    @Test
    void readsTheRawResponseBesideOneThatWasNeverFilledIn() {
        // Given
        String raw = """
                {"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5",
                 "content":[{"type":"text","text":"from the bytes"}],"stop_reason":"end_turn",
                 "usage":{"input_tokens":3,"output_tokens":2}}""";

        // When
        TurnRecord turn = accepted(each -> {
            each.set("response", Turns.object("""
                    {"model":"","created_at":"0001-01-01T00:00:00Z","done":false,
                     "message":{"role":"","content":null},"usage":null}"""));
            each.put("raw_response", Base64.getEncoder().encodeToString(raw.getBytes(StandardCharsets.UTF_8)));
        });

        // Then
        assertThat(turn.leaf().content().toString()).contains("from the bytes");
        assertThat(turn.usage().inputTokens()).isEqualTo(3);
    }

    @Test
    void ignoresAnOversizedRawResponseBesideAParsedOne() {
        assertThat(accepted(turn ->
                                turn.put("raw_response", Base64.getEncoder().encodeToString(new byte[9 * 1024 * 1024])))
                        .status())
                .isEqualTo("ok");
    }

    @Test
    void callsATurnAnErrorWhenItsResponseBrokeOff() {
        assertThat(accepted(turn -> turn.withObject("/meta").put("upstream_status", 529))
                        .status())
                .isEqualTo("error");
    }

    @ParameterizedTest
    @CsvSource({
        "0.0125, 12500000",
        "'\"0.0125\"', 12500000",
        "1e-9, 1",
        "0.0000000005, 1",
        "0.00000000049, 0",
        "'\"3\"', 3000000000",
        "0, 0"
    })
    void takesWhatTheCallerSaysItCost(String given, long nanoUsd) {
        // When
        TurnRecord turn = accepted(TurnJudge.judge(costing(given), SCOPE, null));

        // Then
        assertThat(turn.costNanoUsd()).isEqualTo(nanoUsd);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "\"-0.1\"", "\"12 $\"", "true", "{}", "[1]", "1e11", "\"NaN\"", "\"\""})
    void refusesACostThatIsNone(String given) {
        // When
        Judgement judgement = TurnJudge.judge(costing(given), SCOPE, null);

        // Then
        assertThat(judgement).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.why().field()).isEqualTo("meta.cost_usd");
            assertThat(refused.isDeadLetter()).isTrue();
        });
    }

    private static RawJson costing(String usd) {
        return Turns.raw(Turns.anthropic(SESSION, "hello")
                .replace("\"elapsed_seconds\"", "\"cost_usd\":" + usd + ",\"elapsed_seconds\""));
    }

    @Test
    void theCallersCostGoesBeforeTheProviders() {
        // Given
        Consumer<ObjectNode> provider =
                turn -> turn.withObject("/response/usage").put("cost", 0.5);

        // When / Then
        assertThat(accepted(provider).costNanoUsd()).isEqualTo(500_000_000);
        assertThat(accepted(provider.andThen(turn -> turn.withObject("/meta").put("cost_usd", "0.25")))
                        .costNanoUsd())
                .isEqualTo(250_000_000);
        assertThat(accepted(turn -> {}).costNanoUsd()).isNull();
    }

    @Test
    void aCallWithoutMessagesHasToNameItsSession() {
        // Given
        String call = """
                {"format":"otel_genai","provider":"openai","request":{},"response":{"usage":{"input_tokens":5}},"session":{%s}}""";

        // When
        Judgement nowhere = TurnJudge.judge(Turns.raw(call.formatted("")), SCOPE, null);
        TurnRecord named =
                accepted(TurnJudge.judge(Turns.raw(call.formatted("\"harness_session_id\":\"s-1\"")), SCOPE, null));

        // Then
        assertThat(nowhere).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.why().field()).isEqualTo("session");
            assertThat(refused.isDeadLetter()).isTrue();
        });
        assertThat(named.usage().inputTokens()).isEqualTo(5);
    }

    @Test
    void keysTheDeadLetterOfATurnWhoseSessionIsKnown() {
        // When
        Judgement judgement =
                TurnJudge.judge(Turns.raw(Turns.edited(SESSION, turn -> turn.put("provider", "acme"))), SCOPE, null);

        // Then
        assertThat(judgement).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.key()).startsWith("s36:").endsWith("6:claude3:s-1");
            assertThat(refused.provider()).isEqualTo("unknown");
        });
    }

    private static TurnRecord accepted(Consumer<ObjectNode> edit) {
        return accepted(TurnJudge.judge(Turns.raw(Turns.edited(SESSION, edit)), SCOPE, null));
    }

    private static TurnRecord accepted(Judgement judgement) {
        assertThat(judgement).isInstanceOf(Accepted.class);
        return ((Accepted) judgement).turn();
    }
}
