package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.contracts.turn.UsagePart;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The usage of a reduced response. Its {@code prompt_tokens} include what was read from and written to the cache. */
final class ReducedUsage {
    private @Nullable Long input;
    private @Nullable Long output;
    private @Nullable Long cacheRead;
    private @Nullable Long cacheWrite;
    private @Nullable Long cacheWrite1h;
    private @Nullable Long reasoning;
    private @Nullable Long duration;
    private final UsageDetails details = new UsageDetails();

    static ReducedUsage read(Document document, String path) throws IOException {
        ReducedUsage usage = new ReducedUsage();
        if (!document.isNull()) {
            document.object(path, name -> usage.member(document, path + "." + name, name));
        }
        return usage;
    }

    private void member(Document document, String path, String name) throws IOException {
        switch (name) {
            case "prompt_tokens" -> input = document.count(path);
            case "completion_tokens" -> output = document.count(path);
            case "cache_read_input_tokens" -> cacheRead = document.count(path);
            case "cache_creation_input_tokens" -> cacheWrite = document.count(path);
            case "cache_creation" -> detail(document, path, "ephemeral_1h_input_tokens");
            case "reasoning_tokens" -> reasoning = document.count(path);
            case "completion_tokens_details", "output_tokens_details" -> detail(document, path, "reasoning_tokens");
            case "total_duration_ns" -> duration = document.count(path);
            case "total_tokens", "prompt_duration_ns" -> document.count(path);
            case "service_tier" -> details.tier(document.looseText());
            case "parts" -> document.optionalObject(path, part -> part(document, path + "." + part, part));
            default -> {
                if (!details.cost(document, path, name)) {
                    document.skip();
                }
            }
        }
    }

    private void part(Document document, String path, String name) throws IOException {
        Optional<UsagePart> part = UsagePart.named(name);
        if (part.isPresent()) {
            details.part(part.get(), document.count(path));
        } else {
            document.skip();
        }
    }

    private void detail(Document document, String path, String wanted) throws IOException {
        if (document.isNull()) {
            return;
        }
        document.object(path, name -> {
            if (!name.equals(wanted)) {
                document.skip();
            } else if (wanted.equals("reasoning_tokens")) {
                reasoning = document.count(path + "." + name);
            } else {
                cacheWrite1h = document.count(path + "." + name);
            }
        });
    }

    /** @param ended the response is not one that broke off */
    Usage total(boolean ended) {
        Usage counts = new Usage(
                orZero(input),
                orZero(output),
                orZero(cacheRead),
                orZero(cacheWrite),
                orZero(cacheWrite1h),
                orZero(reasoning));
        return details.of(counts, !ended || input == null || output == null);
    }

    /** Null when the provider did not say. */
    @Nullable
    Long costNanoUsd() {
        return details.costNanoUsd();
    }

    /** Null when it was not measured. */
    @Nullable
    Long durationNanos() {
        return duration == null || duration == 0 ? null : duration;
    }

    private static long orZero(@Nullable Long count) {
        return count == null ? 0 : count;
    }
}
