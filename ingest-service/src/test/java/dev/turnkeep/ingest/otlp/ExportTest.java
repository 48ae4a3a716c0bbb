package dev.turnkeep.ingest.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.turn.StopKind;
import dev.turnkeep.contracts.turn.TurnRecord;
import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.ingest.Turns;
import dev.turnkeep.ingest.body.ByteBudget;
import dev.turnkeep.ingest.turn.Judgement;
import dev.turnkeep.ingest.turn.TurnJudge;
import dev.turnkeep.platform.proto.ProtoReader;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExportTest {
    private static final String SPAN = "EEE19B7EC3C1B174";
    private static final String OUTER_SPAN = "AAA19B7EC3C1B174";
    private static final String INPUT = """
            [{"role":"user","parts":[{"type":"text","content":"Weather in Paris?"}]},
            {"role":"assistant","parts":[{"type":"tool_call","id":"call_1","name":"get_weather","arguments":{"location":"Paris"}}]},
            {"role":"tool","parts":[{"type":"tool_call_response","id":"call_1","response":"rainy, 57F"}]}]""";
    private static final String OUTPUT = """
            [{"role":"assistant","parts":[{"type":"text","content":"It rains in Paris."}],"finish_reason":"stop"}]""";
    private static final String CALL = """
            {"gen_ai.operation.name":"chat","gen_ai.provider.name":"openai","gen_ai.request.model":"gpt-4",
            "gen_ai.request.temperature":0.5,"gen_ai.response.model":"gpt-4-0613","gen_ai.response.id":"chatcmpl-1",
            "gen_ai.response.finish_reasons":["stop"],"gen_ai.usage.input_tokens":97,"gen_ai.usage.output_tokens":52,
            "gen_ai.usage.cache_read.input_tokens":40,"gen_ai.usage.cache_creation.input_tokens":7,
            "gen_ai.conversation.id":"conv-1","gen_ai.agent.name":"weatherman","user.id":"u1",
            "gen_ai.system_instructions":[{"type":"text","content":"Be terse."}],
            "gen_ai.input.messages":%s,"gen_ai.output.messages":%s}""";

    private static final String RESPONSE = "chatcmpl-9J3uIL87gldCFtiIbyaOvTeYBRA3l";

    private static final String STRUCTURED = Spans.export(SPAN, CALL.formatted(INPUT, OUTPUT));
    private static final String AS_TEXT = Spans.export(SPAN, CALL.formatted(quoted(INPUT), quoted(OUTPUT)));

    @Test
    void aSpanOfACallBecomesATurn() {
        // When
        TurnRecord turn = turn(OtlpFormat.JSON, STRUCTURED);

        // Then
        assertThat(turn.provider()).isEqualTo("openai");
        assertThat(turn.model()).isEqualTo("gpt-4-0613");
        assertThat(turn.agent()).isEqualTo("weatherman");
        assertThat(turn.session().harness().value()).isEqualTo("shop");
        assertThat(turn.session().harnessVersion()).isEqualTo("1.2");
        assertThat(turn.session().harnessSession()).hasToString("HarnessSessionId[value=conv-1]");
        assertThat(turn.session().subject()).hasToString("AuthSubject[value=u1]");
        assertThat(turn.requestId()).isEqualTo("5b8efff798038103d269b633813fc60c:eee19b7ec3c1b174");
        assertThat(turn.callersTime()).isEqualTo(Instant.parse("2026-03-01T12:00:01.5Z"));
        assertThat(turn.latencyNanos()).isEqualTo(1_500_000_000L);
        assertThat(turn.usage()).isEqualTo(new Usage(97, 52, 40, 7, 0, 0));
        assertThat(turn.stopReason()).isEqualTo("stop");
        assertThat(turn.stopKind()).isEqualTo(StopKind.COMPLETE);
        assertThat(turn.status()).isEqualTo("ok");
        assertThat(turn.nodes()).hasSize(4);
        assertThat(String.valueOf(turn.system())).contains("Be terse.");
        assertThat(String.valueOf(turn.params())).isEqualTo("{\"temperature\":0.5}");
    }

    @Test
    void theSameCallIsTheSameTurnInBothEncodingsAndInBothFormsOfItsMessages() {
        // Given
        TurnRecord turn = turn(OtlpFormat.JSON, STRUCTURED);

        // When
        TurnRecord binary = turn(OtlpFormat.PROTOBUF, STRUCTURED);
        TurnRecord texts = turn(OtlpFormat.JSON, AS_TEXT);

        // Then
        assertThat(binary.id()).isEqualTo(turn.id());
        assertThat(texts.id()).isEqualTo(turn.id());
        assertThat(binary.leaf().hash()).isEqualTo(turn.leaf().hash());
        assertThat(texts.leaf().hash()).isEqualTo(turn.leaf().hash());
        assertThat(binary.usage()).isEqualTo(turn.usage());
        assertThat(texts.meta()).isEqualTo(turn.meta());
    }

    @Test
    void hashesAsTheProvidersOwnMessagesDo() {
        // Given
        String wire = Turns.edited("s", turn -> {
            turn.put("provider", "openai");
            turn.set("request", Spans.tree("""
                    {"messages":[{"role":"user","content":"Weather in Paris?"},
                    {"role":"assistant","content":null,"tool_calls":[{"id":"call_1","function":{"name":"get_weather","arguments":"{\\"location\\": \\"Paris\\"}"}}]},
                    {"role":"tool","tool_call_id":"call_1","content":"rainy, 57F"}]}"""));
            turn.withObject("/response/message")
                    .putArray("content")
                    .addObject()
                    .put("type", "text")
                    .put("text", "It rains in Paris.");
        });

        // When / Then
        assertThat(turn(OtlpFormat.JSON, STRUCTURED).leaf().hash())
                .isEqualTo(accepted(Turns.raw(wire)).leaf().hash());
    }

    @Test
    void messagesMayComeInEvents() {
        // Given
        String call = """
                {"gen_ai.operation.name":"chat","gen_ai.system":"openai","gen_ai.conversation.id":"conv-1",
                "gen_ai.usage.prompt_tokens":9,"gen_ai.usage.completion_tokens":2}""";
        String details = Spans.export(
                SPAN,
                call,
                "{\"name\":\"gen_ai.client.inference.operation.details\",\"gen_ai.input.messages\":%s,\"gen_ai.output.messages\":%s}"
                        .formatted(INPUT, OUTPUT));
        String older = Spans.export(
                SPAN,
                call,
                "{\"name\":\"gen_ai.user.message\",\"content\":\"Weather in Paris?\"}",
                "{\"name\":\"gen_ai.assistant.message\",\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"arguments\":\"{\\\"location\\\":\\\"Paris\\\"}\"}}]}",
                "{\"name\":\"gen_ai.tool.message\",\"id\":\"call_1\",\"content\":\"rainy, 57F\"}",
                "{\"name\":\"gen_ai.choice\",\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\",\"content\":\"It rains in Paris.\"}}");
        String content = Spans.export(
                SPAN,
                call,
                "{\"name\":\"gen_ai.user.message\",\"gen_ai.event.content\":\"{\\\"role\\\":\\\"user\\\",\\\"content\\\":\\\"hi\\\"}\"}",
                "{\"name\":\"gen_ai.choice\",\"gen_ai.event.content\":\"{\\\"finish_reason\\\":\\\"length\\\",\\\"message\\\":{\\\"content\\\":\\\"ho\\\"}}\"}");
        String leaf = turn(OtlpFormat.JSON, STRUCTURED).leaf().hash();

        // When / Then
        assertThat(turn(OtlpFormat.JSON, details).leaf().hash()).isEqualTo(leaf);
        assertThat(turn(OtlpFormat.PROTOBUF, details).usage()).isEqualTo(new Usage(9, 2, 0, 0, 0, 0));
        assertThat(turn(OtlpFormat.JSON, older).leaf().hash()).isEqualTo(leaf);
        assertThat(turn(OtlpFormat.JSON, older).stopReason()).isEqualTo("stop");
        assertThat(turn(OtlpFormat.JSON, content).nodes()).hasSize(2);
        assertThat(turn(OtlpFormat.JSON, content).stopKind()).isEqualTo(StopKind.LENGTH);
    }

    @Test
    void aCallWithoutContentStillCounts() {
        // Given
        String bare = Spans.export(SPAN, """
                {"gen_ai.operation.name":"chat","gen_ai.provider.name":"aws.bedrock","gen_ai.conversation.id":"conv-1",
                "gen_ai.usage.input_tokens":9,"gen_ai.response.finish_reasons":["max_tokens"]}""");

        // When
        TurnRecord turn = turn(OtlpFormat.JSON, bare);

        // Then
        assertThat(turn.provider()).isEqualTo("bedrock");
        assertThat(turn.nodes()).hasSize(1);
        assertThat(turn.usage().inputTokens()).isEqualTo(9);
        assertThat(turn.stopKind()).isEqualTo(StopKind.LENGTH);
    }

    @Test
    void aFailedCallIsATurnThatFailed() {
        // Given
        String failed = STRUCTURED
                .replace("\"name\":\"chat m\"", "\"status\":{\"code\":2,\"message\":\"x\"},\"name\":\"chat m\"")
                .replace("\"gen_ai.agent.name\"", "\"error.type\"")
                .replace("gen_ai.response.finish_reasons", "gen_ai.other");

        // When / Then
        for (OtlpFormat format : OtlpFormat.values()) {
            TurnRecord turn = turn(format, failed);
            assertThat(turn.status()).isEqualTo("error");
            assertThat(turn.error()).isEqualTo("weatherman");
        }
    }

    @ParameterizedTest
    @EnumSource(OtlpFormat.class)
    void saysWhatIsNoTurn(OtlpFormat format) {
        // Given
        Export export = export(format, Spans.export(SPAN, "{\"http.method\":\"GET\"}"));
        Export tool = export(format, Spans.export(SPAN, "{\"gen_ai.operation.name\":\"execute_tool\"}"));

        // When / Then
        assertThat(answer(export, format)).contains("no call of a model");
        assertThat(answer(tool, format)).contains("no call of a model");
        assertThat(export(format, STRUCTURED).answer(format)).isEqualTo(format.success());
    }

    @ParameterizedTest
    @EnumSource(OtlpFormat.class)
    void aCallWithoutMessagesOrSessionIsADeadLetterWithItsUsage(OtlpFormat format) {
        // Given
        String nobody = "{\"gen_ai.operation.name\":\"chat\",\"gen_ai.usage.input_tokens\":9}";
        String cut = "{\"gen_ai.operation.name\":\"chat\",\"gen_ai.usage.input_tokens\":9,"
                + "\"gen_ai.input.messages\":\"[{secret\",\"gen_ai.output.messages\":\"[{\"}";

        for (String call : new String[] {nobody, cut}) {
            // When
            RawJson envelope = export(format, Spans.export(SPAN, call)).turns().getFirst();
            Judgement judgement = TurnJudge.judge(envelope, SCOPE, null);

            // Then
            assertThat(judgement).isInstanceOfSatisfying(Judgement.Refused.class, refused -> {
                assertThat(refused.isDeadLetter()).isTrue();
                assertThat(refused.why().detail()).doesNotContain("secret");
                assertThat(refused.original().toString()).contains("\"input_tokens\":9");
            });
        }
    }

    @ParameterizedTest
    @EnumSource(OtlpFormat.class)
    void aCallWhoseMessagesWereCutOffKeepsItsUsageInTheConversationItNames(OtlpFormat format) {
        // Given: as a limit on the length of attributes leaves them
        String call = CALL.formatted(quoted(INPUT.substring(0, 40)), quoted(OUTPUT));

        // When
        TurnRecord turn = turn(format, Spans.export(SPAN, call));

        // Then
        assertThat(turn.usage()).isEqualTo(new Usage(97, 52, 40, 7, 0, 0));
        assertThat(turn.session().harnessSession()).hasToString("HarnessSessionId[value=conv-1]");
        assertThat(turn.nodes()).hasSize(1);
        assertThat(turn.leaf().content().toString()).contains("It rains in Paris.");
        assertThat(String.valueOf(turn.meta())).contains("\"unreadable\":\"input\"");
    }

    @ParameterizedTest
    @EnumSource(OtlpFormat.class)
    void twoInstrumentationsOfOneCallAreOneTurn(OtlpFormat format) {
        // Given: the outer one knows the conversation, the inner one what the provider said
        String outer = """
                {"gen_ai.operation.name":"chat","gen_ai.provider.name":"langchain","gen_ai.conversation.id":"conv-1",
                "gen_ai.usage.input_tokens":97,"gen_ai.usage.output_tokens":52%s}""";
        String inner = """
                {"gen_ai.operation.name":"chat","gen_ai.provider.name":"openai","gen_ai.response.id":"chatcmpl-9J3uIL87gldCFtiIbyaOvTeYBRA3l",
                "gen_ai.usage.input_tokens":97,"gen_ai.usage.output_tokens":52,
                "gen_ai.input.messages":%s,"gen_ai.output.messages":%s}""".formatted(INPUT, OUTPUT);
        String same = ",\"gen_ai.response.id\":\"chatcmpl-9J3uIL87gldCFtiIbyaOvTeYBRA3l\"";
        String other = ",\"gen_ai.response.id\":\"chatcmpl-0000000000000000000000000000x\"";
        String within = Spans.within(OUTER_SPAN, Spans.export(SPAN, inner));
        String apart = Spans.later(Spans.export(SPAN, inner));

        // When
        Export asChild = export(format, Spans.together(Spans.export(OUTER_SPAN, outer.formatted("")), within));
        Export byName = export(format, Spans.together(apart, Spans.export(OUTER_SPAN, outer.formatted(same))));
        Export two = export(format, Spans.together(Spans.export(OUTER_SPAN, outer.formatted(other)), within));

        // Then
        for (Export export : new Export[] {asChild, byName}) {
            List<RawJson> turns = export.turns();
            assertThat(turns).hasSize(1);
            TurnRecord turn = accepted(turns.getFirst());
            assertThat(turn.provider()).isEqualTo("openai");
            assertThat(turn.session().harnessSession()).hasToString("HarnessSessionId[value=conv-1]");
            assertThat(turn.requestId())
                    .isEqualTo("5b8efff798038103d269b633813fc60c:chatcmpl-9J3uIL87gldCFtiIbyaOvTeYBRA3l");
            assertThat(export.repeated()).isOne();
        }
        assertThat(two.turns()).hasSize(2);
    }

    /** As where a framework captures content and the client below it, by default, none. */
    @ParameterizedTest
    @EnumSource(OtlpFormat.class)
    void whatTheInnerSpanDoesNotSayIsTakenFromTheOuterOne(OtlpFormat format) {
        // Given
        String outer = CALL.formatted(INPUT, OUTPUT).replace("chatcmpl-1", RESPONSE);
        String inner = """
                {"gen_ai.operation.name":"chat","gen_ai.provider.name":"azure.ai.openai","gen_ai.response.id":"%s",
                "gen_ai.usage.input_tokens":97,"gen_ai.usage.output_tokens":52}""".formatted(RESPONSE);
        String named = inner.replace(
                "\"gen_ai.operation.name\"", "\"gen_ai.conversation.id\":\"own\",\"gen_ai.operation.name\"");

        for (String each : new String[] {inner, named}) {
            // When
            Export export = export(
                    format,
                    Spans.together(
                            Spans.export(OUTER_SPAN, outer), Spans.within(OUTER_SPAN, Spans.export(SPAN, each))));
            List<RawJson> turns = export.turns();

            // Then
            assertThat(turns).hasSize(1);
            TurnRecord turn = accepted(turns.getFirst());
            assertThat(turn.provider()).isEqualTo("azure");
            assertThat(turn.leaf().hash())
                    .isEqualTo(turn(OtlpFormat.JSON, STRUCTURED).leaf().hash());
            assertThat(turn.usage()).isEqualTo(new Usage(97, 52, 40, 7, 0, 0));
            assertThat(turn.agent()).isEqualTo("weatherman");
            assertThat(turn.session().subject()).hasToString("AuthSubject[value=u1]");
            assertThat(turn.session().harnessSession())
                    .hasToString("HarnessSessionId[value=" + (each.equals(named) ? "own" : "conv-1") + "]");
            assertThat(String.valueOf(turn.system())).contains("Be terse.");
            assertThat(turn.stopKind()).isEqualTo(StopKind.COMPLETE);
        }
    }

    @ParameterizedTest
    @EnumSource(OtlpFormat.class)
    void theUsageOfTheOuterSpanCountsWhereTheInnerOneTellsNone(OtlpFormat format) {
        // Given: a streamed call, below a framework that counted
        String outer = CALL.formatted(INPUT, OUTPUT);
        String inner = """
                {"gen_ai.operation.name":"chat","gen_ai.provider.name":"openai","gen_ai.response.id":"%s",
                "openai.response.service_tier":"flex"}""".formatted(RESPONSE);

        // When
        List<RawJson> turns = export(
                        format,
                        Spans.together(
                                Spans.export(OUTER_SPAN, outer), Spans.within(OUTER_SPAN, Spans.export(SPAN, inner))))
                .turns();

        // Then
        assertThat(turns).hasSize(1);
        Usage usage = accepted(turns.getFirst()).usage();
        assertThat(usage.inputTokens()).isEqualTo(97);
        assertThat(usage.outputTokens()).isEqualTo(52);
        assertThat(usage.cacheReadTokens()).isEqualTo(40);
        assertThat(usage.partial()).isFalse();
        assertThat(usage.serviceTier()).isEqualTo("flex");
    }

    @ParameterizedTest
    @EnumSource(OtlpFormat.class)
    void aTryThatFailedDoesNotStandForTheCallThatDidNot(OtlpFormat format) {
        // Given: a gateway whose first try failed, and whose second has no span
        String gateway = Spans.export(OUTER_SPAN, CALL.formatted(INPUT, OUTPUT).replace("chatcmpl-1", RESPONSE));
        String failed = Spans.failed(
                Spans.within(
                        OUTER_SPAN,
                        Spans.export(
                                SPAN,
                                "{\"gen_ai.operation.name\":\"chat\",\"gen_ai.provider.name\":\"openai\",\"error.type\":\"timeout\"}")));

        // When
        Export export = export(format, Spans.together(gateway, failed));
        List<TurnRecord> turns =
                export.turns().stream().map(ExportTest::accepted).toList();

        // Then
        assertThat(turns).hasSize(2);
        assertThat(turns.getFirst().usage()).isEqualTo(new Usage(97, 52, 40, 7, 0, 0));
        assertThat(turns.getFirst().status()).isEqualTo("ok");
        assertThat(turns.getLast().error()).isEqualTo("timeout");
        assertThat(turns.getLast().usage().isTold()).isFalse();
        assertThat(turns).allSatisfy(turn -> assertThat(turn.session().harnessSession())
                .hasToString("HarnessSessionId[value=conv-1]"));
        assertThat(export.unnamed()).isOne();
        assertThat(export.repeated()).isZero();
    }

    @Test
    void aSpanAroundCallsIsNoneOfItsOwnWhenItUsedWhatTheyDid() {
        // Given
        String call =
                "{\"gen_ai.operation.name\":\"chat\",\"gen_ai.conversation.id\":\"c\",\"gen_ai.usage.input_tokens\":%d,"
                        + "\"gen_ai.usage.output_tokens\":%d}";
        String inner = Spans.together(
                Spans.within(OUTER_SPAN, Spans.export(SPAN, call.formatted(10, 1))),
                Spans.within(OUTER_SPAN, Spans.export("EEE19B7EC3C1B175", call.formatted(20, 2))));
        String one = Spans.within(OUTER_SPAN, Spans.export(SPAN, call.formatted(10, 1)));

        // When
        Export sum = export(OtlpFormat.JSON, Spans.together(inner, Spans.export(OUTER_SPAN, call.formatted(30, 3))));
        Export another =
                export(OtlpFormat.JSON, Spans.together(inner, Spans.export(OUTER_SPAN, call.formatted(70, 7))));
        Export single = export(OtlpFormat.JSON, Spans.together(one, Spans.export(OUTER_SPAN, call.formatted(70, 7))));

        // Then
        assertThat(sum.turns()).hasSize(2);
        assertThat(another.turns()).hasSize(3);
        assertThat(single.turns()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(OtlpFormat.class)
    void whatWasCapturedAroundSeveralCallsIsKeptWithTheLastOfThem(OtlpFormat format) {
        // Given: a framework that captures content, around two calls of a client that does not
        String outer = Spans.export(OUTER_SPAN, CALL.formatted(INPUT, OUTPUT));
        String call = """
                {"gen_ai.operation.name":"chat","gen_ai.provider.name":"openai",
                "gen_ai.usage.input_tokens":%d,"gen_ai.usage.output_tokens":%d}""";
        String first = Spans.within(OUTER_SPAN, Spans.export(SPAN, call.formatted(60, 50)));
        String last = Spans.within(OUTER_SPAN, Spans.later(Spans.export("EEE19B7EC3C1B175", call.formatted(37, 2))));

        // When
        Export export = export(format, Spans.together(Spans.together(last, outer), first));
        List<TurnRecord> turns =
                export.turns().stream().map(ExportTest::accepted).toList();

        // Then
        assertThat(turns)
                .extracting(TurnRecord::usage)
                .containsExactly(new Usage(60, 50, 0, 0, 0, 0), new Usage(37, 2, 0, 0, 0, 0));
        assertThat(turns.getFirst().nodes()).hasSize(1);
        assertThat(turns.getLast().leaf().hash())
                .isEqualTo(turn(OtlpFormat.JSON, STRUCTURED).leaf().hash());
        assertThat(String.valueOf(turns.getLast().system())).contains("Be terse.");
        assertThat(export.repeated()).isOne();
    }

    @Test
    void aResponseIsOneTurnWhateverSessionItIsToldToBeOf() {
        // Given: the client's span knows no conversation, and comes with an export of its own
        String outer = CALL.formatted(INPUT, OUTPUT).replace("chatcmpl-1", RESPONSE);
        String inner = outer.replace("gen_ai.conversation.id", "gen_ai.other");

        // When
        TurnRecord of = turn(OtlpFormat.JSON, Spans.export(OUTER_SPAN, outer));
        TurnRecord without = turn(OtlpFormat.JSON, Spans.export(SPAN, inner));
        RawJson envelope =
                export(OtlpFormat.JSON, Spans.export(SPAN, inner)).turns().getFirst();
        Scope other = new Scope(SCOPE.org(), new EnvironmentName("staging"));
        TurnRecord elsewhere = ((Judgement.Accepted) TurnJudge.judge(envelope, other, null)).turn();

        // Then
        assertThat(without.address()).isNotEqualTo(of.address());
        assertThat(without.id()).isEqualTo(of.id());
        assertThat(elsewhere.id()).isNotEqualTo(of.id());
    }

    @ParameterizedTest
    @EnumSource(OtlpFormat.class)
    void whatASpanSaysItCostIsReportedUnlessItIsNothing(OtlpFormat format) {
        // Given
        String call = CALL.formatted(INPUT, OUTPUT).replace("\"user.id\":\"u1\"", "\"gen_ai.usage.cost\":%s");

        // When / Then
        assertThat(turn(format, Spans.export(SPAN, call.formatted("0.00012345")))
                        .costNanoUsd())
                .isEqualTo(123_450);
        assertThat(turn(format, Spans.export(SPAN, call.formatted("\"0.5\""))).costNanoUsd())
                .isEqualTo(500_000_000);
        assertThat(turn(format, Spans.export(SPAN, call.formatted("0.0"))).costNanoUsd())
                .isNull();
        assertThat(turn(format, Spans.export(SPAN, call.formatted("-1"))).costNanoUsd())
                .isNull();
    }

    @Test
    void aCallThatIsToldOfInTwoExportsIsTheSameTurn() {
        // Given
        String numbered = CALL.formatted(INPUT, OUTPUT);
        String named = numbered.replace("chatcmpl-1", "chatcmpl-9J3uIL87gldCFtiIbyaOvTeYBRA3l");

        // When / Then
        assertThat(turn(OtlpFormat.JSON, Spans.export(SPAN, named)).id())
                .isEqualTo(
                        turn(OtlpFormat.JSON, Spans.export(OUTER_SPAN, named)).id());
        assertThat(turn(OtlpFormat.JSON, Spans.export(SPAN, numbered)).id())
                .as("a short name is soon another's")
                .isNotEqualTo(turn(OtlpFormat.JSON, Spans.export(OUTER_SPAN, numbered))
                        .id());
    }

    @Test
    void theTierOfACallIsTold() {
        // Given
        String call = CALL.formatted(INPUT, OUTPUT).replace("\"user.id\"", "\"openai.response.service_tier\"");

        // When / Then
        assertThat(turn(OtlpFormat.JSON, Spans.export(SPAN, call.replace("\"u1\"", "\"flex\"")))
                        .usage()
                        .serviceTier())
                .isEqualTo("flex");
        assertThat(turn(OtlpFormat.JSON, Spans.export(SPAN, call.replace("\"u1\"", "\"default\"")))
                        .usage()
                        .serviceTier())
                .isNull();
    }

    @Test
    void answersAProtobufInProtobuf() {
        // Given
        Export export = export(OtlpFormat.PROTOBUF, Spans.export(SPAN, "{}"));

        // When
        ProtoReader answer = ProtoReader.of(export.answer(OtlpFormat.PROTOBUF));

        // Then
        assertThat(answer.next()).isTrue();
        assertThat(answer.field()).isEqualTo(1);
        ProtoReader partial = answer.message();
        assertThat(partial.next()).isTrue();
        assertThat(partial.varint()).isEqualTo(1);
        assertThat(partial.next()).isTrue();
        assertThat(partial.text()).isEqualTo("accepted: 0; 1 span is no call of a model");
        assertThat(partial.next()).isFalse();
        assertThat(answer.next()).isFalse();
    }

    @Test
    void refusesWhatIsNoExport() {
        for (String body : new String[] {"[]", "7", "{\"resourceSpans\":7}", "{\"resourceSpans\":[7]}", "{", "{} x"}) {
            assertThatExceptionOfType(Invalid.class)
                    .as(body)
                    .isThrownBy(() -> export(OtlpFormat.JSON, body))
                    .satisfies(invalid -> assertThat(invalid.problem().status()).isEqualTo(400));
        }
        for (byte[] body : new byte[][] {{10, 5, 1}, {0}, {(byte) 0xFF}, {11}, "{}".getBytes(UTF_8)}) {
            assertThatExceptionOfType(Invalid.class)
                    .as(Arrays.toString(body))
                    .isThrownBy(() -> read(OtlpFormat.PROTOBUF, body))
                    .satisfies(invalid -> assertThat(invalid.problem().status()).isEqualTo(400));
        }
    }

    @Example
    void refusesAValueThatIsNestedTooDeep() {
        // Given
        byte[] value = new Spans.Message().varint(2, 1).toBytes();
        for (int i = 0; i < 10_000; i++) {
            value = new Spans.Message()
                    .bytes(5, new Spans.Message().bytes(1, value).toBytes())
                    .toBytes();
        }
        byte[] pair = new Spans.Message()
                .bytes(1, "gen_ai.input.messages".getBytes(UTF_8))
                .bytes(2, value)
                .toBytes();
        byte[] spans = new Spans.Message()
                .bytes(2, new Spans.Message().bytes(9, pair).toBytes())
                .toBytes();
        byte[] body = new Spans.Message()
                .bytes(1, new Spans.Message().bytes(2, spans).toBytes())
                .toBytes();

        // When / Then
        assertThatExceptionOfType(Invalid.class)
                .isThrownBy(() -> read(OtlpFormat.PROTOBUF, body))
                .satisfies(invalid -> assertThat(invalid.problem().status()).isEqualTo(400));
        assertThatExceptionOfType(Invalid.class)
                .isThrownBy(() -> export(OtlpFormat.JSON, "{\"resourceSpans\":" + "[".repeat(10_000)))
                .satisfies(invalid -> assertThat(invalid.problem().status()).isEqualTo(400));
    }

    @Example
    void keepsNothingOfAMillionAttributesThatSayNothing() {
        // Given
        StringBuilder attributes = new StringBuilder();
        for (int i = 0; i < 1_000_000; i++) {
            attributes
                    .append(i == 0 ? "" : ",")
                    .append("{\"key\":\"gen_ai.")
                    .append(i)
                    .append("\",\"value\":{}}");
        }
        String body = "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"attributes\":[" + attributes + "]}]}]}]}";

        // When
        Attributes[] kept = new Attributes[1];
        OtlpFormat.JSON.read(raw(body.getBytes(UTF_8)), span -> kept[0] = span.attributes);

        // Then
        int[] count = new int[1];
        kept[0].each("gen_ai.", (name, value) -> count[0]++);
        assertThat(count[0]).isEqualTo(256);
    }

    /** Whatever the bytes are, spans or a refusal come out. */
    @Property(tries = 1000)
    void readsDamagedExportsOrRefusesThem(@ForAll long seed) {
        // Given
        Random random = new Random(seed);
        OtlpFormat format = random.nextBoolean() ? OtlpFormat.JSON : OtlpFormat.PROTOBUF;
        byte[] body = format == OtlpFormat.JSON ? STRUCTURED.getBytes(UTF_8) : Spans.protobuf(STRUCTURED);
        for (int i = 0; i <= random.nextInt(4); i++) {
            body[random.nextInt(body.length)] = (byte) random.nextInt(256);
        }
        byte[] cut = random.nextBoolean() ? body : Arrays.copyOf(body, random.nextInt(body.length));

        // When / Then
        try {
            for (RawJson turn : read(format, cut).turns()) {
                assertThat(TurnJudge.judge(turn, SCOPE, null)).isNotNull();
            }
        } catch (Invalid e) {
            assertThat(e.problem().status()).isEqualTo(400);
        }
    }

    private static final Scope SCOPE =
            new Scope(OrgId.parse("0197b7d4-2222-7000-8000-000000000002"), new EnvironmentName("production"));

    private static TurnRecord turn(OtlpFormat format, String json) {
        Export export = export(format, json);
        List<RawJson> turns = export.turns();
        assertThat(turns).as(answer(export, format)).hasSize(1);
        return accepted(turns.getFirst());
    }

    private static TurnRecord accepted(RawJson envelope) {
        Judgement judgement = TurnJudge.judge(envelope, SCOPE, null);
        assertThat(judgement).isInstanceOf(Judgement.Accepted.class);
        return ((Judgement.Accepted) judgement).turn();
    }

    private static Export export(OtlpFormat format, String json) {
        return read(format, format == OtlpFormat.JSON ? json.getBytes(UTF_8) : Spans.protobuf(json));
    }

    private static Export read(OtlpFormat format, byte[] body) {
        Export export = new Export(new ByteBudget(100_000_000).open(), 100);
        format.read(raw(body), export::add);
        return export;
    }

    private static RawJson raw(byte[] bytes) {
        return RawJson.of(bytes, 0, bytes.length);
    }

    private static String answer(Export export, OtlpFormat format) {
        return new String(export.answer(format), UTF_8);
    }

    private static String quoted(String json) {
        return Turns.object("{}").put("x", json).get("x").toString();
    }
}
