package dev.turnkeep.session.channel.realtime;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.channel.log.LogReader.Found;
import org.jspecify.annotations.Nullable;

/** What a reader finds when it comes. */
sealed interface Start {
    /** Null when there is none yet. */
    @Nullable
    SessionId session();

    /**
     * The channel, from the reader's place.
     *
     * @param session whose it is
     * @param settled nothing more is to come for now, so that it need not wait
     */
    record Ready(SessionId session, Found found, boolean settled) implements Start {
        boolean isSettled() {
            return settled || found.view().closed();
        }
    }

    /** The session, or its channel, is not there yet, and may come. */
    record Absent(@Nullable SessionId session) implements Start {}

    /** The channel was never there, and its session is closed. */
    record Never(SessionId session) implements Start {}
}
