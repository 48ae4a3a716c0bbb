package dev.turnkeep.session.channel.log;

import dev.turnkeep.session.channel.log.AppendTransaction.Change;
import dev.turnkeep.session.channel.log.AppendTransaction.Result;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What the log counts: appends by outcome, batches, readers, and what they are sent. */
@Singleton
public class LogMetrics {
    private final MeterRegistry registry;
    private final Map<Class<?>, Counter> appends = new ConcurrentHashMap<>();
    private final DistributionSummary batch;
    private final Timer commit;
    private final Counter bytesIn;
    private final Counter bytesOut;
    private final Counter deliveries;
    private final Timer lag;
    private final AtomicInteger readers = new AtomicInteger();

    LogMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.batch = registry.summary("turnkeep_channels_batch_size");
        this.commit = Timer.builder("turnkeep_channels_commit")
                .publishPercentileHistogram()
                .register(registry);
        this.bytesIn = registry.counter("turnkeep_channels_bytes", "direction", "in");
        this.bytesOut = registry.counter("turnkeep_channels_bytes", "direction", "out");
        this.deliveries = registry.counter("turnkeep_channels_deliveries");
        this.lag = Timer.builder("turnkeep_channels_delivery_lag")
                .publishPercentileHistogram()
                .register(registry);
        registry.gauge("turnkeep_channels_readers", readers);
    }

    void committed(Result result, Duration took) {
        commit.record(took);
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
    public void delivered(List<LogRecord> records, Instant now) {
        deliveries.increment(records.size());
        bytesOut.increment(size(records));
        if (!records.isEmpty()) {
            Duration since = Duration.between(records.getLast().at(), now);
            lag.record(since.isNegative() ? Duration.ZERO : since);
        }
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
