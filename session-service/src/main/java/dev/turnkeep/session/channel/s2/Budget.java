package dev.turnkeep.session.channel.s2;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.channel.ChannelsConfig;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much has come in all sessions of S2 on this node and is not written yet, in bytes, whole batches or not. Those of one
 * session of ours have a quarter of what all may hold. Safe for any number of threads.
 */
@Singleton
class Budget {
    private static final int SHARES = 4;

    private final long together;
    private final AtomicLong held = new AtomicLong();
    private final Map<SessionId, Long> bySession = new ConcurrentHashMap<>();

    @Inject
    Budget(ChannelsConfig config) {
        this(config.inFlight().asLongValue());
    }

    Budget(long together) {
        this.together = together;
    }

    /** Whether there is room for so much more, which then counts until it is let go. */
    boolean hold(SessionId session, long bytes) {
        long share = add(session, bytes);
        if (held.get() <= together && share <= together / SHARES) {
            return true;
        }
        add(session, -bytes);
        return false;
    }

    void release(SessionId session, long bytes) {
        if (bytes > 0) {
            add(session, -bytes);
        }
    }

    private long add(SessionId session, long bytes) {
        held.addAndGet(bytes);
        Long share = bySession.merge(session, bytes, (before, added) -> before + added == 0 ? null : before + added);
        return share == null ? 0 : share;
    }
}
