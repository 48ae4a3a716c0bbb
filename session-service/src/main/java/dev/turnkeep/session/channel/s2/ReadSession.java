package dev.turnkeep.session.channel.s2;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.channel.Farewell;
import dev.turnkeep.session.channel.Recurring;
import dev.turnkeep.session.channel.durable.Follower;
import dev.turnkeep.session.channel.durable.Following;
import dev.turnkeep.session.channel.durable.Outgoing;
import dev.turnkeep.session.channel.durable.Readers;
import dev.turnkeep.session.channel.log.LogReader.Found;
import dev.turnkeep.session.channel.log.LogRecord;
import dev.turnkeep.session.channel.log.Page;
import dev.turnkeep.session.channel.log.StreamAddress;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader whose connection stays. It is given everything from its place on, says from time to time that it is alive, and
 * ends where its limits are, where the stream is closed, or when nothing came for as long as it waits. What was trimmed
 * before it came there it passes over.
 *
 * <p>State: confined to the request's event loop.
 */
final class ReadSession implements Follower.Sink, Readers.Waiting {
    /** How often it is asked whether the client may still read. */
    private static final Duration CHECK = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(ReadSession.class);
    private static final long NEVER = Long.MAX_VALUE;

    private final Exchange exchange;
    private final Pass pass;
    private final ReadQuery query;
    private final Output output;
    private final Following following;
    private final BiFunction<StreamAddress, Long, Optional<Found>> again;
    private final Allowance allowance;
    private final Outgoing outlet;
    private final Recurring checks = new Recurring(CHECK, this::recheck);
    private final long heartbeat;
    private final long start = System.nanoTime();
    private Follower follower;
    private Position tail = new Position(0, 0);
    private boolean begun;
    private boolean over;
    private volatile long spokeAt;
    /** Since {@link #start}, until when it waits for something new. */
    private volatile long waitsUntil = NEVER;

    ReadSession(
            Exchange exchange,
            Pass pass,
            ReadQuery query,
            Output output,
            Following following,
            Duration heartbeat,
            BiFunction<StreamAddress, Long, Optional<Found>> again) {
        this.exchange = exchange;
        this.pass = pass;
        this.query = query;
        this.output = output;
        this.following = following;
        this.heartbeat = heartbeat.toNanos();
        this.again = again;
        this.allowance = new Allowance(query);
        this.follower = following.follower(exchange.context(), 0, this);
        this.outlet = following.outgoing(
                exchange.request(), exchange.context(), pass.stream().owner(), () -> follower.wake());
        this.spokeAt = start;
    }

    /** On the event loop: answers at once, and goes on from there. */
    void begin(Found found) {
        HttpServerResponse response = exchange.response();
        if (over || response.closed()) {
            leave();
            return;
        }
        begun = true;
        response.setChunked(true)
                .setStatusCode(200)
                .putHeader("Content-Type", output.type())
                .putHeader("Cache-Control", "no-cache")
                .putHeader("X-Accel-Buffering", "no");
        response.closeHandler(_ -> leave());
        response.exceptionHandler(_ -> leave());
        response.drainHandler(_ -> follower.wake());
        response.writeHead();
        from(found);
    }

    private void from(Found found) {
        if (over) {
            return;
        }
        tail = Position.tail(found.view());
        follower = following.follower(exchange.context(), found.page().next(), this);
        page(found.page());
        if (!over) {
            follower.follow(found.view().end());
        }
    }

    @Override
    public boolean ready() {
        return !over && outlet.isReady();
    }

    @Override
    public void page(Page page) {
        List<LogRecord> taken = allowance.take(page.records());
        if (page.atTail()) {
            tail = page.records().isEmpty()
                    ? new Position(page.end().next(), tail.time())
                    : Position.of(page.end().next(), page.records().getLast().at());
        }
        if (!taken.isEmpty()) {
            outlet.send(output.batch(new Batch(taken, page.atTail() ? tail : null), allowance));
            following.metrics().delivered(taken);
            spokeAt = System.nanoTime();
        }
        boolean waits = query.follows() && !Duration.ZERO.equals(query.pause());
        if (allowance.isUsed() || page.isLast() || (page.atTail() && !waits)) {
            end();
        } else if (page.atTail()) {
            waitsUntil = query.pause() == null
                    ? NEVER
                    : System.nanoTime() - start + query.pause().toNanos();
            if (taken.isEmpty()) {
                beat();
            }
        } else {
            waitsUntil = NEVER;
        }
    }

    /** Trimmed away where it stands, or deleted. */
    @Override
    public void gone() {
        follower.stop();
        long place = follower.place();
        exchange.onThread(() -> {
            try {
                Optional<Found> found = again.apply(pass.stream(), place);
                exchange.onLoop(() -> found.ifPresentOrElse(this::from, () -> fail(Refusal.missing())));
            } catch (RuntimeException e) {
                exchange.onLoop(() -> fail(Refusal.of(e)));
            }
        });
    }

    @Override
    public SessionId session() {
        return pass.stream().owner();
    }

    @Override
    public void tick(long nanos) {
        if (nanos - start >= waitsUntil) {
            exchange.context().runOnContext(_ -> timeUp());
        } else if (outlet.isStuck(nanos)) {
            exchange.context().runOnContext(_ -> cut());
        } else if (nanos - spokeAt >= heartbeat) {
            spokeAt = nanos;
            exchange.context().runOnContext(_ -> beat());
        }
        checks.tick(nanos);
    }

    /** Only a credential that is known to be no good ends it: what cannot be asked now is asked later. */
    private void recheck() {
        try {
            pass.recheck();
        } catch (Invalid e) {
            exchange.onLoop(() -> fail(Refusal.of(e)));
        } catch (RetryLater e) {
            LOG.debug("nobody knows at the moment whether a reader may go on: it does");
        }
    }

    @Override
    public void goHome() {
        exchange.context().runOnContext(_ -> {
            Farewell.to(exchange.request());
            fail(Refusal.draining());
        });
    }

    private void beat() {
        if (ready() && begun) {
            outlet.send(output.heartbeat(following.clock().millis(), tail));
            spokeAt = System.nanoTime();
        }
    }

    /** Something may have come just now. */
    private void timeUp() {
        if (System.nanoTime() - start >= waitsUntil) {
            end();
        }
    }

    private void end() {
        if (!over) {
            leave();
            outlet.end(output.end());
        }
    }

    private void fail(Refusal refusal) {
        if (over) {
            return;
        }
        leave();
        if (!begun) {
            exchange.refuse(refusal);
        } else if (outlet.isFull()) {
            Outgoing.drop(exchange.request());
        } else {
            outlet.end(output.last(refusal));
        }
    }

    private void cut() {
        if (!over) {
            leave();
            outlet.cut();
        }
    }

    private void leave() {
        if (!over) {
            over = true;
            follower.stop();
            following.readers().leave(this);
        }
    }
}
