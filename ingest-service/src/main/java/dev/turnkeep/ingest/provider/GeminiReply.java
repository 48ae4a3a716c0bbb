package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Block;
import dev.turnkeep.contracts.merkle.ContentWriter;
import dev.turnkeep.contracts.merkle.Message;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.contracts.turn.UsagePart;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reduces an answer of Gemini, in one document, in server-sent events or as an array, to its message. Of several
 * candidates the first counts: a turn has one response.
 */
final class GeminiReply {
    private static final String PATH = ProviderFormat.RAW_RESPONSE;
    private static final String CANDIDATES = PATH + ".candidates";
    private static final String PARTS = CANDIDATES + "[0].content.parts";

    private final ResponseParts parts = new ResponseParts();
    private final TokenCounts usage = new TokenCounts();
    private final StreamedParts content = new StreamedParts();
    private boolean usageIsFinal;
    private boolean failed;

    private GeminiReply() {}

    static ParsedResponse reduce(StreamEvents events) {
        GeminiReply reply = new GeminiReply();
        Pieces pieces = new Pieces(events);
        pieces.each(GeminiReply::chunk, reply::apply);
        return reply.parsed(pieces);
    }

    private static final class Chunk {
        private @Nullable String model;
        private @Nullable String finishReason;
        private @Nullable String blockReason;
        private final TokenCounts usage = new TokenCounts();
        private @Nullable RawJson parts;
        private boolean failed;
        private @Nullable String error;
    }

    private static Chunk chunk(Document document) throws IOException {
        Chunk chunk = new Chunk();
        document.object(PATH, name -> {
            switch (name) {
                case "modelVersion", "model_version" -> chunk.model = document.text(PATH + "." + name);
                case "candidates" -> {
                    if (!document.isNull()) {
                        document.array(CANDIDATES, i -> candidate(document, i, chunk));
                    }
                }
                case "usageMetadata", "usage_metadata" -> chunk.usage.update(GeminiUsage.read(document));
                case "promptFeedback", "prompt_feedback" ->
                    document.optionalObject(PATH + "." + name, member -> {
                        if (member.equals("blockReason") || member.equals("block_reason")) {
                            chunk.blockReason = document.looseText();
                        } else {
                            document.skip();
                        }
                    });
                case "error" -> {
                    chunk.failed = !document.isNull();
                    chunk.error = ProviderError.code(document, PATH + ".error");
                }
                default -> document.skip();
            }
        });
        return chunk;
    }

    private static void candidate(Document document, int position, Chunk chunk) throws IOException {
        if (position > 0) {
            document.skip();
            return;
        }
        String path = CANDIDATES + "[0]";
        document.object(path, name -> {
            switch (name) {
                case "content" ->
                    document.optionalObject(path + ".content", member -> {
                        if (member.equals("parts")) {
                            chunk.parts = document.rawOrNull();
                        } else {
                            document.skip();
                        }
                    });
                case "groundingMetadata", "grounding_metadata" ->
                    document.optionalObject(
                            path + "." + name, member -> searches(document, path + "." + name, member, chunk));
                case "finishReason", "finish_reason" -> chunk.finishReason = document.text(path + "." + name);
                default -> document.skip();
            }
        });
    }

    /** Searches of the web are charged beside the tokens, and counted nowhere else. */
    private static void searches(Document document, String path, String name, Chunk chunk) throws IOException {
        boolean queried = name.equals("webSearchQueries") || name.equals("web_search_queries");
        if (!queried || !document.isArray()) {
            document.skip();
            return;
        }
        int[] queries = new int[1];
        document.array(path + "." + name, _ -> {
            document.skip();
            queries[0]++;
        });
        if (queries[0] > 0) {
            chunk.usage.details.part(UsagePart.WEB_SEARCHES, (long) queries[0]);
        }
    }

    private void apply(Chunk chunk) {
        parts.model = chunk.model == null ? parts.model : chunk.model;
        parts.error = chunk.error == null ? parts.error : chunk.error;
        if (chunk.finishReason != null || chunk.blockReason != null) {
            parts.stopReason = chunk.finishReason == null ? chunk.blockReason : chunk.finishReason;
        }
        usage.update(chunk.usage);
        // Each chunk counts what came so far; the last one, all.
        usageIsFinal |= parts.stopReason != null && chunk.usage.isTold();
        failed |= chunk.failed;
        if (chunk.parts != null) {
            content.add(chunk.parts, PARTS);
        }
    }

    /** Reads the parts just as they are read when a client sends them back: that is what makes both hash the same. */
    private ParsedResponse parsed(Pieces pieces) {
        if (content.isEmpty() && parts.stopReason == null) {
            throw pieces.refusal(PARTS);
        }
        RawJson joined = content.toJson();
        List<Block> blocks = Document.read(
                joined, Problem.UNPROCESSABLE_RESPONSE, PARTS, document -> new GeminiContents(document).blocks(PARTS));
        ContentWriter writer = new ContentWriter();
        blocks.forEach(writer::add);
        if (failed) {
            parts.stopReason = ParsedResponse.ERROR;
        } else if (pieces.areDamaged() || parts.stopReason == null) {
            parts.stopReason = ParsedResponse.INCOMPLETE;
        }
        Usage total = GeminiUsage.total(usage, usageIsFinal);
        return parts.parsed(new Message(GeminiContents.ASSISTANT, joined, writer.finish()), blocks, total);
    }
}
