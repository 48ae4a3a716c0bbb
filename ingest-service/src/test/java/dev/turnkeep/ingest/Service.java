package dev.turnkeep.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** The running service, as a proxy sees it. */
record Service(URI base) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    record Answer(int status, JsonNode body, HttpResponse<String> whole) {
        String text(String pointer) {
            return body.at(pointer).asText();
        }

        String header(String name) {
            return whole.headers().firstValue(name).orElse("");
        }
    }

    Answer turn(String body, String... headers) {
        return post("/v1/ingest", body.getBytes(StandardCharsets.UTF_8), headers);
    }

    Answer batch(String body, String... headers) {
        return post("/v1/ingest/batch", body.getBytes(StandardCharsets.UTF_8), headers);
    }

    /** With the key and as JSON, unless the headers say otherwise; an empty value leaves a header out. */
    Answer post(String path, byte[] body, String... headers) {
        HttpRequest.Builder request = request(path).POST(BodyPublishers.ofByteArray(body));
        List<String> given = List.of(headers);
        if (!given.contains("Authorization")) {
            request.header("Authorization", "Bearer " + Keys.KEY);
        }
        if (!given.contains("Content-Type")) {
            request.header("Content-Type", "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            if (!headers[i + 1].isEmpty()) {
                request.header(headers[i], headers[i + 1]);
            }
        }
        return send(request.build());
    }

    /** Without telling how long the body is. */
    Answer stream(String path, byte[] body, String type, String bearer) {
        return send(request(path)
                .header("Content-Type", type)
                .header("Authorization", "Bearer " + bearer)
                .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(body)))
                .build());
    }

    Answer get(String path, String bearer) {
        return send(request(path)
                .header("Accept", "application/json")
                .header("Authorization", "Bearer " + bearer)
                .build());
    }

    Answer get(String path) {
        return send(request(path).header("Accept", "application/json").build());
    }

    Answer delete(String path) {
        return send(request(path).DELETE().build());
    }

    static Answer get(URI uri) {
        return send(HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).build());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(60));
    }

    private static Answer send(HttpRequest request) {
        try {
            HttpResponse<String> response = CLIENT.send(request, BodyHandlers.ofString());
            JsonNode body = response.body().startsWith("{") ? JSON.readTree(response.body()) : JSON.createObjectNode();
            return new Answer(response.statusCode(), body, response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
