package dev.turnkeep.session.channel.log;

import dev.turnkeep.session.channel.ChannelsConfig;
import dev.turnkeep.session.channel.log.AppendTransaction.Change;
import dev.turnkeep.session.channel.log.LogReader.Found;
import dev.turnkeep.session.channel.log.Tail.Waiter;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ends of all streams that have readers on this node. They learn of news from this node's commits, from other nodes'
 * hints, and, should both fail, from a look into Postgres every second.
 *
 * <p>State: a tail is here exactly while it has readers.
 */
@Singleton
public class Tails {
    private static final Logger LOG = LoggerFactory.getLogger(Tails.class);
    private static final int ASKED_AT_ONCE = 5000;

    private final Map<Long, Tail> tails = new ConcurrentHashMap<>();
    private final LogReader reader;
    private final ChannelsConfig config;
    private final Vertx vertx;
    private final AtomicBoolean polling = new AtomicBoolean();
    private final RingBudget rings;
    private final LogMetrics metrics;
    private long timer;

    Tails(LogReader reader, ChannelsConfig config, Vertx vertx, LogMetrics metrics) {
        this.reader = reader;
        this.config = config;
        this.vertx = vertx;
        this.metrics = metrics;
        this.rings = new RingBudget(config.tailsSize().asLongValue());
        metrics.watch("turnkeep_channels_tails", tails, Map::size);
        metrics.watch("turnkeep_channels_tails_bytes", rings, RingBudget::used);
    }

    /** From now on the waiter misses nothing. What it read before may be old: {@link Tail#from} says what is new. */
    public Tail join(StreamEnd stream, Waiter waiter) {
        Tail joined = tails.compute(stream.id(), (id, present) -> {
            Tail tail = present == null ? new Tail(id, config.tailSize().asLongValue()) : present;
            tail.join(waiter);
            return tail;
        });
        // Whoever is first asks once more, now that nothing is missed: what the reader saw may have moved on.
        fetch(joined, new StreamEnd(stream.id(), stream.incarnation(), stream.next(), stream.closed()), "reader");
        return joined;
    }

    public void leave(Tail tail, Waiter waiter) {
        tails.computeIfPresent(tail.id(), (_, present) -> {
            boolean last = present.leave(waiter);
            if (last) {
                rings.forget(present);
            }
            return last ? null : present;
        });
    }

    void committed(List<Change> changes) {
        for (Change change : changes) {
            Tail tail = tails.get(change.end().id());
            if (tail != null) {
                tail.committed(change.end(), change.written());
                rings.grown(tail);
            }
        }
    }

    /** Another node says so; it need not be true. */
    void hinted(StreamEnd end) {
        heard(end, "hint");
    }

    private void heard(StreamEnd end, String by) {
        Tail tail = tails.get(end.id());
        if (tail != null) {
            fetch(tail, end, by);
        }
    }

    /** A stream was deleted here. */
    public void deleted(long stream) {
        Tail tail = tails.get(stream);
        if (tail != null) {
            tail.vanish();
        }
    }

    private void fetch(Tail tail, StreamEnd hint, String by) {
        Optional<Long> from = tail.startFetching(hint);
        if (from.isEmpty()) {
            return;
        }
        metrics.told(by);
        reader.page(tail.id(), from.get()).onComplete(answer -> {
            Optional<StreamEnd> meanwhile = tail.stopFetching();
            if (answer.failed()) {
                // The poll asks again.
                LOG.atDebug().log("a stream's end could not be read");
            } else if (answer.result().isEmpty()) {
                tail.vanish();
            } else {
                learn(tail, answer.result().get());
                meanwhile.ifPresent(end -> fetch(tail, end, by));
            }
        });
    }

    /** A reader asked Postgres itself and found this. */
    public void saw(Tail tail, Page page) {
        tail.saw(page);
        rings.grown(tail);
    }

    /** A page that does not reach the end tells where the end is; readers fetch what lies between themselves. */
    private void learn(Tail tail, Found found) {
        if (found.view().hidden()) {
            tail.vanish();
        } else {
            tail.advance(
                    found.view().end(), found.page().atTail() ? found.page().records() : List.of());
            rings.grown(tail);
        }
    }

    void start(@Observes StartupEvent starting) {
        timer = vertx.setPeriodic(config.safetyPoll().toMillis(), _ -> poll());
    }

    void stop(@Observes ShutdownEvent stopping) {
        vertx.cancelTimer(timer);
    }

    /** One look at a time: while Postgres is slow or away, they must not pile up. */
    private void poll() {
        if (!polling.compareAndSet(false, true)) {
            return;
        }
        List<Long> asked = new ArrayList<>(tails.keySet());
        List<Future<?>> looks = new ArrayList<>();
        for (int i = 0; i < asked.size(); i += ASKED_AT_ONCE) {
            looks.add(look(List.copyOf(asked.subList(i, Math.min(asked.size(), i + ASKED_AT_ONCE)))));
        }
        Future.join(looks).onComplete(_ -> polling.set(false));
    }

    private Future<?> look(List<Long> asked) {
        // Whether lifetimes could be renewed or not.
        return reader.touch(asked)
                .otherwiseEmpty()
                .compose(_ -> reader.ends(asked))
                .onSuccess(ends -> {
                    Set<Long> missing = new HashSet<>(asked);
                    for (StreamEnd end : ends) {
                        missing.remove(end.id());
                        heard(end, "poll");
                    }
                    missing.forEach(this::deleted);
                });
    }
}
