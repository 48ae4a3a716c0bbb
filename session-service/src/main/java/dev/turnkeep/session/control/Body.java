package dev.turnkeep.session.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import jakarta.inject.Singleton;
import java.io.IOException;

/** Reads bodies, with the words for what is wrong with them that clients of this API know. */
@Singleton
class Body {
    private final ObjectReader reader;

    Body(ObjectMapper mapper) {
        // Numbers keep their digits.
        this.reader = mapper.readerFor(JsonNode.class).with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    }

    /**
     * The object that a body holds.
     *
     * @param cap in bytes
     */
    Fields required(byte[] bytes, int cap) {
        if (bytes.length == 0) {
            throw new Invalid(Problem.MALFORMED, null, "Request body is empty");
        }
        return parsed(bytes, cap);
    }

    /** The object that a body holds; one without members for no body at all. */
    Fields optional(byte[] bytes, int cap) {
        return bytes.length == 0 ? new Fields(reader.createObjectNode()) : parsed(bytes, cap);
    }

    private Fields parsed(byte[] bytes, int cap) {
        if (bytes.length > cap) {
            throw new Invalid(Problem.TOO_LARGE, null, "Request body too large");
        }
        JsonNode value;
        try {
            value = reader.readValue(bytes);
        } catch (JsonProcessingException e) {
            throw new Invalid(Problem.MALFORMED, null, "Invalid JSON");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("reading from memory does not fail", e);
        }
        if (value == null || !value.isObject()) {
            throw new Invalid(
                    Problem.MALFORMED,
                    null,
                    value == null || !value.isContainerNode()
                            ? "Invalid JSON"
                            : "Validation error: Expected an object");
        }
        return new Fields(value);
    }
}
