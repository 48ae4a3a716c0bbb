package dev.turnkeep.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.contracts.json.RawJson;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Turns to post. */
public final class Turns {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Turns() {}

    /** A turn of the harness {@code claude} whose request says {@code text}. */
    public static String anthropic(String session, String text) {
        return """
                {"provider":"anthropic","agent_name":"claude-code",
                 "request":{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[{"role":"user","content":"%s"}]},
                 "response":{"model":"claude-sonnet-4-5",
                  "message":{"role":"assistant","content":[{"type":"text","text":"hello"}]},
                  "done":true,"stop_reason":"end_turn",
                  "usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}},
                 "meta":{"ts_request":"2026-03-01T12:00:00Z","elapsed_seconds":1.5},
                 "session":{"auth_subject":"u1","harness_id":"claude","harness_session_id":"%s"}}""".formatted(text, session).replace("\n", "");
    }

    /** The same turn after an edit. */
    public static String edited(String session, Consumer<ObjectNode> edit) {
        try {
            ObjectNode turn = (ObjectNode) JSON.readTree(anthropic(session, "hello"));
            edit.accept(turn);
            return JSON.writeValueAsString(turn);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    public static ObjectNode object(String json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    public static RawJson raw(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return RawJson.of(bytes, 0, bytes.length);
    }
}
