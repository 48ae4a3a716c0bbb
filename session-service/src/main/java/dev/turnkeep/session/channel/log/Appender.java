package dev.turnkeep.session.channel.log;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.channel.ChannelsConfig;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Appends to streams and closes them. An outcome means that it is committed; a failure, that it may or may not be. Safe
 * for any number of threads.
 */
@Singleton
public class Appender {
    /** Of a writer's, and what tells records of one name apart. */
    private static final int PART_ID = 256 + 33;

    private static final int PRODUCER_ID = 256;
    private static final Duration DRAIN = Duration.ofSeconds(5);
    private static final Duration HELD = Duration.ofSeconds(10);

    private final Connections connections;
    private final List<Lane> lanes;
    private final long inFlight;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong queued = new AtomicLong();
    private final LogMetrics metrics;
    private volatile boolean stopping;

    Appender(ChannelPool pool, Clock clock, ChannelsConfig config, Wakeups wakeups, LogMetrics metrics) {
        this.connections = pool.appends();
        AppendTransaction transaction = new AppendTransaction(
                pool.appends(),
                config.postgresTimeout(),
                clock,
                new LogLimits(config.channelSize().asLongValue(), config.producers(), config.producerAge()),
                metrics);
        Lane.Settings settings = new Lane.Settings(
                transaction,
                config.batchRequests(),
                config.batchSize().asLongValue(),
                config.lockTimeout(),
                HELD,
                new Semaphore(Lane.HELD_CONNECTIONS, true),
                result -> wakeups.committed(result.changed()));
        this.lanes = IntStream.range(0, config.committers())
                .mapToObj(i -> new Lane("channels-" + i, settings))
                .toList();
        this.inFlight = config.inFlight().asLongValue();
        this.metrics = metrics;
        metrics.watch("turnkeep_channels_queued_bytes", bytes, AtomicLong::get);
        metrics.watch("turnkeep_channels_queued_appends", queued, AtomicLong::get);
    }

    /**
     * @throws Invalid (413) for a record or a batch beyond its limit; nothing of it is written
     * @throws RetryLater (503) when too much waits to be written
     */
    public CompletableFuture<AppendOutcome> append(Append append) {
        check(append);
        Pending pending = new Pending(append);
        if (bytes.addAndGet(pending.size()) > inFlight) {
            bytes.addAndGet(-pending.size());
            metrics.failed("overloaded");
            throw new RetryLater(Problem.OVERLOADED, "too much waits to be written", Duration.ofSeconds(1));
        }
        queued.incrementAndGet();
        CompletableFuture<AppendOutcome> done =
                pending.outcome().whenComplete((outcome, failure) -> settled(pending, failure));
        lanes.get(Math.floorMod(append.to().hashCode(), lanes.size())).add(pending);
        return done;
    }

    private void settled(Pending pending, @Nullable Throwable failure) {
        bytes.addAndGet(-pending.size());
        queued.decrementAndGet();
        if (failure != null) {
            metrics.failed(stopping ? "stopping" : "unavailable");
        }
    }

    /** Before the batch, so that one bad record cannot fail its neighbours. */
    private static void check(Append append) {
        if (append.records().size() > Append.RECORDS) {
            int records = append.records().size();
            throw Invalid.tooLarge(
                    records + " records in one request; the limit is " + Append.RECORDS, records, Append.RECORDS);
        }
        for (NewRecord added : append.records()) {
            if (added.metered() > Append.RECORD_SIZE) {
                throw Invalid.tooLarge(
                        "a record of " + added.metered() + " metered bytes; the limit is " + Append.RECORD_SIZE,
                        added.metered(),
                        Append.RECORD_SIZE);
            }
            if (added.partId() != null) {
                checkName("part id", added.partId(), PART_ID);
            }
        }
        if (append.producer() != null) {
            checkName("producer id", append.producer().id(), PRODUCER_ID);
        }
        if (append.writerSeq() != null && append.writerSeq().indexOf('\0') >= 0) {
            throw new Invalid(Problem.MALFORMED, null, "a sequence has no NUL");
        }
    }

    private static void checkName(String what, String name, int limit) {
        int length = name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        if (length < 1 || length > limit || name.indexOf('\0') >= 0) {
            throw new Invalid(Problem.MALFORMED, null, what + ": 1.." + limit + " bytes, no NUL");
        }
    }

    void stop(@Observes @Priority(Integer.MAX_VALUE - 1) ShutdownEvent shutdown) throws InterruptedException {
        stopping = true;
        for (Lane lane : lanes) {
            lane.stop(DRAIN);
        }
        connections.close();
    }
}
