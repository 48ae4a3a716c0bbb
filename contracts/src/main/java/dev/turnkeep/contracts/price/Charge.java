package dev.turnkeep.contracts.price;

import org.jspecify.annotations.Nullable;

/**
 * What a turn costs, and why.
 *
 * @param nanoUsd in 10⁻⁹ US dollars; null exactly when the turn is unpriced
 * @param price what it was charged by; null unless it was priced
 * @param why there is no price; null when there is a cost
 * @param reason the same in words
 */
public record Charge(
        CostSource source,
        @Nullable Long nanoUsd,
        @Nullable Price price,
        @Nullable Unpriced why,
        @Nullable String reason) {

    static Charge reported(long nanoUsd) {
        return new Charge(CostSource.REPORTED, nanoUsd, null, null, null);
    }

    static Charge priced(long nanoUsd, Price price) {
        return new Charge(CostSource.PRICED, nanoUsd, price, null, null);
    }

    static Charge unpriced(Unpriced why, String reason) {
        return new Charge(CostSource.UNPRICED, null, null, why, reason);
    }

    /** Names the price; null unless the turn was priced. */
    public @Nullable String ref() {
        return price == null ? null : price.ref();
    }
}
