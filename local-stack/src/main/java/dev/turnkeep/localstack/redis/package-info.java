/** A real Redis server, taken from its package. */
@NullMarked
package dev.turnkeep.localstack.redis;

import org.jspecify.annotations.NullMarked;
