package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Problem;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Reduces a chat completion, in one document or in chunks, to its message. Of several choices the first counts: a turn
 * has one response.
 */
final class ChatCompletion {
    private static final String PATH = ProviderFormat.RAW_RESPONSE;
    private static final String CHOICES = PATH + ".choices";
    private static final String MESSAGE = CHOICES + "[0].message";

    private final ResponseParts parts = new ResponseParts();
    private final MergedObject message = new MergedObject();
    private final TokenCounts usage = new TokenCounts();
    private boolean whole;
    private boolean failed;

    private ChatCompletion() {}

    static ParsedResponse reduce(StreamEvents events) {
        ChatCompletion completion = new ChatCompletion();
        Pieces pieces = new Pieces(events);
        pieces.each(ChatCompletion::chunk, completion::apply);
        return completion.parsed(pieces);
    }

    private static final class Chunk {
        private @Nullable String model;
        private @Nullable Instant created;
        private @Nullable RawJson delta;
        private boolean whole;
        private @Nullable String finishReason;
        private final TokenCounts usage = new TokenCounts();
        private boolean failed;
        private @Nullable String error;
    }

    private static Chunk chunk(Document document) throws IOException {
        Chunk chunk = new Chunk();
        document.object(PATH, name -> {
            switch (name) {
                case "model" -> chunk.model = document.text(PATH + ".model");
                case "created" -> chunk.created = document.epochSeconds();
                case "choices" -> {
                    if (!document.isNull()) {
                        document.array(CHOICES, i -> choice(document, CHOICES + "[" + i + "]", chunk));
                    }
                }
                case "usage" -> chunk.usage.update(ChatUsage.read(document));
                case "service_tier" -> chunk.usage.details.tier(document.looseText());
                case "error" -> {
                    chunk.failed = !document.isNull();
                    chunk.error = ProviderError.code(document, PATH + ".error");
                }
                default -> document.skip();
            }
        });
        return chunk;
    }

    private static void choice(Document document, String path, Chunk chunk) throws IOException {
        @Nullable Long[] index = new @Nullable Long[1];
        @Nullable RawJson[] delta = new @Nullable RawJson[1];
        boolean[] isWhole = new boolean[1];
        @Nullable String[] reason = new @Nullable String[1];
        document.object(path, name -> {
            switch (name) {
                case "index" -> index[0] = document.count(path + ".index");
                case "delta", "message" -> {
                    delta[0] = document.rawOrNull();
                    isWhole[0] = name.equals("message");
                }
                case "finish_reason" -> reason[0] = document.text(path + ".finish_reason");
                default -> document.skip();
            }
        });
        if (index[0] == null || index[0] == 0) {
            chunk.delta = delta[0];
            chunk.whole = isWhole[0];
            chunk.finishReason = reason[0];
        }
    }

    private void apply(Chunk chunk) {
        parts.model = chunk.model == null || chunk.model.isEmpty() ? parts.model : chunk.model;
        parts.createdAt = chunk.created == null ? parts.createdAt : chunk.created;
        parts.stopReason = chunk.finishReason == null ? parts.stopReason : chunk.finishReason;
        usage.update(chunk.usage);
        whole |= chunk.whole;
        failed |= chunk.failed;
        parts.error = chunk.error == null ? parts.error : chunk.error;
        if (chunk.delta != null) {
            Document.read(chunk.delta, Problem.UNPROCESSABLE_RESPONSE, MESSAGE, delta -> {
                message.merge(delta);
                return message;
            });
        }
    }

    /** Reads the message just as it is read when a client sends it back: that is what makes both hash the same. */
    private ParsedResponse parsed(Pieces pieces) {
        if (message.isEmpty() && parts.stopReason == null) {
            throw pieces.refusal(MESSAGE);
        }
        message.ensure("role", "assistant");
        Conversation read = Document.read(
                message.toJson(), Problem.UNPROCESSABLE_RESPONSE, MESSAGE, document -> new ChatMessages(document)
                        .readOne(MESSAGE));
        boolean ended = whole || parts.stopReason != null;
        if (failed) {
            parts.stopReason = ParsedResponse.ERROR;
        } else if (pieces.areDamaged() || (parts.stopReason == null && !whole)) {
            parts.stopReason = ParsedResponse.INCOMPLETE;
        }
        parts.costNanoUsd = usage.details.costNanoUsd();
        return parts.parsed(read.lastMessage(), read.lastBlocks(), ChatUsage.total(usage, ended));
    }
}
