package dev.turnkeep.ingest.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.turnkeep.ingest.provider.Samples.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** However a provider cuts what it streams, the same comes out. */
class AnyChunkingTest {
    private static final String CHAT_USAGE = "{\"prompt_tokens\":30,\"completion_tokens\":4,\"prompt_tokens_details\":"
            + "{\"cached_tokens\":20},\"completion_tokens_details\":{\"reasoning_tokens\":3}}";

    /** Cuts texts at random, also inside of surrogate pairs and escapes. */
    private record Cuts(Random random) {
        List<String> of(String text) {
            List<String> pieces = new ArrayList<>();
            int from = 0;
            while (from < text.length()) {
                int to = Math.min(text.length(), from + 1 + random.nextInt(8));
                pieces.add(text.substring(from, to));
                from = to;
            }
            return pieces;
        }

        /** Events as lines of a stream, with line ends and comments of any kind. */
        byte[] events(List<String> data) {
            StringBuilder out = new StringBuilder();
            for (String each : data) {
                String end = List.of("\n", "\r\n", "\r").get(random.nextInt(3));
                if (random.nextInt(4) == 0) {
                    out.append(": keep-alive").append(end);
                }
                out.append("data:").append(random.nextBoolean() ? " " : "").append(each);
                out.append(end).append(end);
            }
            return out.toString().getBytes(UTF_8);
        }
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of(
                "x", "Grüße 😀 — \"quoted\" \\ {\"a\":[1]}\n\ndata: [DONE]\n", "東京\u2028\t😀😀😀", "a".repeat(200));
    }

    @Property(tries = 300)
    void ofAnAnthropicMessage(
            @ForAll("texts") String text,
            @ForAll("texts") String thinking,
            @ForAll("texts") String argument,
            @ForAll long seed) {
        // Given
        Cuts cuts = new Cuts(new Random(seed));
        String signature = "Eq" + "QBCgIYAhIM1gbc".repeat(9) + "==";
        String input = "{\"q\":" + quoted(argument) + ",\"n\":1e40}";
        String counts = """
                "input_tokens":3,"cache_read_input_tokens":7,"cache_creation_input_tokens":5,\
                "cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":1}""";
        String whole = """
                {"type":"message","role":"assistant","model":"m","content":[
                {"type":"thinking","thinking":%s,"signature":%s},{"type":"text","text":%s},
                {"type":"tool_use","id":"t","name":"f","input":%s}],"stop_reason":"tool_use",
                "usage":{%s,"output_tokens":9,"server_tool_use":{"web_search_requests":2}}}""".formatted(quoted(thinking), quoted(signature), quoted(text), input, counts);
        List<String> events = new ArrayList<>();
        events.add("{\"type\":\"message_start\",\"message\":{\"role\":\"assistant\",\"model\":\"m\",\"content\":[],"
                + "\"stop_reason\":null,\"usage\":{" + counts + ",\"output_tokens\":1}}}");
        block(events, 0, "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}");
        cuts.of(thinking).forEach(piece -> piece(events, 0, "thinking_delta", "thinking", piece));
        cuts.of(signature).forEach(piece -> piece(events, 0, "signature_delta", "signature", piece));
        block(events, 1, "{\"type\":\"text\",\"text\":\"\"}");
        events.add("{\"type\": \"ping\"}");
        cuts.of(text).forEach(piece -> piece(events, 1, "text_delta", "text", piece));
        block(events, 2, "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}}");
        cuts.of(input).forEach(piece -> piece(events, 2, "input_json_delta", "partial_json", piece));
        events.add("{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":"
                + "{\"output_tokens\":9,\"server_tool_use\":{\"web_search_requests\":2}}}");
        events.add("{\"type\":\"message_stop\"}");

        // When / Then
        same(Provider.ANTHROPIC, whole, cuts.events(events));
    }

    private static void block(List<String> events, int index, String block) {
        events.add("{\"type\":\"content_block_start\",\"index\":" + index + ",\"content_block\":" + block + "}");
    }

