package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.turn.Usage;
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
                default -> document.skip();
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
                default -> document.skip();
            }
        });
    }

    private static void outputDetails(Document document, TokenCounts counts, String details) throws IOException {
        String path = PATH + "." + details;
        document.optionalObject(path, name -> {
            if (name.equals("reasoning_tokens")) {
                counts.reasoning = document.count(path + "." + name);
            } else {
                document.skip();
            }
        });
    }

    static Usage total(TokenCounts counts) {
        return new Usage(
                TokenCounts.orZero(counts.input),
                TokenCounts.orZero(counts.output),
                TokenCounts.orZero(counts.cacheRead),
                TokenCounts.orZero(counts.cacheWrite),
                0,
                TokenCounts.orZero(counts.reasoning));
    }
}
