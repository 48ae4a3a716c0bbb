package dev.turnkeep.ingest.turn;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import java.io.IOException;

/** Recognises a response that was never filled in, as capture proxies send it beside the raw bytes. */
final class Blank {
    private Blank() {}

    /** Whether every value in it is empty, zero, false or null; its creation time, which is always written, aside. */
    static boolean is(RawJson response) {
        try (JsonParser parser = Json.parser(response)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isScalarValue() && !"created_at".equals(parser.currentName()) && says(token, parser)) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            throw Fields.unreadable(e);
        }
    }

    private static boolean says(JsonToken token, JsonParser parser) throws IOException {
        return switch (token) {
            case VALUE_STRING -> !parser.getText().isEmpty();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDoubleValue() != 0;
            case VALUE_TRUE -> true;
            default -> false;
        };
    }
}
