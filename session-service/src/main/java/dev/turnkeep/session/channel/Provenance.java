package dev.turnkeep.session.channel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.channel.log.StreamAddress;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who a message to an agent says it comes from. Agents take a webhook's word for more than a browser's, and no webhook comes
 * with a token: the claim is taken out, in every form in which an agent reads a message, as JSON, as a string of JSON, and
 * in an envelope. Everything else stays as it was sent, byte for byte.
 */
public final class Provenance {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CLAIM = "actionSource";
    private static final String DATA = "data";

    private Provenance() {}

    /**
     * What is stored of what somebody with a token, and no key, writes to a channel.
     *
     * @throws Invalid (400) for what cannot be looked into
     */
    public static Buffer checked(StreamAddress to, Buffer body) {
        return to.name().equals("in") || to.name().endsWith("/in") ? checked(body) : body;
    }

    static Buffer checked(Buffer body) {
        String text = body.toString(StandardCharsets.UTF_8);
        // A name may be escaped.
        if (!text.contains(CLAIM) && !text.contains("\\u")) {
            return body;
        }
        try {
            Optional<JsonNode> cleaned = cleaned(JSON.readTree(body.getBytes()));
            return cleaned.isPresent() ? Buffer.buffer(JSON.writeValueAsBytes(cleaned.get())) : body;
        } catch (StreamConstraintsException e) {
            throw new Invalid(Problem.MALFORMED, null, "The message is nested too deeply");
        } catch (JsonProcessingException e) {
            // No JSON claims nothing.
            return body;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Empty when nothing is claimed: of the value itself, or of the data in its envelope. */
    private static Optional<JsonNode> cleaned(@Nullable JsonNode value) throws StreamConstraintsException {
        Optional<JsonNode> itself = message(value);
        JsonNode envelope = itself.orElse(value);
        if (!(envelope instanceof ObjectNode object)) {
            return itself;
        }
        Optional<JsonNode> data = message(object.get(DATA));
        data.ifPresent(clean -> object.set(DATA, clean));
        return data.isPresent() ? Optional.of(object) : itself;
    }

    /** The same of a message, or of a string that is one. */
    private static Optional<JsonNode> message(@Nullable JsonNode value) throws StreamConstraintsException {
        if (value instanceof TextNode text) {
            return inside(text.textValue());
        }
        if (value != null
                && value.path("payload") instanceof ObjectNode payload
                && payload.path(CLAIM).asText().equals("webhook")) {
            payload.remove(CLAIM);
            return Optional.of(value);
        }
        return Optional.empty();
    }

    private static Optional<JsonNode> inside(String text) throws StreamConstraintsException {
        try {
            JsonNode value = JSON.readTree(text);
            // An envelope in a string is read as a message would be.
            Optional<JsonNode> clean = value instanceof TextNode ? Optional.empty() : cleaned(value);
            return clean.isPresent() ? Optional.of(TextNode.valueOf(JSON.writeValueAsString(clean.get()))) : clean;
        } catch (StreamConstraintsException e) {
            throw e;
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
