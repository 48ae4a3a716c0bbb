package dev.turnkeep.ingest.provider;

import static dev.turnkeep.ingest.provider.Samples.bytes;
import static dev.turnkeep.ingest.provider.Samples.json;
import static dev.turnkeep.ingest.provider.Samples.reduced;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.contracts.turn.StopKind;
import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.contracts.turn.UsagePart;
import dev.turnkeep.ingest.provider.Samples.Outcome;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** An answer is the same however it came: that is why one conversation has one chain. */
class StreamedFormsTest {
    static Stream<Arguments> pairs() {
        String gemini = new String(bytes("gemini.sse"), UTF_8);
        String array =
                "[" + String.join(",\r\n", gemini.replace("data: ", "").strip().split("\n\n")) + "]";
        String bedrock = new String(bytes("bedrock.jsonl"), UTF_8);
        return Stream.of(
                Arguments.of(Provider.ANTHROPIC, "anthropic.json", bytes("anthropic.sse")),
                Arguments.of(Provider.OPENAI, "openai-chat.json", bytes("openai-chat.sse")),
                Arguments.of(Provider.OPENAI, "openai-responses.json", bytes("openai-responses.sse")),
                Arguments.of(Provider.OLLAMA, "ollama-chat.json", bytes("ollama-chat.ndjson")),
                Arguments.of(Provider.OLLAMA, "ollama-generate.json", bytes("ollama-generate.ndjson")),
                Arguments.of(Provider.GEMINI, "gemini.json", bytes("gemini.sse")),
                Arguments.of(Provider.GEMINI, "gemini.json", array.getBytes(UTF_8)),
                Arguments.of(Provider.BEDROCK, "bedrock.json", AmazonFrames.ofLines(bedrock)),
                Arguments.of(Provider.BEDROCK, "bedrock.json", bedrock.getBytes(UTF_8)),
                Arguments.of(
                        Provider.BEDROCK,
                        "bedrock.json",
                        ("[" + bedrock.strip().replace("\n", ",") + "]").getBytes(UTF_8)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void giveTheSameNodeAndUsage(Provider provider, String document, byte[] stream) {
        // When
        Outcome whole = Outcome.of(reduced(provider, bytes(document)));
        Outcome streamed = Outcome.of(reduced(provider, stream));

        // Then
        assertThat(streamed).isEqualTo(whole);
    }

    @Test
    void countOneWayForAllProviders() {
        assertThat(reduced(Provider.OPENAI, bytes("openai-chat.json")).usage())
                .isEqualTo(new Usage(82, 27, 64, 0, 0, 9));
        assertThat(reduced(Provider.OPENAI, bytes("openai-responses.json")).usage())
                .isEqualTo(new Usage(291, 87, 128, 0, 0, 64, false, Map.of(UsagePart.WEB_SEARCHES, 1L), null));
        assertThat(reduced(Provider.OLLAMA, bytes("ollama-chat.json")).usage())
                .isEqualTo(new Usage(26, 298, 0, 0, 0, 0));
        assertThat(reduced(Provider.GEMINI, bytes("gemini.json")).usage())
                .as("thoughts are output, what tools gave back is input")
                .isEqualTo(new Usage(66, 62, 32, 0, 0, 44));
        assertThat(reduced(Provider.BEDROCK, bytes("bedrock.json")).usage())
                .as("the cache is input")
                .isEqualTo(new Usage(1425, 60, 1000, 300, 100, 0));
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({
        "ANTHROPIC, anthropic.json, claude-sonnet-4-5-20250929, tool_use, TOOL_USE, 1",
        "OPENAI, openai-chat.json, gpt-4o-2024-08-06, tool_calls, TOOL_USE, 2",
        "OPENAI, openai-responses.json, gpt-5-2025-08-07, completed, TOOL_USE, 2",
        "OLLAMA, ollama-chat.json, llama3.2, stop, TOOL_USE, 1",
        "OLLAMA, ollama-generate.json, llama3.2, length, LENGTH, 0",
        "GEMINI, gemini.json, gemini-2.5-flash, STOP, TOOL_USE, 1",
        "BEDROCK, bedrock.json, , tool_use, TOOL_USE, 1"
    })
    void sayWhyTheyEndedAndWhatTheyCall(
            Provider provider, String document, String model, String reason, StopKind kind, int calls) {
        // When
        ParsedResponse response = reduced(provider, bytes(document));

        // Then
        assertThat(response.model()).isEqualTo(model);
        assertThat(response.stopReason()).isEqualTo(reason);
        assertThat(response.stopKind()).isEqualTo(kind);
        assertThat(response.toolCalls()).isEqualTo(calls);
        assertThat(response.message().role()).isEqualTo("assistant");
    }

    @Test
    void hashAsTheNextRequestSendsThemBack() {
        // Given
        ParsedResponse anthropic = reduced(Provider.ANTHROPIC, bytes("anthropic.sse"));
        ParsedResponse chat = reduced(Provider.OPENAI, bytes("openai-chat.sse"));
        ParsedResponse ollama = reduced(Provider.OLLAMA, bytes("ollama-chat.ndjson"));
        ParsedResponse gemini = reduced(Provider.GEMINI, bytes("gemini.sse"));
        ParsedResponse bedrock = reduced(Provider.BEDROCK, bytes("bedrock.jsonl"));

        // When
        String sentBack = json(new String(bytes("openai-chat.json"), UTF_8))
                .at("/choices/0/message")
                .toString();
        String ollamaBack = json(new String(bytes("ollama-chat.json"), UTF_8))
                .get("message")
                .toString();
        String geminiBack = json(new String(bytes("gemini.json"), UTF_8))
                .at("/candidates/0/content")
                .toString();
        String bedrockBack = json(new String(bytes("bedrock.json"), UTF_8))
                .at("/output/message")
                .toString();

        String anthropicBack =
                json(new String(bytes("anthropic.json"), UTF_8)).get("content").toString();

        // Then
        assertThat(anthropic.message().projection()).hasToString(Parsing.anthropic(anthropicBack));
        assertThat(chat.message().projection()).hasToString(Parsing.chat(sentBack));
        assertThat(ollama.message().projection())
                .hasToString(Parsing.only(Provider.OLLAMA, "{\"messages\":[" + ollamaBack + "]}"));
        assertThat(gemini.message().projection())
                .hasToString(Parsing.only(Provider.GEMINI, "{\"contents\":[" + geminiBack + "]}"));
        assertThat(bedrock.message().projection())
                .hasToString(Parsing.only(Provider.BEDROCK, "{\"messages\":[" + bedrockBack + "]}"));
    }

    static Stream<Arguments> streams() {
        return Stream.of(
                Arguments.of(Provider.ANTHROPIC, bytes("anthropic.sse"), "message_stop"),
                Arguments.of(Provider.OPENAI, bytes("openai-chat.sse"), "[DONE]"),
                Arguments.of(Provider.OPENAI, bytes("openai-responses.sse"), "response.completed"),
                Arguments.of(Provider.OLLAMA, bytes("ollama-chat.ndjson"), "\"done\":true"),
                Arguments.of(Provider.GEMINI, bytes("gemini.sse"), "finishReason"),
                Arguments.of(
                        Provider.BEDROCK,
                        AmazonFrames.ofLines(new String(bytes("bedrock.jsonl"), UTF_8)),
                        "messageStop"));
    }

    @ParameterizedTest(name = "{0} before {2}")
    @MethodSource("streams")
    void keepWhatCameWhenTheStreamIsCut(Provider provider, byte[] stream, String end) {
        // Given
        int enough = stream.length / 3;
        int last = new String(stream, ISO_8859_1).lastIndexOf(end);
        last = end.equals("[DONE]") ? stream.length / 2 : last;

        for (int length = enough; length < last; length += 7) {
            // When
            ParsedResponse response = reduced(provider, Arrays.copyOf(stream, length));

            // Then
            assertThat(response.stopKind()).as("cut at " + length).isEqualTo(StopKind.INCOMPLETE);
            assertThat(response.message().content().length()).isGreaterThan(2);
        }
    }

    @Test
    void passOverAFrameWhoseChecksumIsWrong() {
        // Given
        byte[] stream = AmazonFrames.ofLines(new String(bytes("bedrock.jsonl"), UTF_8));
        String text = new String(stream, ISO_8859_1);
        stream[text.indexOf(" the top song.") + 1] ^= 1;

        // When
        ParsedResponse response = reduced(Provider.BEDROCK, stream);

        // Then
        assertThat(response.stopKind()).isEqualTo(StopKind.INCOMPLETE);
        assertThat(response.message().content().toString())
                .contains("Let me find\"")
                .contains("WZPZ");
    }

    @Test
    void sayWhatTheProviderCalledItsError() {
        // Given
        String bedrock = """
                {"messageStart":{"role":"assistant"}}
                {"contentBlockDelta":{"delta":{"text":"So"},"contentBlockIndex":0}}
                {"throttlingException":{"message":"Too many requests, wait before trying again."}}
                """;
        String chat = """
                data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"So"}}]}

                data: {"error":{"message":"The server had an error","type":"server_error","code":null}}

                """;
        String responses = """
                data: {"type":"response.output_text.delta","output_index":0,"delta":"So"}

                data: {"type":"error","code":"rate_limit_exceeded","message":"x","param":null}

                """;

        // When / Then
        assertError(Provider.BEDROCK, AmazonFrames.ofLines(bedrock), "throttlingException");
        assertError(Provider.OPENAI, chat.getBytes(UTF_8), "server_error");
        assertError(Provider.OPENAI, responses.getBytes(UTF_8), "rate_limit_exceeded");
        assertError(
                Provider.OLLAMA,
                "{\"message\":{\"content\":\"So\"},\"done\":false}\n{\"error\":\"overloaded\"}".getBytes(UTF_8),
                "overloaded");
        assertError(
                Provider.GEMINI,
                "[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"So\"}]}}]},{\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\"}}]"
                        .getBytes(UTF_8),
                "UNAVAILABLE");
    }

    private static void assertError(Provider provider, byte[] body, String error) {
        ParsedResponse response = reduced(provider, body);
        assertThat(response.error()).isEqualTo(error);
        assertThat(response.stopKind()).isEqualTo(StopKind.ERROR);
        assertThat(response.message().projection().toString()).contains("So");
    }

    @Test
    void fallBackOnItemsWhenTheResponseItselfNeverCame() {
        // Given
        String all = new String(bytes("openai-responses.sse"), UTF_8);
        String withoutEnd = all.substring(0, all.indexOf("event: response.completed"));
        String withoutOutput = withoutEnd
                + "data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"model\":\"m\",\"output\":[]}}\n\n";
        String whole = reduced(Provider.OPENAI, all).message().projection().toString();

        // When
        ParsedResponse cut = reduced(Provider.OPENAI, withoutEnd);
        ParsedResponse empty = reduced(Provider.OPENAI, withoutOutput);

        // Then
        assertThat(cut.message().projection()).hasToString(whole);
        assertThat(cut.stopKind()).isEqualTo(StopKind.INCOMPLETE);
        assertThat(empty.message().projection()).hasToString(whole);
        assertThat(empty.stopKind()).isEqualTo(StopKind.TOOL_USE);
    }

    @Test
    void keepATurnThatWasPaidForThoughNothingWasSaid() {
        // Given
        String chat = """
                {"choices":[{"index":0,"message":{"role":"assistant","content":""},"finish_reason":"length"}],
                "usage":{"prompt_tokens":5,"completion_tokens":64}}""";
        String gemini = """
                {"candidates":[{"content":{"role":"model"},"finishReason":"MAX_TOKENS"}],
                "usageMetadata":{"promptTokenCount":5,"thoughtsTokenCount":64}}""";
        String blocked = "{\"promptFeedback\":{\"blockReason\":\"SAFETY\"},\"usageMetadata\":{\"promptTokenCount\":5}}";
        String failed = """
                {"object":"response","status":"failed","error":{"code":"server_error","message":"x"},"output":[]}""";

        // When / Then
        assertThat(reduced(Provider.OPENAI, chat).usage()).isEqualTo(new Usage(5, 64, 0, 0, 0, 0));
        assertThat(reduced(Provider.GEMINI, gemini).stopKind()).isEqualTo(StopKind.LENGTH);
        assertThat(reduced(Provider.GEMINI, blocked).stopKind()).isEqualTo(StopKind.CONTENT_FILTER);
        assertThat(reduced(Provider.OPENAI, failed).error()).isEqualTo("server_error");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OPENAI | {} | raw_response.output",
                "OPENAI | {\"choices\":[]} | raw_response.choices[0].message",
                "OPENAI | {\"choices\":[ | raw_response",
                "OPENAI | {\"choices\":7} | raw_response.choices",
                "OPENAI | {\"choices\":[{\"message\":{\"content\":\"x\"}}],\"usage\":{\"prompt_tokens\":-1}} | raw_response.usage.prompt_tokens",
                "OPENAI | no events at all | raw_response.output",
                "OLLAMA | {} | raw_response.message",
                "OLLAMA | {\"message\":7} | raw_response.message",
                "OLLAMA | {\"response\":\"x\",\"eval_count\":1.5,\"done\":true} | raw_response.eval_count",
                "GEMINI | {\"candidates\":[]} | raw_response.candidates[0].content.parts",
                "GEMINI | [ | raw_response",
                "BEDROCK | {} | raw_response.output.message.content",
                "BEDROCK | {\"output\":{\"message\":{\"content\":[{}]}}} | raw_response.output.message.content[0]",
                "BEDROCK | nothing | raw_response",
            })
    void refuseWhatHoldsNoAnswer(Provider provider, String body, String field) {
        Parsing.assertInvalid(Problem.UNPROCESSABLE_RESPONSE, field, () -> reduced(provider, body));
    }
}
