package dev.turnkeep.ingest.provider;

import static dev.turnkeep.ingest.provider.Parsing.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import dev.turnkeep.contracts.json.CanonicalJson;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Chain;
import dev.turnkeep.contracts.merkle.Message;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** Bodies that are almost right: whatever comes in, a value or an {@link Invalid} comes out, and a value holds together. */
class ProviderFuzzTest {
    private static final String ANTHROPIC = """
            {"model":"m","system":"s","tools":[{"name":"t"}],"max_tokens":1e3,"messages":[{"role":"user","content":"hi <status>x"},
            {"role":"assistant","content":[{"type":"thinking","thinking":"h","signature":"s"},{"type":"tool_use","id":"t","name":"n","input":{"a":[0],"b":0}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","is_error":true,"content":[{"type":"text","text":"x"},{"type":"image"}]},
            {"type":"image","source":{"type":"base64","media_type":"image/png","data":"aa"}},{"type":"document","source":{}}]}]}""";
    private static final String CHAT = """
            {"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"t"},
            {"type":"image_url","image_url":{"url":"u"}}]},{"role":"assistant","content":null,"tool_calls":[{"id":"c","function":
            {"name":"f","arguments":"{\\"a\\":1}"}}]},{"role":"tool","tool_call_id":"c","content":[{"type":"text","text":"r"}]}]}""";
    private static final String RESPONSES = """
            {"model":"m","instructions":"i","input":[{"role":"user","content":[{"type":"input_text","text":"t"}]},{"type":"reasoning",
            "summary":[{"type":"summary_text","text":"s"}]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},
            {"type":"function_call_output","call_id":"c","output":"o"},{"type":"custom_tool_call","input":"x"},{"type":"other","name":{}}]}""";
    private static final String REDUCED = """
            {"model":"m","created_at":"2026-01-01T00:00:00Z","stop_reason":"s","message":{"role":"assistant","content":[
            {"type":"text","text":"x"},{"type":"tool_use","tool_use_id":"t","tool_name":"n","tool_input":{"a":1}},{"type":"odd","z":[]}]},
            "usage":{"prompt_tokens":1,"completion_tokens":2,"cache_creation":{"ephemeral_1h_input_tokens":0}}}""";
    private static final String STREAM = """
            data: {"type":"message_start","message":{"role":"assistant","model":"m","usage":{"input_tokens":1}}}

            data: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","input":{}}}

            data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\\"a\\":1}"}}

            data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":"a"}}

            data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"b"}}

            data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}

            data: {"type":"message_stop"}

            """;
    private static final String[] SPLICES = {
        "null",
        "{}",
        "[]",
        "\"\"",
        "7",
        "-1",
        "1e400",
        "true",
        "\"\\ud800\"",
        "\"\\u0000\"",
        ",",
        "}",
        "{",
        "[",
        "\"",
        "\\",
        "\u0000",
        "é",
        "\"type\":",
        "\"type\":\"text\",",
        "\"content\":null,",
        "[[[[",
        "<session>"
    };
    private static final Set<Problem> REQUEST = Set.of(Problem.UNPROCESSABLE_REQUEST);
    private static final Set<Problem> RESPONSE = Set.of(Problem.UNPROCESSABLE_RESPONSE);

    @Property(tries = 3000)
    void requestsAreReadOrRefused(@ForAll long seed) {
        tried(REQUEST, () -> messages(Provider.ANTHROPIC.request(RawJson.of(mutated(ANTHROPIC, seed)))));
        tried(REQUEST, () -> messages(Provider.OPENAI.request(RawJson.of(mutated(CHAT, seed)))));
        tried(REQUEST, () -> messages(Provider.OPENAI.request(RawJson.of(mutated(RESPONSES, seed)))));
    }

    @Property(tries = 3000)
    void responsesAreReadOrRefused(@ForAll long seed) {
        tried(RESPONSE, () -> messages(Provider.OPENAI.response(RawJson.of(mutated(REDUCED, seed)))));
        tried(RESPONSE, () -> messages(Provider.ANTHROPIC.rawResponse(utf8(mutated(STREAM, seed)), null, null)));
    }

