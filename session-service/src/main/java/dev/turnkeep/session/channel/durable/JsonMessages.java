package dev.turnkeep.session.channel.durable;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.json.Utf8;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The messages of a JSON body: the elements of a top-level array, else the one value. Each is kept byte for byte. */
final class JsonMessages {
    private JsonMessages() {}

    /** @throws Invalid (400) for anything but one JSON value */
    static List<Buffer> of(Buffer body) {
        byte[] bytes = body.getBytes();
        if (Utf8.firstInvalid(bytes, 0, bytes.length) >= 0) {
            throw malformed();
        }
        RawJson source = RawJson.of(bytes, 0, bytes.length);
        List<Buffer> messages = new ArrayList<>();
        try (JsonParser parser = Json.parser(source)) {
            JsonToken token = parser.nextToken();
            if (token == null) {
                throw malformed();
            }
            if (token == JsonToken.START_ARRAY) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    messages.add(buffer(Json.slice(parser, source)));
                }
            } else {
                messages.add(buffer(Json.slice(parser, source)));
            }
            if (parser.nextToken() != null) {
                throw malformed();
            }
        } catch (IOException e) {
            throw malformed();
        }
        return messages;
    }

    private static Buffer buffer(RawJson slice) {
        return Buffer.buffer(slice.length()).appendBytes(slice.array(), slice.offset(), slice.length());
    }

    private static Invalid malformed() {
        return new Invalid(Problem.MALFORMED, null, "the body is not valid JSON");
    }
}
