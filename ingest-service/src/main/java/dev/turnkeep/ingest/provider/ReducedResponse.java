package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import dev.turnkeep.contracts.merkle.ContentWriter;
import dev.turnkeep.contracts.merkle.Message;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.contracts.turn.StopKind;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a response that the caller has reduced to the provider-neutral form. For one response. */
final class ReducedResponse {
    private static final String RESPONSE = "response";
    private static final String MESSAGE = RESPONSE + ".message";

    private final ResponseParts parts = new ResponseParts();
    private @Nullable String role;
    private @Nullable RawJson content;
    private List<Block> blocks = List.of();
    private ReducedUsage usage = new ReducedUsage();

    ParsedResponse read(RawJson body) {
        return Document.read(body, Problem.UNPROCESSABLE_RESPONSE, RESPONSE, document -> {
            document.object(RESPONSE, name -> member(document, name));
            if (role == null || role.isEmpty()) {
                throw document.wrong(MESSAGE + ".role", "is required");
            }
            if (content == null || blocks.isEmpty()) {
                throw document.wrong(MESSAGE + ".content", "must be a non-empty array");
            }
            ContentWriter writer = new ContentWriter();
            blocks.forEach(writer::add);
            parts.durationNanos = usage.durationNanos();
            parts.costNanoUsd = usage.costNanoUsd();
            return parts.parsed(new Message(role, content, writer.finish()), blocks, usage.total(hasEnded()));
        });
    }

    /** A stream that was reduced before it ended has the usage of its beginning. */
    private boolean hasEnded() {
        return switch (StopKind.of(parts.stopReason)) {
            case INCOMPLETE, ERROR, CANCELLED -> false;
            case COMPLETE, STOP_SEQUENCE, TOOL_USE, LENGTH, CONTENT_FILTER, REFUSAL, PAUSE, OTHER, UNKNOWN -> true;
        };
    }

    private void member(Document document, String name) throws IOException {
        switch (name) {
            case "model" -> parts.model = document.text(RESPONSE + ".model");
            case "stop_reason" -> parts.stopReason = document.text(RESPONSE + ".stop_reason");
            case "created_at" -> parts.createdAt = time(document, RESPONSE + ".created_at");
            case "message" -> {
                if (!document.isNull()) {
                    document.object(MESSAGE, member -> messageMember(document, member));
                }
            }
            case "usage" -> usage = ReducedUsage.read(document, RESPONSE + ".usage");
            default -> document.skip();
        }
    }

    private void messageMember(Document document, String name) throws IOException {
        switch (name) {
            case "role" -> role = document.text(MESSAGE + ".role");
            case "content" -> {
                List<Block> read = new ArrayList<>();
                String path = MESSAGE + ".content";
                if (!document.isNull()) {
                    int start = document.start();
                    document.array(path, i -> read.add(new ReducedBlock(document).read(path + "[" + i + "]")));
                    content = document.since(start);
                }
                blocks = read;
            }
            default -> document.skip();
        }
    }

    private static @Nullable Instant time(Document document, String path) throws IOException {
        String text = document.text(path);
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            OffsetDateTime time = OffsetDateTime.parse(text);
            // Some reducers write the zero of their clock for a time they do not know.
            return time.getYear() <= 1 ? null : time.toInstant();
        } catch (DateTimeException e) {
            throw document.wrong(path, "must be an RFC 3339 time");
        }
    }
}
