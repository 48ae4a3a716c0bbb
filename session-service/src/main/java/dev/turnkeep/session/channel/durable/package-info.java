/** The Durable Streams protocol over the log, on Vert.x routes. */
@NullMarked
package dev.turnkeep.session.channel.durable;

import org.jspecify.annotations.NullMarked;
