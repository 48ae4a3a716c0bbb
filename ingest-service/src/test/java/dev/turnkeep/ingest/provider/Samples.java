package dev.turnkeep.ingest.provider;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Answers in the shapes that the providers document; {@code providers/README.md} says where. */
final class Samples {
    static final ObjectMapper JSON = new ObjectMapper();

    private Samples() {}

    static byte[] bytes(String name) {
        String resource = "/providers/" + name;
        try (InputStream in = Objects.requireNonNull(Samples.class.getResourceAsStream(resource), resource)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ParsedResponse reduced(Provider provider, byte[] body) {
        return provider.rawResponse(body, null, null);
    }

    static ParsedResponse reduced(Provider provider, String body) {
        return reduced(provider, Parsing.utf8(body));
    }

    static JsonNode json(Object text) {
        try {
            return JSON.readTree(text.toString());
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    /** What becomes of a turn: everything but the bytes in which the content stands, which may be spaced otherwise. */
    record Outcome(
            String role,
            JsonNode content,
            String projection,
            @Nullable String model,
            @Nullable String stopReason,
            Object stopKind,
            @Nullable String error,
            Object usage,
            @Nullable Long durationNanos,
            int toolCalls,
            boolean unreadableToolInput) {
        static Outcome of(ParsedResponse response) {
            return new Outcome(
                    response.message().role(),
                    json(response.message().content()),
                    response.message().projection().toString(),
                    response.model(),
                    response.stopReason(),
                    response.stopKind(),
                    response.error(),
                    response.usage(),
                    response.durationNanos(),
                    response.toolCalls(),
                    response.unreadableToolInput());
        }
    }
}
