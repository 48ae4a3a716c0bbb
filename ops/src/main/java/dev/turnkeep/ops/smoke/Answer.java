package dev.turnkeep.ops.smoke;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpHeaders;

/**
 * What a service answered.
 *
 * @param call method and path, for messages
 * @param json the body; missing when it is no JSON
 */
record Answer(String call, int status, String body, JsonNode json, HttpHeaders headers) {

    /** This answer, which has to have this status. */
    Answer expecting(int expected) {
        if (status != expected) {
            throw new Unexpected(call + " answered " + status + ", not " + expected + ": " + start());
        }
        return this;
    }

    /** The text of a member, which has to be there. */
    String text(String pointer) {
        JsonNode found = json.at(pointer);
        if (found.isMissingNode() || found.isNull()) {
            throw new Unexpected(call + " has no " + pointer + ": " + start());
        }
        return found.asText();
    }

    /** This answer, whose member has to be this. */
    Answer with(String pointer, String expected) {
        String actual = text(pointer);
        if (!actual.equals(expected)) {
            throw new Unexpected(call + " has " + actual + " for " + pointer + ", not " + expected);
        }
        return this;
    }

    private String start() {
        return body.length() > 300 ? body.substring(0, 300) + "…" : body;
    }
}
