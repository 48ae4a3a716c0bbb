package dev.turnkeep.e2e.channel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.e2e.system.Answer;
import dev.turnkeep.e2e.system.Await;
import dev.turnkeep.e2e.system.Http;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Follows a channel to its end, and goes on at its offset when it is cut off, or on another node when it is sent home. An event stream's records count once the
 * offset after them has come: without it they come again. For one thread; others may ask how far it is.
 */
final class Reader implements Callable<List<String>> {
    /** The protocol's live modes. */
    enum Mode {
        SSE,
        LONG_POLL
    }

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final Mode mode;
    private final Channel elsewhere;
    private final List<String> seen = new ArrayList<>();
    private final AtomicInteger interruptions = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private Channel channel;
    private String offset = Channel.START;
    private volatile boolean caughtUp;

    /** @param elsewhere the same channel, where it goes once the service says that it is away */
    Reader(Channel channel, Mode mode, Channel elsewhere) {
        this.channel = channel;
        this.mode = mode;
        this.elsewhere = elsewhere;
    }

    /** All records, once the channel is closed. */
    @Override
    public List<String> call() throws InterruptedException {
        while (true) {
            try {
                if (mode == Mode.SSE ? events() : poll()) {
                    return seen;
                }
            } catch (Away told) {
                refusals.incrementAndGet();
                channel = elsewhere;
                Await.pause(ThreadLocalRandom.current().nextLong(20, 80));
            } catch (IOException cutOff) {
                // The service is struck. It goes on where it was.
                interruptions.incrementAndGet();
                Await.pause(ThreadLocalRandom.current().nextLong(20, 80));
            }
        }
    }

    /** Whether it has reached the end at least once: what comes afterwards comes live. */
    boolean caughtUp() {
        return caughtUp;
    }

    /** How often it was cut off. */
    int interruptions() {
        return interruptions.get();
    }

    /** How often it was told to come back later. */
    int refusals() {
        return refusals.get();
    }

    /** The service says that it is away, and when to come back. */
    static final class Away extends IOException {
        private static final long serialVersionUID = 1L;

        private Away(Optional<String> after) {
            super("away");
            if (after.isEmpty()) {
                throw new AssertionError("a 503 without Retry-After");
            }
        }
    }

    private boolean poll() throws IOException {
        // What is there already is fetched without waiting, as the protocol's clients do it.
        String query = caughtUp ? query("long-poll") : "?offset=" + offset;
        Answer answer = channel.service().attempt("GET", channel.path() + query, new byte[0], Map.of());
        if (answer.status() == 503) {
            throw new Away(answer.header("Retry-After"));
        }
        if (answer.status() != 204) {
            seen.addAll(Channel.texts(answer.expecting(200).body()));
        }
        offset = Channel.offset(answer);
        caughtUp |= answer.header("Stream-Up-To-Date").isPresent();
        return answer.header(Channel.CLOSED).isPresent();
    }

    private boolean events() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(channel.service().base().resolve(channel.path() + query("sse")))
                .header("Authorization", "Bearer " + channel.service().key())
                .timeout(PATIENCE)
                .build();
        HttpResponse<InputStream> response = CLIENT.send(request, BodyHandlers.ofInputStream());
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            if (response.statusCode() == 503) {
                throw new Away(response.headers().firstValue("Retry-After"));
            }
            if (response.statusCode() != 200) {
                throw new AssertionError("answered " + response.statusCode());
            }
            return events(lines);
        }
    }

    /** Until the stream ends; whether the channel does. */
    private boolean events(BufferedReader lines) throws IOException {
        List<String> untold = new ArrayList<>();
        StringBuilder data = new StringBuilder();
        String event = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("event:")) {
                event = line.substring("event:".length()).strip();
            } else if (line.startsWith("data:")) {
                data.append(line.substring("data:".length()));
            } else if (line.isEmpty() && !data.isEmpty()) {
                JsonNode content = Http.JSON.readTree(data.toString());
                data.setLength(0);
                if (event.equals("data")) {
                    untold.addAll(Channel.texts(content));
                } else {
                    seen.addAll(untold);
                    untold.clear();
                    offset = content.path("streamNextOffset").asText();
                    caughtUp |= content.path("upToDate").asBoolean();
                    if (content.path("streamClosed").asBoolean()) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private String query(String live) {
        return "?offset=" + offset + "&live=" + live;
    }
}
