package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import dev.turnkeep.contracts.merkle.ContentWriter;
import dev.turnkeep.contracts.merkle.Message;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An assistant message as the Messages API answers it, in one document or as the head of a stream. */
final class AnthropicMessage {
    private static final RawJson NOTHING = RawJson.of("[]");
    private static final String CONTENT = ProviderFormat.RAW_RESPONSE + ".content";

    String role = "assistant";

    @Nullable
    String model;

    @Nullable
    String stopReason;

    /** What the provider called it that went wrong. */
    @Nullable
    String error;

    @Nullable
    RawJson content;

    boolean unreadableToolInput;
    /** The usage that is stated is that of the whole message. */
    boolean usageIsFinal;

    final AnthropicUsage usage = new AnthropicUsage();

    /** Takes the member if it is one of the message's own, other than its content. */
    void head(Document document, String path, String name) throws IOException {
        switch (name) {
            case "role" -> role = document.requiredText(path + ".role");
            case "model" -> model = document.text(path + ".model");
            case "stop_reason" -> stopReason = document.text(path + ".stop_reason");
            case "usage" -> usage.update(document);
            default -> document.skip();
        }
    }

    /**
     * Reads the content just as it is read when a client sends it back: that is what makes both hash the same. A message
     * without content counts when it is known how it ended, or that it had begun: it was paid for.
     */
    ParsedResponse parsed(@Nullable String endedWith) {
        RawJson given = content == null && endedWith != null ? NOTHING : content;
        if (given == null) {
            throw new Invalid(Problem.UNPROCESSABLE_RESPONSE, CONTENT, CONTENT + ": is missing");
        }
        List<Block> blocks = Document.read(given, Problem.UNPROCESSABLE_RESPONSE, CONTENT, document -> {
            List<Block> read = new AnthropicContent(document).blocks(CONTENT);
            if (read.isEmpty() && endedWith == null) {
                throw document.wrong(CONTENT, "must not be empty");
            }
            return read;
        });
        ContentWriter writer = new ContentWriter();
        blocks.forEach(writer::add);
        ResponseParts parts = new ResponseParts();
        parts.model = model;
        parts.stopReason = endedWith;
        parts.error = error;
        parts.unreadableToolInput = unreadableToolInput;
        parts.costNanoUsd = usage.costNanoUsd();
        return parts.parsed(new Message(role, given, writer.finish()), blocks, usage.total(usageIsFinal));
    }
}
