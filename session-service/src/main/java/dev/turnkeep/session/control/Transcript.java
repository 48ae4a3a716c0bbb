package dev.turnkeep.session.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * What an agent has kept of a conversation in its session's snapshot: its messages, and how far it had read and written.
 * Agents write it in one of three forms: a document of version 1 or 2, or lines, of which the first has {@code "v":2}, and
 * each message has its own. What is no message is passed over, as the agents do it.
 *
 * @param lastOut the seq in {@code out} up to which it goes
 * @param lastIn the same of {@code in}
 */
record Transcript(
        List<Entry> entries,
        @Nullable String lastOut,
        @Nullable String lastIn) {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    Transcript {
        entries = List.copyOf(entries);
    }

    /** A message by its id. */
    record Entry(String id, JsonNode message) {}

    /**
     * Consecutive messages, the oldest first.
     *
     * @param earlier the id before which the page before ends; null when there is none
     */
    record Part(List<JsonNode> messages, @Nullable String earlier) {}

    /** Empty for what no version of an agent that is known here writes. */
    static Optional<Transcript> parse(byte[] snapshot) {
        String text = new String(snapshot, StandardCharsets.UTF_8);
        int line = text.indexOf('\n');
        JsonNode header = json(line < 0 ? text : text.substring(0, line));
        if (line >= 0 && header.path("v").asInt() == 2) {
            return Optional.of(of(text.lines().skip(1).map(Transcript::json).toList(), header));
        }
        JsonNode document = json(text);
        List<JsonNode> messages = StreamSupport.stream(document.path("messages").spliterator(), false)
                .toList();
        return switch (document.path("version").asInt()) {
            case 1 ->
                Optional.of(of(messages.stream().map(Transcript::enveloped).toList(), document));
            case 2 -> Optional.of(of(messages, document));
            default -> Optional.empty();
        };
    }

    /** Version 1 has messages without an envelope. */
    private static JsonNode enveloped(JsonNode message) {
        return JSON.createObjectNode().<ObjectNode>set("message", message).set("id", message.path("id"));
    }

    private static Transcript of(List<JsonNode> envelopes, JsonNode cursors) {
        List<Entry> entries = new ArrayList<>();
        for (JsonNode envelope : envelopes) {
            String id = envelope.path("id").asText();
            JsonNode message = envelope.path("message");
            if (envelope.path("id").isTextual()
                    && !id.isEmpty()
                    && message.isObject()
                    && message.path("id").asText().equals(id)) {
                entries.add(new Entry(id, message));
            }
        }
        return new Transcript(
                entries,
                cursors.path("lastOutEventId").textValue(),
                cursors.path("lastInEventId").textValue());
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    /**
     * The newest messages.
     *
     * @param limit how many at most; null for all
     * @param before those before the message of this id, of which there are none when it is not there any more
     */
    Part page(@Nullable Integer limit, @Nullable String before) {
        int end = entries.size();
        if (before != null) {
            List<String> ids = entries.stream().map(Entry::id).toList();
            end = Math.max(0, ids.indexOf(before));
        }
        int start = limit == null ? 0 : Math.max(0, end - limit);
        List<JsonNode> messages =
                entries.subList(start, end).stream().map(Entry::message).toList();
        return new Part(messages, start > 0 ? entries.get(start).id() : null);
    }
}
