package dev.turnkeep.session.channel.log;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.channel.ChannelsConfig;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Copies of channels, for forks of every kind: so many at a time on a node, because each keeps a connection of the API for as
 * long as it takes, and so large. For virtual threads.
 */
@Singleton
public class Copies {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Semaphore free;
    private final long bytes;
    private final long records;

    Copies(ChannelsConfig config) {
        this.free = new Semaphore(config.forksAtOnce(), true);
        this.bytes = config.forkSize().asLongValue();
        this.records = config.forkRecords();
    }

    /**
     * Does work that copies, once it is its turn.
     *
     * @throws RetryLater (503) when others copy for long
     */
    public <T> T inTurn(Supplier<T> work) {
        try {
            if (!free.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new RetryLater(Problem.OVERLOADED, "other forks are being copied", Duration.ofSeconds(1));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RetryLater.unavailable("the service is stopping");
        }
        try {
            return work.get();
        } finally {
            free.release();
        }
    }

    /** @throws Invalid (413) for more than one copy may hold */
    public void checkBytes(long copied) {
        if (copied > bytes) {
            throw Invalid.tooLarge("a copy of " + copied + " bytes; the limit is " + bytes, copied, bytes);
        }
    }

    /** @throws Invalid (413) for more than one copy may hold: it would take too long, however small they are */
    public void checkRecords(long copied) {
        if (copied > records) {
            throw Invalid.tooLarge("a copy of " + copied + " records; the limit is " + records, copied, records);
        }
    }

    /** Whether so much may have to be measured: it is more than one copy may hold. */
    public boolean isLarge(long held) {
        return held > bytes;
    }
}
