package dev.turnkeep.session.channel;

import static dev.turnkeep.session.turn.ServiceOnTest.until;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A reader of realtime events that knows nothing but HTTP. One thread reads; others may ask how far it is. */
final class RealtimeReader {
    /** How it ended. */
    enum Ending {
        /** With the last event of a stream that ends as it should. */
        DONE,
        /** With the connection. */
        CUT
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<JsonNode> records = new CopyOnWriteArrayList<>();
    private final AtomicInteger pings = new AtomicInteger();
    private final HttpResponse<Stream<String>> answer;
    private volatile boolean done;
    private volatile boolean ended;

    /**
     * @param http whose end is the reader's as well
     * @param headers names and values in turn
     */
    RealtimeReader(HttpClient http, int port, String path, String key, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Authorization", "Bearer " + key);
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            this.answer = http.send(request.build(), BodyHandlers.ofLines());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        Thread.ofVirtual().start(this::read);
    }

    int status() {
        return answer.statusCode();
    }

    /** Empty when it is not there. */
    String header(String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    /** Those that came. */
    List<JsonNode> records() {
        return records;
    }

    /** The first so many, once they have come. */
    List<JsonNode> records(int count) {
        until(count + " records have come", () -> records.size() >= count);
        return records;
    }

    /** The data of the records that came. */
    List<JsonNode> data() {
        return records.stream()
                .map(record -> parsed(record.path("body").asText()).path("data"))
                .toList();
    }

    int pings() {
        return pings.get();
    }

    /** Once it has ended. */
    Ending ending() {
        until("the reader's stream has ended", () -> ended);
        return done ? Ending.DONE : Ending.CUT;
    }

    private void read() {
        String[] event = {""};
        try (Stream<String> lines = answer.body()) {
            lines.forEach(line -> {
                if (line.isEmpty()) {
                    event[0] = "";
                } else if (line.startsWith("event: ")) {
                    event[0] = line.substring("event: ".length());
                    pings.addAndGet(event[0].equals("ping") ? 1 : 0);
                } else if (line.equals("data: [DONE]")) {
                    done = true;
                } else if (line.startsWith("data: ") && event[0].equals("batch")) {
                    parsed(line.substring("data: ".length())).path("records").forEach(records::add);
                }
            });
        } catch (RuntimeException e) {
            // It was cut, or the test is over.
            done = false;
        } finally {
            ended = true;
        }
    }

    private static JsonNode parsed(String text) {
        try {
            return text.isEmpty() ? JSON.nullNode() : JSON.readTree(text);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
