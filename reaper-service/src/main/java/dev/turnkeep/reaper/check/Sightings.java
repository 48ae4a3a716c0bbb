package dev.turnkeep.reaper.check;

import dev.turnkeep.contracts.id.SessionId;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Since when something has been seen of sessions, without a break, over all looks of this process: that Redis was flushed
 * or that a consumer was away is no violation, that nobody makes up for it is. Bounded: of more sessions than it remembers,
 * the others are seen for the first time in every look.
 */
final class Sightings {
    private static final int REMEMBERED = 100_000;

    private Map<SessionId, Instant> last = new HashMap<>();
    private Map<SessionId, Instant> current = new HashMap<>();

    /** Since when it has been seen of this session, which it is now. */
    Instant seen(SessionId session, Instant now) {
        Instant since = last.getOrDefault(session, now);
        if (current.size() < REMEMBERED) {
            current.put(session, since);
        }
        return since;
    }

    /** The look is over: what it has not seen is over too. */
    void done() {
        last = current;
        current = new HashMap<>();
    }

    /** The look did not come to its end: what was known before still holds. */
    void abandoned() {
        current = new HashMap<>();
    }

    boolean isEmpty() {
        return last.isEmpty();
    }
}
