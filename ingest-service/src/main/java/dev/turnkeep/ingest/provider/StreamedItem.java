package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Problem;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An output item of the Responses API that arrives in pieces: as it was when done, else as far as it came. */
final class StreamedItem {
    private static final String PATH = ProviderFormat.RAW_RESPONSE;

    private @Nullable RawJson started;
    private @Nullable RawJson done;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder refusal = new StringBuilder();
    private final StringBuilder summary = new StringBuilder();
    private final StringBuilder arguments = new StringBuilder();
    private final StringBuilder input = new StringBuilder();

    void started(@Nullable RawJson item) {
        started = item;
    }

    void done(@Nullable RawJson item) {
        done = item;
    }

    void delta(String type, @Nullable String piece) {
        StringBuilder pieces =
                switch (type) {
                    case "response.output_text.delta" -> text;
                    case "response.refusal.delta" -> refusal;
                    case "response.reasoning_summary_text.delta" -> summary;
                    case "response.function_call_arguments.delta" -> arguments;
                    case "response.custom_tool_call_input.delta" -> input;
                    default -> null;
                };
        if (pieces != null && piece != null) {
            pieces.append(piece);
        }
    }

    /** Empty when nothing of it came that says what it is. */
    Optional<RawJson> assembled() {
        if (done != null) {
            return Optional.of(done);
        }
        JsonObject item = new JsonObject();
        if (started != null) {
            Document.read(started, Problem.UNPROCESSABLE_RESPONSE, PATH, document -> {
                document.object(PATH, name -> item.put(name, document.raw()));
                return item;
            });
        } else if (!text.isEmpty() || !refusal.isEmpty()) {
            item.put("type", "message").put("role", "assistant");
        } else {
            return Optional.empty();
        }
        if (!text.isEmpty() || !refusal.isEmpty()) {
            item.put("content", JsonObject.array(content()));
        }
        if (!summary.isEmpty()) {
            item.put("summary", JsonObject.array(List.of(part("summary_text", "text", summary))));
        }
        if (!arguments.isEmpty()) {
            item.put("arguments", arguments.toString());
        }
        if (!input.isEmpty()) {
            item.put("input", input.toString());
        }
        return Optional.of(item.toJson());
    }

    private List<RawJson> content() {
        if (refusal.isEmpty()) {
            return List.of(part("output_text", "text", text));
        }
        return text.isEmpty()
                ? List.of(part("refusal", "refusal", refusal))
                : List.of(part("output_text", "text", text), part("refusal", "refusal", refusal));
    }

    private static RawJson part(String type, String name, StringBuilder pieces) {
        return new JsonObject().put("type", type).put(name, pieces.toString()).toJson();
    }
}
