/** Problems as answers: the one mapper from whatever was thrown to RFC 9457. */
@NullMarked
package dev.turnkeep.platform.http;

import org.jspecify.annotations.NullMarked;
