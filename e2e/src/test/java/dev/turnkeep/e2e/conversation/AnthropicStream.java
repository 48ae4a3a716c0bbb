package dev.turnkeep.e2e.conversation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.e2e.system.Http;

/** An answer as the Messages API streams it: a start with the input's counts, blocks in pieces, a delta, a stop. */
final class AnthropicStream {
    private static final int PIECE = 7;

    private final StringBuilder events = new StringBuilder();

    private AnthropicStream() {}

    static String of(String model, JsonNode step) {
        AnthropicStream stream = new AnthropicStream();
        stream.start(model, step.path("usage"));
        int index = 0;
        for (JsonNode block : step.path("answer")) {
            stream.block(index++, block);
        }
        ObjectNode end = event("message_delta");
        end.putObject("delta")
                .put("stop_reason", step.path("stop_reason").asText())
                .putNull("stop_sequence");
        end.putObject("usage")
                .put("output_tokens", step.path("usage").path("output_tokens").asLong());
        stream.emit(end);
        stream.emit(event("message_stop"));
        return stream.events.toString();
    }

    private void start(String model, JsonNode usage) {
        ObjectNode start = event("message_start");
        ObjectNode message = start.putObject("message")
                .put("id", "msg_01")
                .put("type", "message")
                .put("role", "assistant")
                .put("model", model)
                .putNull("stop_reason");
        message.putArray("content");
        ObjectNode counts = usage.deepCopy();
        counts.put("output_tokens", 1);
        message.set("usage", counts);
        emit(start);
        emit(event("ping"));
    }

    private void block(int index, JsonNode block) {
        boolean text = block.has("text");
        ObjectNode start = event("content_block_start").put("index", index);
        if (text) {
            start.putObject("content_block").put("type", "text").put("text", "");
        } else {
            ObjectNode opened = block.deepCopy();
            opened.putObject("input");
            start.set("content_block", opened);
        }
        emit(start);
        String whole = text ? block.path("text").asText() : block.path("input").toString();
        for (int from = 0; from < whole.length(); from += PIECE) {
            ObjectNode delta = event("content_block_delta").put("index", index);
            delta.putObject("delta")
                    .put("type", text ? "text_delta" : "input_json_delta")
                    .put(text ? "text" : "partial_json", whole.substring(from, Math.min(whole.length(), from + PIECE)));
            emit(delta);
        }
        emit(event("content_block_stop").put("index", index));
    }

    private static ObjectNode event(String type) {
        return Http.JSON.createObjectNode().put("type", type);
    }

    private void emit(ObjectNode event) {
        events.append("event: ").append(event.path("type").asText()).append('\n');
        events.append("data: ").append(event).append("\n\n");
    }
}
