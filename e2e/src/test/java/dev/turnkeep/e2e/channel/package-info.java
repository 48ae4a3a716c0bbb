/** The channels of sessions: by the protocol's own client, and by writers and readers whose service is killed. */
@NullMarked
package dev.turnkeep.e2e.channel;

import org.jspecify.annotations.NullMarked;
