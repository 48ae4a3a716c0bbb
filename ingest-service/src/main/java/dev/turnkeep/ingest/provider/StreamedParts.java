package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gemini's parts as they come, texts that follow each other put together. A signature ends its text: what follows is a
 * part of its own.
 */
final class StreamedParts {
    private final List<RawJson> parts = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private boolean thought;
    private boolean open;

    /** @param array of parts */
    void add(RawJson array, String path) {
        Document.read(array, Problem.UNPROCESSABLE_RESPONSE, path, document -> {
            document.array(path, i -> add(new GeminiPart(document).read(path + "[" + i + "]")));
            return parts;
        });
    }

    private void add(GeminiPart part) {
        String piece = part.text();
        if (piece == null) {
            close(null);
            parts.add(part.given());
            return;
        }
        if (open && part.isThought() != thought) {
            close(null);
        }
        open = true;
        thought = part.isThought();
        text.append(piece);
        if (part.signature() != null) {
            close(part.signature());
        }
    }

    private void close(@Nullable String signature) {
        if (!open) {
            return;
        }
        if (!text.isEmpty() || signature != null) {
            JsonObject part = new JsonObject().put("text", text.toString());
            if (thought) {
                part.put("thought", RawJson.of("true"));
            }
            if (signature != null) {
                part.put("thoughtSignature", signature);
            }
            parts.add(part.toJson());
        }
        text.setLength(0);
        open = false;
    }

    boolean isEmpty() {
        return parts.isEmpty() && text.isEmpty();
    }

    RawJson toJson() {
        close(null);
        return JsonObject.array(parts);
    }
}
