/** What belongs together across services: W3C trace context, in spans and in log lines. */
@NullMarked
package dev.turnkeep.platform.trace;

import org.jspecify.annotations.NullMarked;
