package dev.turnkeep.contracts.price;

import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a unit costs, in dollars for a million (requests: for a thousand).
 *
 * @param tiers prices for turns with more input than a threshold, ascending. A tier holds for the whole turn, not only for
 *     what lies above its threshold
 */
public record Rate(BigDecimal base, List<Tier> tiers) {
    /** @param start input tokens, cached ones included: one more, and the price holds */
    public record Tier(long start, BigDecimal price) {}

    public Rate {
        tiers = tiers.stream().sorted(Comparator.comparingLong(Tier::start)).toList();
    }

    /** The tier that holds for a turn of so much input; null for the base. */
    @Nullable
    Tier tier(long inputTokens) {
        Tier holds = null;
        for (Tier tier : tiers) {
            if (inputTokens > tier.start()) {
                holds = tier;
            }
        }
        return holds;
    }
}
