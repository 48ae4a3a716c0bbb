/** The log under every channel protocol: what may be appended, how it is stored, and who is woken. */
@NullMarked
package dev.turnkeep.session.channel.log;

import org.jspecify.annotations.NullMarked;
