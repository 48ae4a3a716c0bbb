package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.turn.Usage;
import java.io.IOException;

/**
 * Gemini's usage. The prompt's count includes what was cached, but not what tools gave back that Google runs itself; the
 * candidates' count leaves out the thoughts.
 */
final class GeminiUsage {
    private static final String PATH = ProviderFormat.RAW_RESPONSE + ".usageMetadata";

    private GeminiUsage() {}

    static TokenCounts read(Document document) throws IOException {
        TokenCounts counts = new TokenCounts();
        document.optionalObject(PATH, name -> {
            String at = PATH + "." + name;
            switch (name) {
                case "promptTokenCount", "prompt_token_count" -> counts.input = document.count(at);
                case "candidatesTokenCount", "candidates_token_count" -> counts.output = document.count(at);
                case "cachedContentTokenCount", "cached_content_token_count" -> counts.cacheRead = document.count(at);
                case "thoughtsTokenCount", "thoughts_token_count" -> counts.reasoning = document.count(at);
                case "toolUsePromptTokenCount", "tool_use_prompt_token_count" -> counts.toolPrompt = document.count(at);
                default -> document.skip();
            }
        });
        return counts;
    }

    static Usage total(TokenCounts counts) {
        long thoughts = TokenCounts.orZero(counts.reasoning);
        return new Usage(
                TokenCounts.orZero(counts.input) + TokenCounts.orZero(counts.toolPrompt),
                TokenCounts.orZero(counts.output) + thoughts,
                TokenCounts.orZero(counts.cacheRead),
                0,
                0,
                thoughts);
    }
}
