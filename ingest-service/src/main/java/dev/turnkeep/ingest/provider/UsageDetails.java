package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.contracts.turn.UsagePart;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a usage says beside its token counts, possibly more than once: the last value of each part holds.
 *
 * <p>The cost is what the provider says it charged: resellers do, in dollars.
 */
final class UsageDetails {
    private static final int NANO = 9;

    private final Map<UsagePart, Long> parts = new EnumMap<>(UsagePart.class);
    private @Nullable String tier;
    private @Nullable BigDecimal cost;
    private @Nullable BigDecimal upstream;
    private boolean upstreamIsOwn;

    void part(UsagePart part, @Nullable Long count) {
        if (count != null) {
            parts.put(part, count);
        }
    }

    /** More of a part that is told piece by piece. */
    void add(UsagePart part, long count) {
        parts.merge(part, count, Long::sum);
    }

    long of(UsagePart part) {
        return parts.getOrDefault(part, 0L);
    }

    void tier(@Nullable String word) {
        tier = ServiceTier.both(tier, ServiceTier.special(word));
    }

    /** Takes the member of a usage if it is about the cost; whether it is. */
    boolean cost(Document document, String path, String name) throws IOException {
        switch (name) {
            case "cost" -> {
                if (document.isObject()) {
                    document.object(path, member -> {
                        if (member.equals("total_cost")) {
                            cost = document.looseAmount();
                        } else {
                            document.skip();
                        }
                    });
                } else {
                    cost = document.looseAmount();
                }
            }
            case "is_byok" -> {
                upstreamIsOwn = document.isTrue();
                document.skip();
            }
            case "cost_details" -> {
                if (!document.isObject()) {
                    document.skip();
                    return true;
                }
                document.object(path, member -> {
                    if (member.equals("upstream_inference_cost")) {
                        upstream = document.looseAmount();
                    } else {
                        document.skip();
                    }
                });
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** In 10⁻⁹ dollars, rounded half up; null when none was told. With a key of the caller's own, its bill is added. */
    @Nullable
    Long costNanoUsd() {
        if (cost == null) {
            return null;
        }
        BigDecimal dollars = upstreamIsOwn && upstream != null ? cost.add(upstream) : cost;
        try {
            return dollars.movePointRight(NANO)
                    .setScale(0, RoundingMode.HALF_UP)
                    .longValueExact();
        } catch (ArithmeticException e) {
            return null;
        }
    }

    /** Takes over what the later statement says. */
    void update(UsageDetails later) {
        parts.putAll(later.parts);
        tier = ServiceTier.both(tier, later.tier);
        cost = later.cost == null ? cost : later.cost;
        upstream = later.upstream == null ? upstream : later.upstream;
        upstreamIsOwn |= later.upstreamIsOwn;
    }

    /** The counts with these details. What came from the cache says nothing where there was none of its kind. */
    Usage of(Usage counts, boolean partial) {
        if (of(UsagePart.INPUT_AUDIO) == 0) {
            parts.remove(UsagePart.CACHE_READ_AUDIO);
        }
        if (of(UsagePart.INPUT_IMAGE) == 0) {
            parts.remove(UsagePart.CACHE_READ_IMAGE);
        }
        return new Usage(
                counts.inputTokens(),
                counts.outputTokens(),
                counts.cacheReadTokens(),
                counts.cacheWriteTokens(),
                counts.cacheWrite1hTokens(),
                counts.reasoningTokens(),
                partial && counts.isTold(),
                parts,
                tier);
    }
}
