package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.contracts.turn.UsagePart;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

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
                case "promptTokensDetails",
                        "prompt_tokens_details",
                        "toolUsePromptTokensDetails",
                        "tool_use_prompt_tokens_details" -> modalities(document, at, counts, GeminiUsage::input);
                case "candidatesTokensDetails", "candidates_tokens_details" ->
                    modalities(document, at, counts, GeminiUsage::output);
                case "cacheTokensDetails", "cache_tokens_details" -> cached(document, at, counts);
                case "trafficType", "traffic_type", "serviceTier", "service_tier" ->
                    counts.details.tier(document.looseText());
                default -> document.skip();
            }
        });
        return counts;
    }

    private interface Kind {
        /** Null for what has no part of its own. */
        @Nullable
        UsagePart part(String modality);
    }

    private static @Nullable UsagePart input(String modality) {
        return switch (modality) {
            case "AUDIO" -> UsagePart.INPUT_AUDIO;
            // Pages of documents are read as pictures.
            case "IMAGE", "DOCUMENT" -> UsagePart.INPUT_IMAGE;
            case "VIDEO" -> UsagePart.INPUT_VIDEO;
            default -> null;
        };
    }

    private static @Nullable UsagePart output(String modality) {
        return switch (modality) {
            case "AUDIO" -> UsagePart.OUTPUT_AUDIO;
            case "IMAGE", "DOCUMENT" -> UsagePart.OUTPUT_IMAGE;
            case "VIDEO" -> UsagePart.OUTPUT_VIDEO;
            default -> null;
        };
    }

    private static @Nullable UsagePart cache(String modality) {
        return switch (modality) {
            case "AUDIO" -> UsagePart.CACHE_READ_AUDIO;
            case "IMAGE", "DOCUMENT" -> UsagePart.CACHE_READ_IMAGE;
            default -> null;
        };
    }

    /** That nothing of a kind came from the cache is told by leaving it out. */
    private static void cached(Document document, String path, TokenCounts counts) throws IOException {
        counts.details.part(UsagePart.CACHE_READ_AUDIO, 0L);
        counts.details.part(UsagePart.CACHE_READ_IMAGE, 0L);
        modalities(document, path, counts, GeminiUsage::cache);
    }

    private static void modalities(Document document, String path, TokenCounts counts, Kind kind) throws IOException {
        if (document.isNull()) {
            return;
        }
        document.array(path, i -> {
            String at = path + "[" + i + "]";
            @Nullable String[] modality = new @Nullable String[1];
            @Nullable Long[] tokens = new @Nullable Long[1];
            document.object(at, name -> {
                switch (name) {
                    case "modality" -> modality[0] = document.looseText();
                    case "tokenCount", "token_count" -> tokens[0] = document.count(at + "." + name);
                    default -> document.skip();
                }
            });
            UsagePart part = modality[0] == null ? null : kind.part(modality[0]);
            if (part != null && tokens[0] != null && tokens[0] > 0) {
                counts.details.add(part, tokens[0]);
            }
        });
    }

    /**
     * The thoughts are output as well. No candidates at all are told by leaving their count out.
     *
     * @param ended the provider stated it at the end
     */
    static Usage total(TokenCounts counts, boolean ended) {
        long thoughts = TokenCounts.orZero(counts.reasoning);
        Usage total = new Usage(
                TokenCounts.orZero(counts.input) + TokenCounts.orZero(counts.toolPrompt),
                TokenCounts.orZero(counts.output) + thoughts,
                TokenCounts.orZero(counts.cacheRead),
                0,
                0,
                thoughts);
        return counts.details.of(total, !ended || counts.input == null);
    }
}
