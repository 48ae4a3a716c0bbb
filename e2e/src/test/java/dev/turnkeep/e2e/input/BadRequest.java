package dev.turnkeep.e2e.input;

import dev.turnkeep.e2e.system.Answer;
import dev.turnkeep.e2e.system.Http;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A request that must be refused.
 *
 * @param field empty where none can be named
 */
record BadRequest(
        String name,
        String method,
        String path,
        Map<String, String> headers,
        byte[] body,
        int status,
        String code,
        String field) {

    static BadRequest get(String name, String path, int status, String code, String field) {
        return new BadRequest(name, "GET", path, Map.of(), new byte[0], status, code, field);
    }

    static BadRequest json(
            String name, String method, String path, String body, int status, String code, String field) {
        Map<String, String> headers = Map.of("Content-Type", "application/json");
        return new BadRequest(name, method, path, headers, body.getBytes(StandardCharsets.UTF_8), status, code, field);
    }

    Answer sendTo(Http service) {
        return service.send(method, path, body, headers);
    }

    /** What is wrong with it, and where it goes. */
    @Override
    public String toString() {
        String shown = path.length() > 60 ? path.substring(0, 60) + "..." : path;
        return method + " " + shown + ": " + name;
    }
}