    private static void piece(List<String> events, int index, String type, String name, String piece) {
        events.add("{\"type\":\"content_block_delta\",\"index\":%d,\"delta\":{\"type\":\"%s\",\"%s\":%s}}"
                .formatted(index, type, name, quoted(piece)));
    }

    @Property(tries = 300)
    void ofAChatCompletion(@ForAll("texts") String text, @ForAll("texts") String argument, @ForAll long seed) {
        // Given
        Cuts cuts = new Cuts(new Random(seed));
        String arguments = "{\"q\":" + quoted(argument) + "}";
        String whole = """
                {"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":%s,"tool_calls":[
                {"id":"c","type":"function","function":{"name":"f","arguments":%s}}]},"finish_reason":"stop"}],
                "usage":%s}""".formatted(quoted(text), quoted(arguments), CHAT_USAGE);
        List<String> chunks = new ArrayList<>();
        chunks.add(delta("{\"role\":\"assistant\",\"content\":\"\"}"));
        cuts.of(text).forEach(piece -> chunks.add(delta("{\"content\":" + quoted(piece) + "}")));
        chunks.add(
                delta(
                        "{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}"));
        cuts.of(arguments)
                .forEach(piece -> chunks.add(
                        delta("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":" + quoted(piece) + "}}]}")));
        chunks.add("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
        chunks.add("{\"choices\":[],\"usage\":" + CHAT_USAGE + "}");
        chunks.add("[DONE]");

        // When / Then
        same(Provider.OPENAI, whole, cuts.events(chunks));
    }

