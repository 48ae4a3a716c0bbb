package dev.turnkeep.session.channel.s2;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.json.Utf8;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a body is, seen as JSON. The realtime API's clients write {@code {"data": ..., "id": "..."}}, and a batch whose
 * answer they did not get they send again: by its id it is recognised.
 *
 * @param isJson whether it is one JSON value
 * @param isWhole whether it has these two members and no other
 * @param part the id, if a record can have it as its name
 */
record Envelope(boolean isJson, boolean isWhole, @Nullable String part) {
    private static final int LONGEST = 256;
    private static final Envelope NONE = new Envelope(false, false, null);

    static Envelope of(Buffer body) {
        byte[] bytes = body.getBytes();
        if (bytes.length == 0 || Utf8.firstInvalid(bytes, 0, bytes.length) >= 0) {
            return NONE;
        }
        try (JsonParser parser = Json.parser(RawJson.of(bytes, 0, bytes.length))) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return NONE;
            }
            Envelope envelope = first == JsonToken.START_OBJECT ? members(parser) : value(parser);
            return parser.nextToken() == null ? envelope : NONE;
        } catch (IOException e) {
            return NONE;
        }
    }

    private static Envelope value(JsonParser parser) throws IOException {
        parser.skipChildren();
        parser.finishToken();
        return new Envelope(true, false, null);
    }

    private static Envelope members(JsonParser parser) throws IOException {
        boolean data = false;
        String id = null;
        int members = 0;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            members++;
            if ("id".equals(name) && value == JsonToken.VALUE_STRING) {
                id = parser.getText();
            } else {
                data |= "data".equals(name);
                parser.skipChildren();
                parser.finishToken();
            }
        }
        boolean whole = data && id != null && members == 2;
        return new Envelope(true, whole, whole ? name(id) : null);
    }

    private static @Nullable String name(@Nullable String id) {
        if (id == null || id.isEmpty() || id.chars().anyMatch(Character::isISOControl)) {
            return null;
        }
        boolean fits = StandardCharsets.UTF_8.newEncoder().canEncode(id)
                && id.getBytes(StandardCharsets.UTF_8).length <= LONGEST;
        return fits ? id : null;
    }
}
