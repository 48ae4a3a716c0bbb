package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Lsn;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What is measured of one stream, by the label {@code stream}. */
public final class StreamMetrics {
    private static final String PREFIX = "turnkeep_replication_";

    private final Timer flush;
    private final Timer freshness;
    private final DistributionSummary batchRows;
    private final Counter rows;
    private final Counter retries;
    private final Clock clock;
    private volatile Lsn received = Lsn.ZERO;
    private volatile Lsn confirmed = Lsn.ZERO;
    private volatile @Nullable Ledger ledger;
    private volatile @Nullable Leader leader;
    private volatile @Nullable StreamHealth health;
    private volatile @Nullable Sink sink;
    // Of commits; this machine's own is the clock's.
    private volatile InstantSource serverTime;

    public StreamMetrics(MeterRegistry registry, String stream, Clock clock) {
        Tags tags = Tags.of("stream", stream);
        this.clock = clock;
        this.serverTime = clock;
        this.flush = Timer.builder(PREFIX + "flush")
                .description("From handing a batch to the sink until it is stored")
                .tags(tags)
                .publishPercentileHistogram()
                .register(registry);
        this.freshness = Timer.builder(PREFIX + "freshness")
                .description("From a heartbeat's commit until the sink has stored all before it")
                .tags(tags)
                .publishPercentileHistogram()
                .maximumExpectedValue(Duration.ofMinutes(10))
                .register(registry);
        this.batchRows =
                DistributionSummary.builder(PREFIX + "batch_rows").tags(tags).register(registry);
        this.rows = registry.counter(PREFIX + "rows_stored", tags);
        this.retries = registry.counter(PREFIX + "retries", tags);
        gauge(registry, tags, "received_lsn", m -> m.received.value());
        gauge(registry, tags, "confirmed_lsn", m -> m.confirmed.value());
        gauge(registry, tags, "rows_in_flight", m -> m.ledger == null ? 0 : m.ledger.rowsInFlight());
        gauge(registry, tags, "bytes_in_flight", m -> m.ledger == null ? 0 : m.ledger.sizeInFlight());
        gauge(registry, tags, "oldest_unflushed_seconds", m -> m.lag().toMillis() / 1000.0);
        gauge(
                registry,
                tags,
                "heartbeat_age_seconds",
                m -> m.health == null ? 0 : m.health.age().toMillis() / 1000.0);
        gauge(registry, tags, "restoring_seconds", m -> m.restoring().toMillis() / 1000.0);
        gauge(registry, tags, "leader", m -> m.leader == null ? 0 : 1);
        gauge(registry, tags, "quarantined_rows", m -> m.leader == null ? Double.NaN : m.leader.quarantined());
        gauge(
                registry,
                tags,
                "slot_retained_bytes",
                m -> m.leader == null ? Double.NaN : m.leader.size().retained());
        gauge(
                registry,
                tags,
                "safe_wal_size",
                m -> m.leader == null || m.leader.size().safe().isEmpty()
                        ? Double.NaN
                        : m.leader.size().safe().getAsLong());
    }

    private void gauge(MeterRegistry registry, Tags tags, String name, ToDoubleFunction<StreamMetrics> value) {
        Gauge.builder(PREFIX + name, this, value).tags(tags).register(registry);
    }

    void watches(StreamHealth streamHealth, Sink into, InstantSource ofCommits) {
        serverTime = ofCommits;
        health = streamHealth;
        sink = into;
    }

    private Duration restoring() {
        Sink into = sink;
        return into == null
                ? Duration.ZERO
                : into.restoring()
                        .map(it -> Duration.between(it.since(), clock.instant()))
                        .filter(time -> !time.isNegative())
                        .orElse(Duration.ZERO);
    }

    void leads(Leader elected) {
        leader = elected;
    }

    void reads(Ledger read) {
        ledger = read;
    }

    void standsBy() {
        leader = null;
        ledger = null;
        received = Lsn.ZERO;
        confirmed = Lsn.ZERO;
    }

    void received(Lsn at) {
        received = at;
    }

    void confirmed(Lsn at) {
        confirmed = at;
    }

    void stored(Batch batch, long nanos) {
        flush.record(nanos, TimeUnit.NANOSECONDS);
        batchRows.record(batch.rows().size());
        rows.increment(batch.rows().size());
    }

    void fresh(Heartbeat beat) {
        Duration age = Duration.between(beat.committedAt(), serverTime.instant());
        freshness.record(age.isNegative() ? Duration.ZERO : age);
    }

    /** Something is tried again. */
    public void retried() {
        retries.increment();
    }

    /** How long ago the oldest transaction committed that is read and not stored; zero when there is none. */
    Duration lag() {
        Ledger read = ledger;
        if (read == null) {
            return Duration.ZERO;
        }
        return read.oldest()
                .map(at -> Duration.between(at, serverTime.instant()))
                .filter(age -> !age.isNegative())
                .orElse(Duration.ZERO);
    }

    Lsn receivedLsn() {
        return received;
    }

    Lsn confirmedLsn() {
        return confirmed;
    }

    long rowsInFlight() {
        Ledger read = ledger;
        return read == null ? 0 : read.rowsInFlight();
    }

    long quarantined() {
        Leader leading = leader;
        return leading == null ? 0 : leading.quarantined();
    }

    long retainedBytes() {
        Leader leading = leader;
        return leading == null ? 0 : leading.size().retained();
    }
}
