package dev.turnkeep.ingest.provider;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * JSON values one after the other: on lines of their own or not, or as the elements of one array. What follows the first
 * that cannot be read is lost: where the next would start is not known.
 */
final class JsonValues implements StreamEvents {
    private final RawJson body;
    private final JsonParser parser;
    private final boolean isArray;
    private boolean ended;
    private boolean damaged;

    JsonValues(RawJson body) {
        this.body = body;
        this.isArray = StreamEvents.firstByte(body) == '[';
        try {
            this.parser = Json.parser(body);
            if (isArray) {
                parser.nextToken();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a bracket is a token", e);
        }
    }

    @Override
    public @Nullable RawJson next() {
        if (ended) {
            return null;
        }
        try {
            JsonToken token = parser.nextToken();
            if (token != null && token != JsonToken.END_ARRAY) {
                return Json.slice(parser, body);
            }
            damaged = isArray && token == null;
        } catch (IOException e) {
            damaged = true;
        }
        ended = true;
        return null;
    }

    @Override
    public boolean isDamaged() {
        return damaged;
    }
}
