package dev.turnkeep.ops.smoke;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * A service, called with one credential; every call is noted.
 *
 * @param key empty for none
 */
record Caller(URI base, String key, Calls calls) {
    static final ObjectMapper JSON = new ObjectMapper();

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    Caller with(String otherKey) {
        return new Caller(base, otherKey, calls);
    }

    Answer get(String path) {
        return send("GET", path, "", Map.of());
    }

    Answer post(String path, String json) {
        return send("POST", path, json, Map.of());
    }

    Answer put(String path, String json) {
        return send("PUT", path, json, Map.of());
    }

    Answer delete(String path) {
        return send("DELETE", path, "", Map.of());
    }

    Answer send(String method, String path, String body, Map<String, String> headers) {
        return send(method, path, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    Answer send(String method, String path, byte[] body, Map<String, String> headers) {
        calls.note(base, method, path);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (body.length > 0) {
            request.header("Content-Type", "application/json");
        }
        headers.forEach(request::setHeader);
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        String call = method + " " + path;
        try {
            HttpResponse<byte[]> response = CLIENT.send(request.build(), BodyHandlers.ofByteArray());
            String text = new String(response.body(), StandardCharsets.UTF_8);
            return new Answer(call, response.statusCode(), text, json(text), response.headers());
        } catch (IOException e) {
            throw new Unexpected(call + " at " + base + " got no answer: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unexpected(call + " was interrupted");
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }
}
