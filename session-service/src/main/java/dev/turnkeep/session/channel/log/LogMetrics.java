package dev.turnkeep.session.channel.log;

import dev.turnkeep.session.channel.log.AppendTransaction.Change;
import dev.turnkeep.session.channel.log.AppendTransaction.Result;
import dev.turnkeep.session.channel.log.AppendTransaction.Took;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;

/** What the log counts: appends by outcome, batches, readers, and what they are sent. */
@Singleton
public class LogMetrics {
    private final MeterRegistry registry;
    private final Map<Class<?>, Counter> appends = new ConcurrentHashMap<>();
    private final DistributionSummary batch;
    private final Timer connection;
    private final Timer lock;
    private final Timer commit;
    private final Counter bytesIn;
    private final Counter bytesOut;
    private final Counter deliveries;
    private final Timer lag;
    private final Counter cut;
    private final AtomicInteger readers = new AtomicInteger();

    public LogMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.batch = registry.summary("turnkeep_channels_batch_size");
        this.connection = registry.timer("turnkeep_channels_connection");
        this.lock = registry.timer("turnkeep_channels_lock");
        this.commit = Timer.builder("turnkeep_channels_commit")
                .publishPercentileHistogram()
                .register(registry);
        this.bytesIn = registry.counter("turnkeep_channels_bytes", "direction", "in");
        this.bytesOut = registry.counter("turnkeep_channels_bytes", "direction", "out");
        this.deliveries = registry.counter("turnkeep_channels_deliveries");
        this.lag = Timer.builder("turnkeep_channels_delivery_lag")
                .publishPercentileHistogram()
                .register(registry);
        this.cut = registry.counter("turnkeep_channels_readers_cut");
        registry.gauge("turnkeep_channels_readers", readers);
    }

    void committed(Result result, Took took) {
        connection.record(took.connection());
        lock.record(took.lock());
        commit.record(took.commit());
        batch.record(result.outcomes().size());
        result.outcomes().values().forEach(this::outcome);
        for (Change change : result.changed()) {
            bytesIn.increment(size(change.written()));
        }
    }

    private void outcome(AppendOutcome outcome) {
        // The names of the outcomes are few and fixed.
        appends.computeIfAbsent(
                        outcome.getClass(),
                        type -> registry.counter(
                                "turnkeep_channels_appends",
                                "outcome",
                                type.getSimpleName().toLowerCase(Locale.ROOT)))
                .increment();
    }

    /** Records were handed to a reader's connection. */
    public void delivered(List<LogRecord> records) {
        deliveries.increment(records.size());
        bytesOut.increment(size(records));
    }

    /** A reader that waited for something new was handed it so long after its commit. History counts for nothing. */
    public void late(Duration since) {
        lag.record(since.isNegative() ? Duration.ZERO : since);
    }

    /** A reader took nothing for long. */
    public void cut() {
        cut.increment();
    }

    /** An append that has no outcome: it was not taken, or nobody knows. */
    void failed(String why) {
        registry.counter("turnkeep_channels_appends", "outcome", why).increment();
    }

    /** News of other nodes' commits, by what told of them. */
    void told(String by) {
        registry.counter("turnkeep_channels_news", "by", by).increment();
    }

    <T> void watch(String name, T state, ToDoubleFunction<T> value) {
        registry.gauge(name, state, value);
    }

    public void readerCame() {
        readers.incrementAndGet();
    }

    public void readerWent() {
        readers.decrementAndGet();
    }

    private static double size(List<LogRecord> records) {
        return records.stream().mapToDouble(LogRecord::size).sum();
    }
}
