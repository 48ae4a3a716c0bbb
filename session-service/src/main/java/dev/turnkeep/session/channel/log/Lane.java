package dev.turnkeep.session.channel.log;

import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.platform.postgres.Await;
import dev.turnkeep.session.channel.log.AppendTransaction.Patience;
import dev.turnkeep.session.channel.log.AppendTransaction.Result;
import io.vertx.core.VertxException;
import io.vertx.pgclient.PgException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits the appends of its streams, in their order, one transaction after the other: while one commits, the next
 * gathers. A stream whose row somebody else holds gets a lane of its own until that has passed, so that it stalls nobody.
 *
 * <p>State: the queue is anybody's; all else belongs to the lane's thread.
 */
final class Lane {
    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final String LOCK_TIMEOUT = "55P03";
    private static final String DEADLOCK = "40P01";
    private static final int HELD = 1024;
    /** How many streams that somebody else holds are waited for at a time; more of them wait for those. */
    static final int HELD_CONNECTIONS = 8;

    /** How soon an idle lane notices that it is to stop. */
    private static final Duration IDLE = Duration.ofMillis(100);

    private final BlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
    private final Map<StreamAddress, Held> held = new HashMap<>();
    private final Settings settings;
    private final Thread thread;
    private volatile boolean stopping;

    /**
     * @param requests the most in one transaction
     * @param bytes the most in one transaction, metered
     * @param patience how long the batch waits for a row
     * @param heldPatience how long a single stream waits for its row
     * @param heldAtOnce how many such streams are waited for at a time: each takes a connection that lanes need
     * @param committed told of every result, before its writers are
     */
    record Settings(
            AppendTransaction transaction,
            int requests,
            long bytes,
            Duration patience,
            Duration heldPatience,
            Semaphore heldAtOnce,
            Consumer<Result> committed) {}

    Lane(String name, Settings settings) {
        this.settings = settings;
        this.thread = Thread.ofVirtual().name(name).start(this::run);
    }

    void add(Pending pending) {
        queue.add(pending);
        if (stopping) {
            refuseQueued();
        }
    }

    /** Commits what is queued and refuses what comes later. */
    void stop(Duration patience) throws InterruptedException {
        stopping = true;
        thread.join(patience);
        refuseQueued();
    }

    private void refuseQueued() {
        for (Pending next = queue.poll(); next != null; next = queue.poll()) {
            next.outcome().completeExceptionally(RetryLater.unavailable("the service is stopping"));
        }
    }

    private void run() {
        while (!stopping) {
            try {
                Pending first = queue.poll(IDLE.toMillis(), TimeUnit.MILLISECONDS);
                if (first != null) {
                    commitWith(first);
                }
            } catch (InterruptedException e) {
                break;
            }
        }
        for (Pending next = queue.poll(); next != null; next = queue.poll()) {
            commitWith(next);
        }
    }

    /** Nobody else commits for its streams: it goes on, whatever went wrong, and whoever waits is told. */
    private void commitWith(Pending first) {
        List<Pending> batch = new ArrayList<>();
        try {
            gather(first, batch);
            commit(batch);
        } catch (RuntimeException | Error e) {
            // Without a word more: there may be no memory for one.
            first.outcome().completeExceptionally(e);
            batch.forEach(pending -> pending.outcome().completeExceptionally(e));
        }
    }

    private void gather(Pending first, List<Pending> batch) {
        long bytes = 0;
        Pending next = first;
        while (next != null) {
            if (!handedOver(next)) {
                batch.add(next);
                bytes += next.size();
            }
            next = batch.size() < settings.requests() && bytes < settings.bytes() ? queue.poll() : null;
        }
    }

    private void commit(List<Pending> batch) {
        if (batch.isEmpty()) {
            return;
        }
        try {
            settle(settings.transaction().write(batch, new Patience.Wait(settings.patience())));
        } catch (PgException e) {
            refused(batch, e);
        } catch (RuntimeException | Error e) {
            fail(batch, e);
        }
    }

