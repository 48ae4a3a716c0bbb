package dev.turnkeep.e2e.system;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpHeaders;
import java.util.Optional;

/** What a service answered; the body is an empty object when it was no JSON. */
public record Answer(int status, JsonNode body, HttpHeaders headers) {

    /** This answer, which must have this status. */
    public Answer expecting(int expected) {
        if (status != expected) {
            throw new AssertionError("answered " + status + " instead of " + expected + ": " + body);
        }
        return this;
    }

    public String text(String pointer) {
        return body.at(pointer).asText();
    }

    public Optional<String> header(String name) {
        return headers.firstValue(name);
    }
}
