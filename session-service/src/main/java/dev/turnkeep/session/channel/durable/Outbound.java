package dev.turnkeep.session.channel.durable;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.channel.ChannelsConfig;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is on its way to readers and not sent yet, in bytes, for all readers of the node together. Who has nothing on its way
 * is always sent what is new: a budget that slow readers have used up does not stop those that keep up. History waits for
 * room, and the readers of one session may use a part of it only.
 */
@Singleton
public class Outbound {
    /** The readers of one session may use a quarter of what all may. */
    private static final int SHARES = 4;

    private final long limit;
    private final long share;
    private final AtomicLong queued = new AtomicLong();
    private final Map<SessionId, Long> bySession = new ConcurrentHashMap<>();

    @Inject
    Outbound(ChannelsConfig config, MeterRegistry registry) {
        this(config.readersSize().asLongValue());
        registry.gauge("turnkeep_channels_readers_bytes", queued);
    }

    Outbound(long limit) {
        this.limit = limit;
        this.share = Math.max(1, limit / SHARES);
    }

    public void add(long bytes) {
        queued.addAndGet(bytes);
    }

    public void sent(long bytes) {
        queued.addAndGet(-bytes);
    }

    public void add(SessionId session, long bytes) {
        queued.addAndGet(bytes);
        move(session, bytes);
    }

    public void sent(SessionId session, long bytes) {
        add(session, -bytes);
    }

    /**
     * Adds as much if there is room before it: at most one answer is beyond the limit, however many ask at once.
     *
     * @throws RetryLater (503) when too much is on its way already; nothing is added
     */
    public void admit(SessionId session, long bytes) {
        boolean room = queued.getAndAdd(bytes) < limit;
        boolean roomInShare = move(session, bytes) - bytes < share;
        if (!room || !roomInShare) {
            sent(session, bytes);
            throw full();
        }
    }

    private long move(SessionId session, long bytes) {
        if (bytes == 0) {
            return bySession.getOrDefault(session, 0L);
        }
        Long moved = bySession.merge(session, bytes, (before, added) -> before + added == 0 ? null : before + added);
        return moved == null ? 0 : moved;
    }

    public boolean isFull() {
        return queued.get() >= limit;
    }

    /** Whether there is no room for readers of this session; there may be for others. */
    public boolean isFull(SessionId session) {
        return isFull() || isShareFull(session);
    }

    /** Whether the readers of this session use all that they may. */
    public boolean isShareFull(SessionId session) {
        return bySession.getOrDefault(session, 0L) >= share;
    }

    /** @throws RetryLater (503) when pages of history have to wait, because too much is on its way already */
    public void check() {
        if (isFull()) {
            throw full();
        }
    }

    /** @throws RetryLater (503) when this session's readers have to wait for pages of history */
    public void check(SessionId session) {
        if (isFull(session)) {
            throw full();
        }
    }

    static RetryLater full() {
        return new RetryLater(Problem.OVERLOADED, "too much is on its way to readers", Duration.ofSeconds(1));
    }
}
