package dev.turnkeep.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;

/**
 * Streams of JSON that exist, on one server.
 *
 * @param name in the result
 * @param process in the table of CPU times
 * @param streams one for each writer
 * @param key the bearer credential
 */
record StreamServer(String name, String process, List<URI> streams, String key) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The out channels of new sessions. */
    static StreamServer turnkeep(URI service, String key, int streams) throws IOException, InterruptedException {
        List<URI> channels = new ArrayList<>();
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < streams; i++) {
                String body = "{\"type\":\"bench\",\"externalId\":\"channels-" + i
                        + "\",\"taskIdentifier\":\"bench\",\"triggerConfig\":{\"basePayload\":{}}}";
                JsonNode session = JSON.readTree(send(client, "POST", service.resolve("/api/v1/sessions"), key, body));
                channels.add(
                        service.resolve("/v1/sessions/" + session.path("id").asText() + "/out"));
                send(client, "PUT", channels.getLast(), key, "");
            }
        }
        return new StreamServer("turnkeep", "session-service", channels, key);
    }

    static StreamServer reference(ReferenceServer server, int streams) throws IOException, InterruptedException {
        List<URI> made = new ArrayList<>();
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < streams; i++) {
                made.add(server.url().resolve("/v1/stream/bench-" + i));
                send(client, "PUT", made.getLast(), "none", "");
            }
        }
        return new StreamServer(server.name(), server.name(), made, "none");
    }

    /** The same streams as another node serves them. */
    StreamServer on(URI node) {
        return new StreamServer(
                name,
                process,
                streams.stream().map(stream -> node.resolve(stream.getPath())).toList(),
                key);
    }

    private static String send(HttpClient client, String method, URI target, String key, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(target)
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(method + " " + target + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }
}
