/** API keys as they are stored: sealed, because public tokens are signed with them. */
@NullMarked
package dev.turnkeep.session.key;

import org.jspecify.annotations.NullMarked;
