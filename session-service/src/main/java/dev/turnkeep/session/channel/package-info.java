/** Channels: durable, two-way, resumable logs of a session. */
@NullMarked
package dev.turnkeep.session.channel;

import org.jspecify.annotations.NullMarked;
