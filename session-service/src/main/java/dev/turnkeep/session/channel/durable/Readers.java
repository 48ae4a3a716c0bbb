package dev.turnkeep.session.channel.durable;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.channel.ChannelsConfig;
import dev.turnkeep.session.channel.log.LogMetrics;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All readers that wait on this node, and writers that stay: counted, told the time by one clock for all, and sent home when
 * the node stops. Safe for any number of threads.
 */
@Singleton
public class Readers {
    private static final Duration TICK = Duration.ofMillis(250);

    private final int readersLimit;
    private final int writersLimit;
    private final LogMetrics metrics;
    private final Vertx vertx;
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();
    private final Set<Timed> watched = ConcurrentHashMap.newKeySet();
    private final Map<Crowd, Integer> crowds = new ConcurrentHashMap<>();
    private volatile boolean started;
    private volatile boolean stopping;
    private long timer;

    @Inject
    Readers(ChannelsConfig config, LogMetrics metrics, Vertx vertx) {
        this(config.readersPerSession(), config.writersPerChannel(), metrics, vertx);
    }

    /**
     * @param readersLimit of one session
     * @param writersLimit of one channel
     */
    Readers(int readersLimit, int writersLimit, LogMetrics metrics, Vertx vertx) {
        this.readersLimit = readersLimit;
        this.writersLimit = writersLimit;
        this.metrics = metrics;
        this.vertx = vertx;
    }

    /** Told the time, four times a second. Called on any thread. */
    public interface Timed {
        /** @param nanos now, as {@link System#nanoTime} tells it */
        void tick(long nanos);
    }

    /**
     * Those that are counted together: what the one of them has taken, the others lack.
     *
     * @param channel that they write to; empty for a session's readers
     */
    public record Crowd(SessionId session, String channel) {}

    /** A reader that waits, or a writer that stays. Called on any thread. */
    public interface Waiting extends Timed {
        SessionId session();

        /** Among whom it counts: writers of a channel apart from its readers, and from writers of other channels. */
        default Crowd crowd() {
            return new Crowd(session(), "");
        }

        /** The node stops: end what can be ended. */
        void goHome();
    }

    /**
     * @throws RetryLater (429) when there are too many of them here, (503) when the node starts or stops
     */
    public void enter(Waiting reader) {
        check();
        boolean reads = isReader(reader);
        int limit = limit(reader);
        crowds.compute(reader.crowd(), (_, count) -> {
            int present = count == null ? 1 : count + 1;
            if (present > limit) {
                throw new RetryLater(
                        Problem.RATE_LIMITED,
                        limit + (reads ? " readers wait on this session here" : " writers stay at this channel here")
                                + "; the limit is " + limit,
                        TICK);
            }
            return present;
        });
        waiting.add(reader);
        metrics.readerCame();
        if (stopping) {
            reader.goHome();
        }
    }

    /** How many there may be of those that it is counted with. */
    public int limit(Waiting reader) {
        return isReader(reader) ? readersLimit : writersLimit;
    }

    private static boolean isReader(Waiting reader) {
        return reader.crowd().channel().isEmpty();
    }

    public void leave(Waiting reader) {
        if (waiting.remove(reader)) {
            metrics.readerWent();
            crowds.computeIfPresent(reader.crowd(), (_, count) -> count <= 1 ? null : count - 1);
        }
    }

    /** Tells the time to somebody who does not count as one that waits. */
    void watch(Timed answer) {
        watched.add(answer);
    }

    void unwatch(Timed answer) {
        watched.remove(answer);
    }

    /** @throws RetryLater (503) while the node starts or stops */
    public void check() {
        if (!started || stopping) {
            throw RetryLater.unavailable(stopping ? "the service is stopping" : "the service is starting");
        }
    }

    /** Whether no request is taken any more. */
    public boolean isStopping() {
        return stopping;
    }

    void start(@Observes StartupEvent starting) {
        started = true;
        timer = vertx.setPeriodic(TICK.toMillis(), _ -> {
            long now = System.nanoTime();
            waiting.forEach(reader -> reader.tick(now));
            watched.forEach(answer -> answer.tick(now));
        });
    }

    /** Before the server waits for its requests to end: readers would keep it waiting. */
    void stop(@Observes ShutdownDelayInitiatedEvent stopping) {
        this.stopping = true;
        waiting.forEach(Waiting::goHome);
    }

    void stopped(@Observes ShutdownEvent stopping) {
        this.stopping = true;
        vertx.cancelTimer(timer);
    }
}
