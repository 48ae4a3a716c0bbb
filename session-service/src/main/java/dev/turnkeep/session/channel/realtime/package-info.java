/** Sessions' channels as {@code @trigger.dev/sdk} speaks to them. */
@NullMarked
package dev.turnkeep.session.channel.realtime;

import org.jspecify.annotations.NullMarked;
