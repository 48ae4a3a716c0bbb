package dev.turnkeep.e2e.conversation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.e2e.system.Http;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPOutputStream;

/** A conversation with tool calls as a proxy captures it: each request repeats everything that was said before. */
final class Greenhouse {
    static final String HARNESS = "greenhouse";

    private static final JsonNode SCRIPT = script();

    private Greenhouse() {}

    /** How a proxy hands the provider's answer on. */
    enum Form {
        /** As the parsed response. */
        REDUCED {
            @Override
            void answer(ObjectNode envelope, JsonNode step) {
                envelope.set("response", reduced(step));
            }
        },
        /** As the gzipped bytes of the stream. */
        RAW {
            @Override
            void answer(ObjectNode envelope, JsonNode step) {
                envelope.put("raw_response", gzip(AnthropicStream.of(MODEL, step)));
                envelope.put("raw_response_encoding", "gzip");
                envelope.withObject("/meta").put("content_type", "text/event-stream; charset=utf-8");
            }
        };

        abstract void answer(ObjectNode envelope, JsonNode step);
    }

    private static final String MODEL = SCRIPT.path("model").asText();

    /**
     * The turns, oldest first, one minute apart.
     *
     * @param session the harness's name for it
     * @param end when the last turn was complete
     */
    static List<ObjectNode> turns(String session, Form form, Instant end) {
        ArrayNode said = Http.JSON.createArrayNode();
        List<ObjectNode> turns = new ArrayList<>();
        int steps = SCRIPT.path("turns").size();
        for (JsonNode step : SCRIPT.path("turns")) {
            step.path("says").forEach(said::add);
            ObjectNode turn =
                    Http.JSON.createObjectNode().put("provider", "anthropic").put("agent_name", "gardener");
            ObjectNode request = turn.putObject("request")
                    .put("model", MODEL)
                    .put("max_tokens", 1024)
                    .put("stream", true);
            request.set("system", SCRIPT.path("system"));
            request.set("tools", SCRIPT.path("tools"));
            request.set("messages", said.deepCopy());
            turn.putObject("meta")
                    .put("request_id", session + "-" + turns.size())
                    .put("upstream_status", 200)
                    .put(
                            "captured_at",
                            end.minus(minutes(steps - 1 - turns.size())).toString());
            turn.putObject("session").put("harness_id", HARNESS).put("harness_session_id", session);
            form.answer(turn, step);
            turns.add(turn);
            said.addObject().put("role", "assistant").set("content", step.path("answer"));
        }
        return turns;
    }

    static Duration minutes(int minutes) {
        return Duration.ofMinutes(minutes);
    }

    static int length() {
        return SCRIPT.path("turns").size();
    }

    /** The sum over all turns of some of the provider's own counts. */
    static long tokens(String... counts) {
        return steps(SCRIPT)
                .flatMap(step ->
                        List.of(counts).stream().map(count -> step.path("usage").path(count)))
                .mapToLong(JsonNode::asLong)
                .sum();
    }

    /** Everything that was said, as {@code role: words}, oldest first. */
    static List<String> transcript() {
        List<String> transcript = new ArrayList<>();
        for (JsonNode step : SCRIPT.path("turns")) {
            step.path("says").forEach(message -> transcript.add(Words.of(message)));
            transcript.add("assistant: " + Words.ofContent(step.path("answer")));
        }
        return transcript;
    }

    private static ObjectNode reduced(JsonNode step) {
        ObjectNode response = Http.JSON.createObjectNode().put("model", MODEL).put("done", true);
        response.put("stop_reason", step.path("stop_reason").asText());
        ArrayNode content =
                response.putObject("message").put("role", "assistant").putArray("content");
        for (JsonNode block : step.path("answer")) {
            ObjectNode reduced =
                    content.addObject().put("type", block.path("type").asText());
            if (block.has("text")) {
                reduced.put("text", block.path("text").asText());
            } else {
                reduced.put("tool_use_id", block.path("id").asText());
                reduced.put("tool_name", block.path("name").asText());
                reduced.set("tool_input", block.path("input"));
            }
        }
        JsonNode usage = step.path("usage");
        long written = usage.path("cache_creation_input_tokens").asLong();
        long read = usage.path("cache_read_input_tokens").asLong();
        response.putObject("usage")
                .put("prompt_tokens", usage.path("input_tokens").asLong() + written + read)
                .put("completion_tokens", usage.path("output_tokens").asLong())
                .put("cache_creation_input_tokens", written)
                .put("cache_read_input_tokens", read);
        return response;
    }

    private static byte[] gzip(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static Stream<JsonNode> steps(JsonNode script) {
        return StreamSupport.stream(script.path("turns").spliterator(), false);
    }

    private static JsonNode script() {
        try (InputStream in = Objects.requireNonNull(Greenhouse.class.getResourceAsStream("/greenhouse.json"))) {
            return Http.JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
