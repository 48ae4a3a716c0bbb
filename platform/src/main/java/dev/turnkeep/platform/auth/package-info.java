/** API keys: who is calling, also while Postgres or Redis is away. */
@NullMarked
package dev.turnkeep.platform.auth;

import org.jspecify.annotations.NullMarked;
