package dev.turnkeep.contracts.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * What other prices change of one model's turns in a session.
 *
 * @param addedCost in 10⁻⁹ dollars; negative when the turns became cheaper
 * @param addedUnpriced turns that lost their price, less those that got one
 */
public record Repriced(String provider, @Nullable String model, long addedCost, long addedUnpriced) {}
