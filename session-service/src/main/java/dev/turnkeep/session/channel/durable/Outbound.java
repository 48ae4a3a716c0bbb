package dev.turnkeep.session.channel.durable;

import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.channel.ChannelsConfig;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is on its way to readers and not sent yet, in bytes, for all readers of the node together. Who has nothing on its way
 * is always sent something: a budget that slow readers have used up does not stop those that keep up.
 */
@Singleton
public class Outbound {
    private final long limit;
    private final AtomicLong queued = new AtomicLong();

    Outbound(ChannelsConfig config, MeterRegistry registry) {
        this.limit = config.readersSize().asLongValue();
        registry.gauge("turnkeep_channels_readers_bytes", queued);
    }

    public void add(long bytes) {
        queued.addAndGet(bytes);
    }

    public void sent(long bytes) {
        queued.addAndGet(-bytes);
    }

    public boolean isFull() {
        return queued.get() >= limit;
    }

    /** @throws RetryLater (503) when pages of history have to wait, because too much is on its way already */
    public void check() {
        if (isFull()) {
            throw new RetryLater(Problem.OVERLOADED, "too much is on its way to readers", Duration.ofSeconds(1));
        }
    }
}
