package dev.turnkeep.contracts.lifecycle;

/**
 * What a session is about.
 *
 * @param harness the harness' own words, which only newer ones of it replace; else the first prompt
 */
public record Title(String text, boolean harness) {}
