package dev.turnkeep.contracts.price;

/**
 * What a turn is charged by.
 *
 * @param ref names it for ever: no two prices have one
 * @param source the price list, or the operator's overrides
 * @param version of the source
 * @param provider and model: as the source calls them
 */
public record Price(String ref, String source, String version, String provider, String model, Rates rates) {}
