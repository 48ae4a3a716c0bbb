/** What S2's clients need of a stream, over the log: appends and reads, one by one and in sessions. */
@NullMarked
package dev.turnkeep.session.channel.s2;

import org.jspecify.annotations.NullMarked;
