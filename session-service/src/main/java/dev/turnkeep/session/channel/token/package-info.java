/** What clients that write by S2 call a channel, and the tokens that they write it with. */
@NullMarked
package dev.turnkeep.session.channel.token;

import org.jspecify.annotations.NullMarked;
