package dev.turnkeep.session.channel.realtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Who a message says it comes from. Agents take a webhook's word for more than a browser's, and no webhook comes this way:
 * the claim is taken out. Everything else stays as it was sent, byte for byte.
 */
final class Provenance {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CLAIM = "actionSource";

    private Provenance() {}

    /** @throws Invalid (400) for what cannot be looked into */
    static Buffer checked(Buffer body) {
        String text = body.toString(StandardCharsets.UTF_8);
        // A name may be escaped.
        if (!text.contains(CLAIM) && !text.contains("\\u")) {
            return body;
        }
        try {
            JsonNode message = JSON.readTree(body.getBytes());
            boolean forged = message.path("payload") instanceof ObjectNode payload
                    && payload.path(CLAIM).asText().equals("webhook");
            if (!forged) {
                return body;
            }
            ((ObjectNode) message.path("payload")).remove(CLAIM);
            return Buffer.buffer(JSON.writeValueAsBytes(message));
        } catch (StreamConstraintsException e) {
            throw new Invalid(Problem.MALFORMED, null, "The message is nested too deeply");
        } catch (JsonProcessingException e) {
            // No JSON claims nothing.
            return body;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
