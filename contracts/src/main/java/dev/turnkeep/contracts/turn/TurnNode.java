package dev.turnkeep.contracts.turn;

import dev.turnkeep.contracts.json.RawJson;

/**
 * One message of a turn's chain. Its parent is the node before it.
 *
 * @param hash 64 lower-case hex characters
 * @param content as given, not as hashed
 */
public record TurnNode(String hash, String role, RawJson content) {}