    private void refused(List<Pending> batch, PgException e) {
        String state = e.getSqlState() == null ? "" : e.getSqlState();
        if (state.equals(LOCK_TIMEOUT)) {
            withoutHeld(batch);
        } else if (state.equals(DEADLOCK)) {
            commit(batch);
        } else if ((state.startsWith("22") || state.startsWith("23")) && batch.size() > 1) {
            // One of them is bad in a way that the border does not know: it must not fail its neighbours.
            batch.forEach(pending -> commit(List.of(pending)));
        } else {
            fail(batch, e);
        }
    }

    private void withoutHeld(List<Pending> batch) {
        try {
            Result result = settings.transaction().write(batch, new Patience.Skip());
            for (Pending pending : batch) {
                if (result.skipped().contains(pending.append().to())) {
                    handOver(pending);
                }
            }
            settle(result);
        } catch (RuntimeException | Error e) {
            fail(batch, e);
        }
    }

    private void settle(Result result) {
        settings.committed().accept(result);
        result.outcomes().forEach((pending, outcome) -> pending.outcome().complete(outcome));
    }

    /** Appends to a stream that is waited for go behind those that wait already. */
    private boolean handedOver(Pending pending) {
        Held lane = held.get(pending.append().to());
        if (lane == null) {
            return false;
        }
        if (lane.add(pending)) {
            return true;
        }
        held.remove(pending.append().to());
        return false;
    }

    private void handOver(Pending pending) {
        StreamAddress stream = pending.append().to();
        if (handedOver(pending)) {
            return;
        }
        if (held.size() >= HELD) {
            held.values().removeIf(Held::isOver);
        }
        Held lane = new Held(settings);
        lane.add(pending);
        held.put(stream, lane);
        Thread.ofVirtual().name("channels-held").start(lane::run);
    }

    private static void fail(List<Pending> batch, Throwable e) {
        if (e instanceof PgException refused) {
            LOG.atWarn().addKeyValue("sqlstate", refused.getSqlState()).log("Postgres refused a batch of appends");
        } else if (!(e instanceof VertxException || e instanceof Await.Unreachable)) {
            LOG.atError()
                    .addKeyValue("failure", e.getClass().getName())
                    .addKeyValue("at", e.getStackTrace().length == 0 ? "" : e.getStackTrace()[0])
                    .log("appends failed unexpectedly");
        }
        RetryLater answer = RetryLater.unavailable("Postgres does not confirm the append");
        batch.forEach(pending -> pending.outcome().completeExceptionally(answer));
    }

    /** The appends of one stream whose row somebody else holds. Over once none is left. State: guarded by this. */
    private static final class Held {
        private final Settings settings;
        private final List<Pending> waiting = new ArrayList<>();
        private boolean over;

        Held(Settings settings) {
            this.settings = settings;
        }

        synchronized boolean add(Pending pending) {
            return !over && waiting.add(pending);
        }

        synchronized boolean isOver() {
            return over;
        }

        private synchronized List<Pending> next() {
            List<Pending> batch = new ArrayList<>();
            long bytes = 0;
            for (Pending pending : waiting) {
                if (batch.size() < settings.requests() && bytes < settings.bytes()) {
                    batch.add(pending);
                    bytes += pending.size();
                }
            }
            waiting.subList(0, batch.size()).clear();
            over = batch.isEmpty();
            return batch;
        }

        private Result write(List<Pending> batch) {
            settings.heldAtOnce().acquireUninterruptibly();
            try {
                return settings.transaction().write(batch, new Patience.Wait(settings.heldPatience()));
            } finally {
                settings.heldAtOnce().release();
            }
        }

        void run() {
            for (List<Pending> batch = next(); !batch.isEmpty(); batch = next()) {
                try {
                    Result result = write(batch);
                    settings.committed().accept(result);
                    result.outcomes()
                            .forEach((pending, outcome) -> pending.outcome().complete(outcome));
                } catch (RuntimeException | Error e) {
                    fail(batch, e);
                }
            }
        }
    }
}
