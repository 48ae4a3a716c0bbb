/** The Durable Streams protocol over the log, on Vert.x routes. */
@NullMarked
package dev.turnkeep.session.channel.token;

import org.jspecify.annotations.NullMarked;
