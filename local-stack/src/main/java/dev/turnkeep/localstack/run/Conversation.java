package dev.turnkeep.localstack.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The sample: what an agent's proxy would have posted for one short conversation, as ingest envelopes. The resource
 * holds what is new in each turn; every request repeats all that was said before, as a real one does.
 *
 * @param turns the bodies to post, oldest first
 * @param totals what the session must add up to
 */
record Conversation(String harness, String harnessSession, List<ObjectNode> turns, Totals totals) {

    static final String HARNESS = "sample-agent";
    private static final double NANOS = 1e9;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Counts over all turns. Input includes what was read from and written to the provider's cache. */
    record Totals(int turns, long inputTokens, long outputTokens, int toolCalls, int toolErrors) {
        static final Totals NONE = new Totals(0, 0, 0, 0, 0);

        Totals plus(JsonNode usage, int calls, int errors) {
            return new Totals(
                    turns + 1,
                    inputTokens + usage.path("prompt_tokens").asLong(),
                    outputTokens + usage.path("completion_tokens").asLong(),
                    toolCalls + calls,
                    toolErrors + errors);
        }
    }

    /**
     * @param harnessSession makes this telling of the sample a session of its own
     * @param end when its last turn was complete
     */
    static Conversation of(String harnessSession, Instant end) {
        JsonNode script = script();
        Instant clock = end.minus(length(script));
        ArrayNode messages = JSON.createArrayNode();
        List<ObjectNode> turns = new ArrayList<>();
        Totals totals = Totals.NONE;
        for (JsonNode step : script.path("turns")) {
            step.path("says").forEach(messages::add);
            Duration elapsed = seconds(step, "elapsed_seconds");
            ObjectNode turn =
                    JSON.createObjectNode().put("provider", "anthropic").put("agent_name", "sample");
            turn.set("request", request(script, messages));
            turn.set("response", response(script, step));
            turn.putObject("meta")
                    .put("request_id", harnessSession + "-" + (turns.size() + 1))
                    .put("endpoint", "/v1/messages")
                    .put("upstream_status", 200)
                    .put("ts_request", clock.toString())
                    .put("elapsed_seconds", elapsed.toMillis() / 1000.0)
                    .put("captured_at", clock.plus(elapsed).toString());
            turn.putObject("session")
                    .put("auth_subject", "developer")
                    .put("harness_id", HARNESS)
                    .put("harness_session_id", harnessSession)
                    .put("harness_version", "1.0.0")
                    .put("cwd", "/home/developer/greenhouse")
                    .put("name", script.path("name").asText());
            turns.add(turn);
            totals = totals.plus(step.path("usage"), calls(step), errors(step));
            messages.addObject().put("role", "assistant").set("content", step.path("answer"));
            clock = clock.plus(elapsed).plus(seconds(step, "pause_seconds"));
        }
        return new Conversation(HARNESS, harnessSession, List.copyOf(turns), totals);
    }

    private static ObjectNode request(JsonNode script, ArrayNode messages) {
        ObjectNode request = JSON.createObjectNode()
                .put("model", script.path("model").asText())
                .put("max_tokens", 4096)
                .put("stream", true);
        request.set("system", script.path("system"));
        request.set("tools", script.path("tools"));
        request.set("messages", messages.deepCopy());
        return request;
    }

    /** The provider's blocks in the canonical form that proxies post. */
    private static ObjectNode response(JsonNode script, JsonNode step) {
        ObjectNode response = JSON.createObjectNode()
                .put("model", script.path("model").asText())
                .put("done", true)
                .put("stop_reason", step.path("stop_reason").asText());
        ArrayNode content =
                response.putObject("message").put("role", "assistant").putArray("content");
        for (JsonNode block : step.path("answer")) {
            String type = block.path("type").asText();
            ObjectNode canonical = content.addObject().put("type", type);
            if (type.equals("tool_use")) {
                canonical.put("tool_use_id", block.path("id").asText());
                canonical.put("tool_name", block.path("name").asText());
                canonical.set("tool_input", block.path("input"));
            } else {
                canonical.put("text", block.path("text").asText());
            }
        }
        response.set("usage", step.path("usage"));
        return response;
    }

    private static int calls(JsonNode step) {
        int calls = 0;
        for (JsonNode block : step.path("answer"))
            if (block.path("type").asText().equals("tool_use")) calls++;
        return calls;
    }

    private static int errors(JsonNode step) {
        int errors = 0;
        for (JsonNode message : step.path("says"))
            for (JsonNode block : message.path("content"))
                if (block.path("is_error").asBoolean()) errors++;
        return errors;
    }

    private static Duration length(JsonNode script) {
        Duration length = Duration.ZERO;
        for (JsonNode step : script.path("turns"))
            length = length.plus(seconds(step, "elapsed_seconds")).plus(seconds(step, "pause_seconds"));
        return length;
    }

    private static Duration seconds(JsonNode step, String field) {
        return Duration.ofNanos(Math.round(step.path(field).asDouble() * NANOS));
    }

    private static JsonNode script() {
        try (InputStream in = Conversation.class.getResourceAsStream("conversation.json")) {
            return JSON.readTree(Objects.requireNonNull(in, "conversation.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
