/** Where Redis is, and what its keys start with. Nothing in it may be missed. */
@NullMarked
package dev.turnkeep.platform.redis;

import org.jspecify.annotations.NullMarked;
