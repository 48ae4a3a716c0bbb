package dev.turnkeep.e2e.conversation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** What a message says in one line, whichever of the accepted forms its content has. */
final class Words {
    private Words() {}

    /** A message with {@code role} and {@code content}, as {@code role: words}. */
    static String of(JsonNode message) {
        return message.path("role").asText() + ": " + ofContent(message.path("content"));
    }

    static String ofContent(JsonNode content) {
        if (content.isTextual()) {
            return content.asText();
        }
        List<String> words = new ArrayList<>();
        for (JsonNode block : content) {
            words.add(
                    switch (block.path("type").asText()) {
                        case "text" -> block.path("text").asText();
                        case "tool_use" ->
                            "%s(%s)#%s"
                                    .formatted(
                                            first(block, "name", "tool_name").asText(),
                                            first(block, "input", "tool_input"),
                                            first(block, "id", "tool_use_id").asText());
                        case "tool_result" ->
                            "%s -> %s".formatted(block.path("tool_use_id").asText(), ofContent(block.path("content")));
                        default -> block.toString();
                    });
        }
        return String.join(" | ", words);
    }

    private static JsonNode first(JsonNode block, String name, String otherName) {
        return block.has(name) ? block.path(name) : block.path(otherName);
    }
}
