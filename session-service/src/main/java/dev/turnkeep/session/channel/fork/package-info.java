/** Going on from an earlier place of a conversation: a new session with copies of another's channels. */
@NullMarked
package dev.turnkeep.session.channel.fork;

import org.jspecify.annotations.NullMarked;