    @Property(tries = 3000)
    void rawBytesAreReadOrRefused(@ForAll long seed) {
        // Given
        byte[] bytes = utf8(STREAM);
        Random random = new Random(seed);
        for (int i = random.nextInt(4); i >= 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        String type = random.nextBoolean() ? null : "text/event-stream";
        String coding = random.nextInt(10) > 0 ? null : random.nextBoolean() ? "gzip" : "zstd";

        // When / Then
        tried(RESPONSE, () -> messages(Provider.ANTHROPIC.rawResponse(bytes, coding, type)));
    }

    /** The forms of every provider's answers, damaged. */
    @Property(tries = 300)
    void answersOfEveryProviderAreReadOrRefused(@ForAll long seed) {
        Random random = new Random(seed);
        answers().forEach((name, provider) -> {
            byte[] bytes = Samples.bytes(name);
            if (name.endsWith("jsonl") && random.nextBoolean()) {
                bytes = AmazonFrames.ofLines(new String(bytes, StandardCharsets.UTF_8));
            }
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            byte[] damaged = bytes;
            tried(RESPONSE, () -> messages(provider.rawResponse(damaged, null, null)));
        });
    }

    private static Map<String, Provider> answers() {
        return Map.of(
                "openai-chat.json", Provider.OPENAI,
                "openai-chat.sse", Provider.OPENAI,
                "openai-responses.json", Provider.OPENAI,
                "openai-responses.sse", Provider.OPENAI,
                "ollama-chat.ndjson", Provider.OLLAMA,
                "ollama-generate.json", Provider.OLLAMA,
                "gemini.json", Provider.GEMINI,
                "gemini.sse", Provider.GEMINI,
                "bedrock.json", Provider.BEDROCK,
                "bedrock.jsonl", Provider.BEDROCK);
    }

    private interface Attempt {
        List<Message> make();
    }

    private static void tried(Set<Problem> allowed, Attempt attempt) {
        List<Message> messages;
        try {
            messages = attempt.make();
        } catch (Invalid e) {
            assertThat(e.problem()).isIn(allowed);
            assertThat(e.field()).isNotNull();
            assertThat(e.detail()).doesNotContain("ud800", "\u0000", "session>");
            return;
        }
        for (Message message : messages) {
            assertThat(isOneValue(message.content()))
                    .as("content %s", message.content())
                    .isTrue();
            assertThat(canonical(message.projection())).isEqualTo(message.projection());
        }
        assertThat(messages.isEmpty() ? null : Chain.of(messages))
                .satisfiesAnyOf(
                        chain -> assertThat(chain).isNull(),
                        chain -> assertThat(chain.leaf().message()).isEqualTo(messages.getLast()));
    }

    private static List<Message> messages(ParsedRequest request) {
        for (RawJson part : new @Nullable RawJson[] {request.system(), request.tools(), request.params()}) {
            assertThat(part == null || isOneValue(part)).isTrue();
        }
        return request.messages();
    }

    private static List<Message> messages(ParsedResponse response) {
        return List.of(response.message());
    }

    private static boolean isOneValue(RawJson json) {
        try (JsonParser parser = Json.parser(json)) {
            parser.nextToken();
            parser.skipChildren();
            parser.finishToken();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    private static RawJson canonical(RawJson json) {
        try {
            return CanonicalJson.of(json);
        } catch (IOException e) {
            throw new AssertionError(json.toString(), e);
        }
    }

    /** Cuts, doubles, drops, or splices something in, one to three times; or trades one value for another. */
    private static String mutated(String body, long seed) {
        Random random = new Random(seed);
        String result = body;
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(result.length() + 1);
            int to = Math.min(result.length(), at + random.nextInt(12));
            String splice = SPLICES[random.nextInt(SPLICES.length)];
            result = switch (random.nextInt(6)) {
                case 0 -> result.substring(0, at) + splice + result.substring(at);
                case 1 -> result.substring(0, at) + result.substring(to);
                case 2 -> result.substring(0, to) + result.substring(at);
                case 3 -> result.substring(0, at);
                default -> valueTraded(result, random, splice);
            };
        }
        return new String(result.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private static String valueTraded(String json, Random random, String splice) {
        List<Integer> colons = new ArrayList<>();
        for (int at = json.indexOf("\":"); at >= 0; at = json.indexOf("\":", at + 1)) {
            colons.add(at + 2);
        }
        if (colons.isEmpty()) {
            return json;
        }
        int start = colons.get(random.nextInt(colons.size()));
        RawJson rest = RawJson.of(json.substring(start));
        try (JsonParser parser = Json.parser(rest)) {
            if (parser.nextToken() == null) {
                return json;
            }
            int length = Json.slice(parser, rest).toString().length();
            return json.substring(0, start) + splice + json.substring(start + length);
        } catch (IOException e) {
            return json;
        }
    }
}