    private static String delta(String delta) {
        return "{\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":null}]}";
    }

    @Property(tries = 300)
    void ofAResponse(@ForAll("texts") String text, @ForAll("texts") String argument, @ForAll long seed) {
        // Given: a stream whose items were never said to be done
        Cuts cuts = new Cuts(new Random(seed));
        String whole = """
                {"model":"m","status":"completed","output":[
                {"type":"message","role":"assistant","content":[{"type":"output_text","text":%s}]},
                {"type":"custom_tool_call","call_id":"c","name":"f","input":%s}],"usage":{"input_tokens":3}}""".formatted(quoted(text), quoted(argument));
        List<String> events = new ArrayList<>();
        events.add("{\"type\":\"response.output_item.added\",\"output_index\":0,\"item\":"
                + "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[]}}");
        cuts.of(text)
                .forEach(piece -> events.add("{\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":"
                        + quoted(piece) + "}"));
        events.add("{\"type\":\"response.output_item.added\",\"output_index\":1,\"item\":"
                + "{\"type\":\"custom_tool_call\",\"call_id\":\"c\",\"name\":\"f\",\"input\":\"\"}}");
        cuts.of(argument)
                .forEach(piece -> events.add("{\"type\":\"response.custom_tool_call_input.delta\",\"output_index\":1,"
                        + "\"delta\":" + quoted(piece) + "}"));
        events.add("{\"type\":\"response.completed\",\"response\":"
                + "{\"model\":\"m\",\"status\":\"completed\",\"output\":[],\"usage\":{\"input_tokens\":3}}}");

        // When / Then
        same(Provider.OPENAI, whole, cuts.events(events));
    }

    @Property(tries = 300)
    void ofAnOllamaReply(@ForAll("texts") String text, @ForAll("texts") String thinking, @ForAll long seed) {
        // Given
        Cuts cuts = new Cuts(new Random(seed));
        String end = ",\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":3,\"eval_count\":4}";
        String whole = "{\"message\":{\"role\":\"assistant\",\"content\":%s,\"thinking\":%s}"
                        .formatted(quoted(text), quoted(thinking))
                + end;
        StringBuilder lines = new StringBuilder();
        cuts.of(thinking)
                .forEach(piece -> lines.append(
                        "{\"message\":{\"role\":\"assistant\",\"content\":\"\",\"thinking\":%s},\"done\":false}\n"
                                .formatted(quoted(piece))));
        cuts.of(text)
                .forEach(piece ->
                        lines.append("{\"message\":{\"content\":%s},\"done\":false}\n".formatted(quoted(piece))));
        lines.append("{\"message\":{\"content\":\"\"}").append(end);

        // When / Then
        same(Provider.OLLAMA, whole, lines.toString().getBytes(UTF_8));
    }

    @Property(tries = 300)
    void ofAGeminiAnswer(@ForAll("texts") String text, @ForAll("texts") String thought, @ForAll long seed) {
        // Given
        Cuts cuts = new Cuts(new Random(seed));
        String end =
                ",\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":30,\"cachedContentTokenCount\":20,\"candidatesTokenCount\":4}}";
        String call = "{\"functionCall\":{\"name\":\"f\",\"args\":{\"q\":1}}}";
        String whole = "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":%s,\"thought\":true},{\"text\":%s},%s]}"
                        .formatted(quoted(thought), quoted(text), call)
                + end;
        List<String> chunks = new ArrayList<>();
        cuts.of(thought)
                .forEach(piece ->
                        chunks.add("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":%s,\"thought\":true}]}}]}"
                                .formatted(quoted(piece))));
        cuts.of(text)
                .forEach(piece -> chunks.add(
                        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":%s}]}}]}".formatted(quoted(piece))));
        chunks.add("{\"candidates\":[{\"content\":{\"parts\":[" + call + "]}" + end);

        // When / Then
        same(Provider.GEMINI, whole, cuts.events(chunks));
        same(Provider.GEMINI, whole, ("[" + String.join(",", chunks) + "]").getBytes(UTF_8));
    }

    @Property(tries = 300)
    void ofAConverseAnswer(@ForAll("texts") String text, @ForAll("texts") String argument, @ForAll long seed) {
        // Given
        Cuts cuts = new Cuts(new Random(seed));
        String input = "{\"q\":" + quoted(argument) + "}";
        String whole = """
                {"output":{"message":{"role":"assistant","content":[{"text":%s},{"toolUse":{"toolUseId":"t","name":"f","input":%s}}]}},
                "stopReason":"tool_use","usage":{"inputTokens":3,"outputTokens":4,"cacheReadInputTokens":20,"cacheWriteInputTokens":10}}""".formatted(quoted(text), input);
        StringBuilder events = new StringBuilder("{\"messageStart\":{\"role\":\"assistant\"}}\n");
        cuts.of(text)
                .forEach(piece ->
                        events.append("{\"contentBlockDelta\":{\"delta\":{\"text\":%s},\"contentBlockIndex\":0}}\n"
                                .formatted(quoted(piece))));
        events.append(
                "{\"contentBlockStart\":{\"start\":{\"toolUse\":{\"toolUseId\":\"t\",\"name\":\"f\"}},\"contentBlockIndex\":1}}\n");
        cuts.of(input)
                .forEach(piece -> events.append(
                        "{\"contentBlockDelta\":{\"delta\":{\"toolUse\":{\"input\":%s}},\"contentBlockIndex\":1}}\n"
                                .formatted(quoted(piece))));
        events.append("{\"messageStop\":{\"stopReason\":\"tool_use\"}}\n");
        events.append(
                "{\"metadata\":{\"usage\":{\"inputTokens\":3,\"outputTokens\":4,\"cacheReadInputTokens\":20,\"cacheWriteInputTokens\":10}}}\n");

        // When / Then
        same(Provider.BEDROCK, whole, events.toString().getBytes(UTF_8));
        same(Provider.BEDROCK, whole, AmazonFrames.ofLines(events.toString()));
    }

    private static void same(Provider provider, String whole, byte[] streamed) {
        assertThat(Outcome.of(Samples.reduced(provider, streamed)))
                .isEqualTo(Outcome.of(Samples.reduced(provider, whole)));
    }

    /** As servers write it: in ASCII, so that half of a pair can stand alone. */
    private static String quoted(String text) {
        try {
            StringBuilder ascii = new StringBuilder();
            for (char c : Samples.JSON.writeValueAsString(text).toCharArray()) {
                ascii.append(c < 0x80 ? String.valueOf(c) : "\\u%04x".formatted((int) c));
            }
            return ascii.toString();
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
