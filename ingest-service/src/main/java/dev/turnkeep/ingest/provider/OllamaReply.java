package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.contracts.turn.Usage;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reduces an answer of Ollama's chat or generate API, in one document or line by line, to its message. */
final class OllamaReply {
    private static final String PATH = ProviderFormat.RAW_RESPONSE;
    private static final String MESSAGE = PATH + ".message";

    private final ResponseParts parts = new ResponseParts();
    private final TokenCounts usage = new TokenCounts();
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder thinking = new StringBuilder();
    private final List<RawJson> toolCalls = new ArrayList<>();
    private String role = "assistant";
    private boolean done;
    private boolean failed;

    private OllamaReply() {}

    static ParsedResponse reduce(StreamEvents events) {
        OllamaReply reply = new OllamaReply();
        Pieces pieces = new Pieces(events);
        pieces.each(OllamaReply::line, reply::apply);
        return reply.parsed(pieces);
    }

    private static final class Line {
        private @Nullable String model;
        private @Nullable Instant createdAt;
        private @Nullable String role;
        private @Nullable String text;
        private @Nullable String thinking;
        private final List<RawJson> toolCalls = new ArrayList<>();
        private boolean done;
        private @Nullable String doneReason;
        private @Nullable Long totalNanos;
        private final TokenCounts usage = new TokenCounts();
        private boolean failed;
        private @Nullable String error;
    }

    private static Line line(Document document) throws IOException {
        Line line = new Line();
        document.object(PATH, name -> {
            String at = PATH + "." + name;
            switch (name) {
                case "model" -> line.model = document.text(at);
                case "created_at" -> line.createdAt = time(document.looseText());
                case "message" -> document.optionalObject(MESSAGE, member -> message(document, line, member));
                case "response" -> line.text = document.text(at);
                case "thinking" -> line.thinking = document.text(at);
                case "done" -> line.done = document.isTrue();
                case "done_reason" -> line.doneReason = document.text(at);
                case "total_duration" -> line.totalNanos = document.count(at);
                // The prompt's count leaves out nothing: Ollama's own cache saves time, not tokens.
                case "prompt_eval_count" -> line.usage.input = document.count(at);
                case "eval_count" -> line.usage.output = document.count(at);
                case "error" -> {
                    line.failed = !document.isNull();
                    line.error = ProviderError.code(document, at);
                }
                default -> document.skip();
            }
        });
        return line;
    }

    private static void message(Document document, Line line, String name) throws IOException {
        switch (name) {
            case "role" -> line.role = document.text(MESSAGE + ".role");
            case "content" -> line.text = document.text(MESSAGE + ".content");
            case "thinking" -> line.thinking = document.text(MESSAGE + ".thinking");
            case "tool_calls" -> {
                if (!document.isNull()) {
                    document.array(MESSAGE + ".tool_calls", _ -> line.toolCalls.add(document.raw()));
                }
            }
            default -> document.skip();
        }
    }

    /** Null for a text that is no time: it is the last place where one is looked for. */
    private static @Nullable Instant time(@Nullable String text) {
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    private void apply(Line line) {
        parts.model = line.model == null ? parts.model : line.model;
        parts.createdAt = line.createdAt == null ? parts.createdAt : line.createdAt;
        parts.stopReason = line.doneReason == null ? parts.stopReason : line.doneReason;
        parts.durationNanos = line.totalNanos == null ? parts.durationNanos : line.totalNanos;
        parts.error = line.error == null ? parts.error : line.error;
        role = line.role == null || line.role.isEmpty() ? role : line.role;
        text.append(line.text == null ? "" : line.text);
        thinking.append(line.thinking == null ? "" : line.thinking);
        toolCalls.addAll(line.toolCalls);
        usage.update(line.usage);
        done |= line.done;
        failed |= line.failed;
    }

    /** Reads the message just as it is read when a client sends it back: that is what makes both hash the same. */
    private ParsedResponse parsed(Pieces pieces) {
        if (!done && text.isEmpty() && thinking.isEmpty() && toolCalls.isEmpty()) {
            throw pieces.refusal(MESSAGE);
        }
        JsonObject message = new JsonObject().put("role", role).put("content", text.toString());
        if (!thinking.isEmpty()) {
            message.put("thinking", thinking.toString());
        }
        if (!toolCalls.isEmpty()) {
            message.put("tool_calls", JsonObject.array(toolCalls));
        }
        Conversation read = Document.read(
                message.toJson(), Problem.UNPROCESSABLE_RESPONSE, MESSAGE, document -> new OllamaMessages(document)
                        .readOne(MESSAGE));
        if (failed) {
            parts.stopReason = ParsedResponse.ERROR;
        } else if (!done || pieces.areDamaged()) {
            parts.stopReason = ParsedResponse.INCOMPLETE;
        }
        Usage total = new Usage(TokenCounts.orZero(usage.input), TokenCounts.orZero(usage.output), 0, 0, 0, 0);
        boolean partial = !done || usage.input == null || usage.output == null;
        return parts.parsed(read.lastMessage(), read.lastBlocks(), usage.details.of(total, partial));
    }
}
