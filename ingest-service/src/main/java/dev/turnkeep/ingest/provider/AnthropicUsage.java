package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.contracts.turn.UsagePart;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Anthropic's usage, which counts input without what was read from or written to the cache. A stream states it more than
 * once: the last value of each count holds, and a count that is left out keeps its value.
 */
final class AnthropicUsage {
    private static final String PATH = ProviderFormat.RAW_RESPONSE + ".usage";

    private @Nullable Long input;
    private @Nullable Long output;
    private @Nullable Long cacheRead;
    private @Nullable Long cacheWrite;
    private @Nullable Long cacheWrite5m;
    private @Nullable Long cacheWrite1h;
    private @Nullable Long thinking;
    /** The counts leave out what making the conversation shorter used. */
    private boolean compacted;

    private final UsageDetails details = new UsageDetails();
    /** Kept until the total is asked for, so that a wrong count is not taken for a broken event. */
    private @Nullable Invalid wrong;

    void update(Document document) throws IOException {
        if (document.isNull()) {
            return;
        }
        document.object(PATH, name -> {
            switch (name) {
                case "input_tokens" -> input = count(document, PATH + ".input_tokens", input);
                case "output_tokens" -> output = count(document, PATH + ".output_tokens", output);
                case "cache_read_input_tokens" ->
                    cacheRead = count(document, PATH + ".cache_read_input_tokens", cacheRead);
                case "cache_creation_input_tokens" ->
                    cacheWrite = count(document, PATH + ".cache_creation_input_tokens", cacheWrite);
                case "cache_creation" -> lifetimes(document, PATH + ".cache_creation");
                case "output_tokens_details" -> thinking(document, PATH + "." + name);
                case "iterations" -> iterations(document, PATH + "." + name);
                case "server_tool_use" -> searches(document, PATH + "." + name);
                case "service_tier", "speed" -> details.tier(document.looseText());
                case "inference_geo" -> geo(document.looseText());
                default -> {
                    if (!details.cost(document, PATH + "." + name, name)) {
                        document.skip();
                    }
                }
            }
        });
    }

    private void thinking(Document document, String path) throws IOException {
        document.optionalObject(path, name -> {
            if (name.equals("thinking_tokens")) {
                thinking = count(document, path + "." + name, thinking);
            } else {
                document.skip();
            }
        });
    }

    /**
     * What the whole was made of, told where there was more than one call of the model. Compactions are not part of the whole.
     * They are not added to it: each has a tier of its own by the length of its own input.
     */
    private void iterations(Document document, String path) throws IOException {
        if (!document.isArray()) {
            document.skip();
            return;
        }
        document.array(path, _ -> {
            if (!document.isObject()) {
                document.skip();
                return;
            }
            document.object(path, name -> {
                if (name.equals("type")) {
                    compacted |= "compaction".equals(document.looseText());
                } else {
                    document.skip();
                }
            });
        });
    }

    private void searches(Document document, String path) throws IOException {
        document.optionalObject(path, name -> {
            if (name.equals("web_search_requests")) {
                Long searches = count(document, path + "." + name, null);
                if (searches != null && searches > 0) {
                    details.part(UsagePart.WEB_SEARCHES, searches);
                }
            } else {
                document.skip();
            }
        });
    }

    /** Where it ran, when the caller paid for having it run there. */
    private void geo(@Nullable String where) {
        String special = ServiceTier.special(where);
        details.tier(special == null ? null : "geo:" + special);
    }

    private void lifetimes(Document document, String path) throws IOException {
        if (document.isNull()) {
            return;
        }
        document.object(path, name -> {
            switch (name) {
                case "ephemeral_5m_input_tokens" -> cacheWrite5m = count(document, path + "." + name, cacheWrite5m);
                case "ephemeral_1h_input_tokens" -> cacheWrite1h = count(document, path + "." + name, cacheWrite1h);
                default -> document.skip();
            }
        });
    }

    private @Nullable Long count(Document document, String path, @Nullable Long before) throws IOException {
        try {
            Long count = document.count(path);
            return count == null ? before : count;
        } catch (Invalid e) {
            wrong = e;
            document.skip();
            return before;
        }
    }

    /** Takes over what the later statement says. */
    void update(AnthropicUsage later) {
        input = later(input, later.input);
        output = later(output, later.output);
        cacheRead = later(cacheRead, later.cacheRead);
        cacheWrite = later(cacheWrite, later.cacheWrite);
        cacheWrite5m = later(cacheWrite5m, later.cacheWrite5m);
        cacheWrite1h = later(cacheWrite1h, later.cacheWrite1h);
        thinking = later(thinking, later.thinking);
        compacted |= later.compacted;
        details.update(later.details);
        wrong = later.wrong == null ? wrong : later.wrong;
    }

    private static @Nullable Long later(@Nullable Long before, @Nullable Long after) {
        return after == null ? before : after;
    }

    /** Whether an output is stated: that of a stream's head is only where it begins. */
    boolean statesOutput() {
        return output != null;
    }

    @Nullable
    Long costNanoUsd() {
        return details.costNanoUsd();
    }

    /**
     * With the cache counted as input.
     *
     * @param ended the provider stated the usage at the end
     */
    Usage total(boolean ended) {
        if (wrong != null) {
            throw wrong;
        }
        long read = orZero(cacheRead);
        long oneHour = orZero(cacheWrite1h);
        long written = cacheWrite == null ? orZero(cacheWrite5m) + oneHour : cacheWrite;
        Usage counts =
                new Usage(orZero(input) + written + read, orZero(output), read, written, oneHour, orZero(thinking));
        return details.of(counts, !ended || compacted || input == null || output == null);
    }

    private static long orZero(@Nullable Long count) {
        return count == null ? 0 : count;
    }
}
