package dev.turnkeep.contracts.merkle;

import org.jspecify.annotations.Nullable;

/**
 * A message with its place in a chain.
 *
 * @param parent null at the root
 */
public record Node(NodeHash hash, @Nullable NodeHash parent, Message message) {}
