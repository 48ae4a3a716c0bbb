package dev.turnkeep.contracts.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * One model's part in a session.
 *
 * @param model as the provider named it; null when it did not
 * @param mainTurns the turns of the main thread among all
 */
public record ModelTotals(String provider, @Nullable String model, long mainTurns, Totals totals) {}
