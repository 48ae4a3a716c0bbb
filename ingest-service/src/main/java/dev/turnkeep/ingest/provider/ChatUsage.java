package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.contracts.turn.UsagePart;
import java.io.IOException;

/**
 * The usage of OpenAI's two APIs. Its input includes what was read from the cache, its output the reasoning. OpenAI does
 * not charge for writing to the cache; servers that speak its protocol and do count it as a part of the input.
 */
final class ChatUsage {
    private static final String PATH = ProviderFormat.RAW_RESPONSE + ".usage";

    private ChatUsage() {}

    static TokenCounts read(Document document) throws IOException {
        TokenCounts counts = new TokenCounts();
        document.optionalObject(PATH, name -> {
            switch (name) {
                case "prompt_tokens", "input_tokens" -> counts.input = document.count(PATH + "." + name);
                case "completion_tokens", "output_tokens" -> counts.output = document.count(PATH + "." + name);
                case "prompt_tokens_details", "input_tokens_details" -> inputDetails(document, counts, name);
                case "completion_tokens_details", "output_tokens_details" -> outputDetails(document, counts, name);
                default -> {
                    if (!counts.details.cost(document, PATH + "." + name, name)) {
                        document.skip();
                    }
                }
            }
        });
        return counts;
    }

    private static void inputDetails(Document document, TokenCounts counts, String details) throws IOException {
        String path = PATH + "." + details;
        document.optionalObject(path, name -> {
            switch (name) {
                case "cached_tokens" -> counts.cacheRead = document.count(path + "." + name);
                case "cache_write_tokens", "cache_creation_tokens" ->
                    counts.cacheWrite = document.count(path + "." + name);
                case "audio_tokens" -> part(document, counts, UsagePart.INPUT_AUDIO, path + "." + name);
                case "image_tokens" -> part(document, counts, UsagePart.INPUT_IMAGE, path + "." + name);
                case "video_tokens" -> part(document, counts, UsagePart.INPUT_VIDEO, path + "." + name);
                case "cached_tokens_details" -> cachedDetails(document, counts, path + "." + name);
                default -> document.skip();
            }
        });
    }

    private static void outputDetails(Document document, TokenCounts counts, String details) throws IOException {
        String path = PATH + "." + details;
        document.optionalObject(path, name -> {
            switch (name) {
                case "reasoning_tokens" -> counts.reasoning = document.count(path + "." + name);
                case "audio_tokens" -> part(document, counts, UsagePart.OUTPUT_AUDIO, path + "." + name);
                case "image_tokens" -> part(document, counts, UsagePart.OUTPUT_IMAGE, path + "." + name);
                case "video_tokens" -> part(document, counts, UsagePart.OUTPUT_VIDEO, path + "." + name);
                default -> document.skip();
            }
        });
    }

    private static void cachedDetails(Document document, TokenCounts counts, String path) throws IOException {
        document.optionalObject(path, name -> {
            switch (name) {
                case "audio_tokens" ->
                    counts.details.part(UsagePart.CACHE_READ_AUDIO, document.count(path + "." + name));
                case "image_tokens" ->
                    counts.details.part(UsagePart.CACHE_READ_IMAGE, document.count(path + "." + name));
                default -> document.skip();
            }
        });
    }

    /** Most usages state 0 of them. */
    private static void part(Document document, TokenCounts counts, UsagePart part, String path) throws IOException {
        Long count = document.count(path);
        if (count != null && count > 0) {
            counts.details.part(part, count);
        }
    }

    /** @param ended the provider stated it at the end */
    static Usage total(TokenCounts counts, boolean ended) {
        Usage total = new Usage(
                TokenCounts.orZero(counts.input),
                TokenCounts.orZero(counts.output),
                TokenCounts.orZero(counts.cacheRead),
                TokenCounts.orZero(counts.cacheWrite),
                0,
                TokenCounts.orZero(counts.reasoning));
        return counts.details.of(total, !ended || counts.input == null || counts.output == null);
    }
}
