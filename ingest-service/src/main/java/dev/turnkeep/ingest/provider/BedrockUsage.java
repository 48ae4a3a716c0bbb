package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.turn.Usage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Converse's usage, which counts input without what was read from or written to the cache. */
final class BedrockUsage {
    private static final String PATH = ProviderFormat.RAW_RESPONSE + ".usage";
    private static final String DETAILS = PATH + ".cacheDetails";

    private BedrockUsage() {}

    static TokenCounts read(Document document) throws IOException {
        TokenCounts counts = new TokenCounts();
        document.optionalObject(PATH, name -> {
            String at = PATH + "." + name;
            switch (name) {
                case "inputTokens" -> counts.input = document.count(at);
                case "outputTokens" -> counts.output = document.count(at);
                case "cacheReadInputTokens" -> counts.cacheRead = document.count(at);
                case "cacheWriteInputTokens" -> counts.cacheWrite = document.count(at);
                case "cacheDetails" -> {
                    if (!document.isNull()) {
                        document.array(DETAILS, i -> lifetime(document, counts));
                    }
                }
                default -> document.skip();
            }
        });
        return counts;
    }

    /** How much was written to a cache of one lifetime. */
    private static void lifetime(Document document, TokenCounts counts) throws IOException {
        @Nullable String[] lifetime = new @Nullable String[1];
        @Nullable Long[] tokens = new @Nullable Long[1];
        document.object(DETAILS, name -> {
            switch (name) {
                case "ttl" -> lifetime[0] = document.text(DETAILS + ".ttl");
                case "inputTokens" -> tokens[0] = document.count(DETAILS + ".inputTokens");
                default -> document.skip();
            }
        });
        if ("1h".equals(lifetime[0])) {
            counts.cacheWrite1h = tokens[0];
        }
    }

    /** With the cache counted as input. It is stated once, at the end. */
    static Usage total(TokenCounts counts) {
        long read = TokenCounts.orZero(counts.cacheRead);
        long written = TokenCounts.orZero(counts.cacheWrite);
        Usage total = new Usage(
                TokenCounts.orZero(counts.input) + read + written,
                TokenCounts.orZero(counts.output),
                read,
                written,
                TokenCounts.orZero(counts.cacheWrite1h),
                0);
        return counts.details.of(total, counts.input == null || counts.output == null);
    }
}
