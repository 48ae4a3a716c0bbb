package dev.turnkeep.e2e.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/** An ingest envelope in the making: one question and its answer, already reduced by the proxy. */
public final class Turn {
    public static final String HARNESS = "e2e-agent";
    public static final String MODEL = "claude-sonnet-4-5";

    private final ObjectNode envelope = Http.JSON.createObjectNode();

    private Turn() {
        envelope.put("provider", "anthropic").put("agent_name", "e2e");
        envelope.putObject("request").put("model", MODEL).put("max_tokens", 256);
        envelope.putObject("response").put("model", MODEL).put("done", true).put("stop_reason", "end_turn");
        envelope.putObject("meta").put("captured_at", Instant.now().toString());
        envelope.putObject("session").put("harness_id", HARNESS);
        tokens(5, 2).says("How are you?", "Fine.");
    }

    /** A turn of one of the harness's sessions. */
    public static Turn in(String harnessSession) {
        return new Turn().session("harness_session_id", harnessSession);
    }

    /** A turn that names no session, only whom it is from. */
    public static Turn by(String actor) {
        return new Turn().session("actor_id", actor);
    }

    public Turn harness(String harness) {
        return session("harness_id", harness);
    }

    public Turn parent(String harnessSession) {
        return session("parent_harness_session_id", harnessSession);
    }

    public Turn parent(String harness, String harnessSession) {
        return parent(harnessSession).session("parent_harness_id", harness);
    }

    /** Any member of the session block. */
    public Turn session(String name, String value) {
        envelope.withObject("/session").put(name, value);
        return this;
    }

    /** The turn's identity: posted again under the same one, it is the same turn. */
    public Turn request(String requestId) {
        envelope.withObject("/meta").put("request_id", requestId);
        return this;
    }

    public Turn captured(Instant at) {
        envelope.withObject("/meta").put("captured_at", at.toString());
        return this;
    }

    public Turn says(String question, String answer) {
        ObjectNode request = envelope.withObject("/request");
        request.putArray("messages").addObject().put("role", "user").put("content", question);
        ObjectNode message = envelope.withObject("/response").putObject("message");
        message.put("role", "assistant")
                .putArray("content")
                .addObject()
                .put("type", "text")
                .put("text", answer);
        return this;
    }

    public Turn system(String text) {
        envelope.withObject("/request").put("system", text);
        return this;
    }

    public Turn tokens(int input, int output) {
        envelope.withObject("/response")
                .putObject("usage")
                .put("prompt_tokens", input)
                .put("completion_tokens", output)
                .put("total_tokens", input + output);
        return this;
    }

    /** Puts anything anywhere, for what no honest proxy would post. */
    public Turn with(String object, String member, JsonNode value) {
        ObjectNode parent = object.isEmpty() ? envelope : envelope.withObject(object);
        parent.set(member, value);
        return this;
    }

    public ObjectNode json() {
        return envelope.deepCopy();
    }
}
