package dev.turnkeep.e2e.system;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * A service as one caller sees it.
 *
 * @param key the bearer credential; empty for none
 */
public record Http(URI base, String key) {
    public static final ObjectMapper JSON = new ObjectMapper();

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    public Answer get(String path) {
        return send("GET", path, new byte[0], Map.of());
    }

    public Answer post(String path, JsonNode body) {
        return post(path, "application/json", body.toString());
    }

    public Answer post(String path, String contentType, String body) {
        return send("POST", path, body.getBytes(StandardCharsets.UTF_8), Map.of("Content-Type", contentType));
    }

    /** The body of something that is no JSON, which has to be there. */
    public String text(String path) {
        try {
            HttpResponse<String> response = CLIENT.send(
                    HttpRequest.newBuilder(base.resolve(path)).timeout(PATIENCE).build(), BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new AssertionError("answered " + response.statusCode() + ": " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException("GET " + base.resolve(path), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** With the caller's key, unless the headers say otherwise. */
    public Answer send(String method, String path, byte[] body, Map<String, String> headers) {
        try {
            return attempt(method, path, body, headers);
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + base.resolve(path), e);
        }
    }

    /** The same for callers who reckon with a service that is away. */
    public Answer attempt(String method, String path, byte[] body, Map<String, String> headers) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(PATIENCE)
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        if (!key.isEmpty() && !headers.containsKey("Authorization")) {
            request.header("Authorization", "Bearer " + key);
        }
        try {
            HttpResponse<String> response = CLIENT.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), parsed(response.body()), response.headers());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** For a path or a query: everything but letters and digits in percent form. */
    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    static JsonNode parsed(String body) {
        try {
            JsonNode tree = JSON.readTree(body);
            return tree.isContainerNode() ? tree : JSON.createObjectNode();
        } catch (JsonProcessingException notJson) {
            return JSON.createObjectNode();
        }
    }
}
