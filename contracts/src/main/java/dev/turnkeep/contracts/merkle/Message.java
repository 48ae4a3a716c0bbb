package dev.turnkeep.contracts.merkle;

import dev.turnkeep.contracts.json.RawJson;

/**
 * One message of a conversation.
 *
 * @param role as the provider names it: {@code user}, {@code assistant}, {@code tool}, {@code system} ...
 * @param content as given, for storing and showing
 * @param projection the canonical array of projected blocks ({@link ContentWriter}): all that is hashed of the content
 */
public record Message(String role, RawJson content, RawJson projection) {}
