package dev.turnkeep.session.channel.s2;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.channel.Farewell;
import dev.turnkeep.session.channel.durable.Follower;
import dev.turnkeep.session.channel.durable.Following;
import dev.turnkeep.session.channel.durable.Readers;
import dev.turnkeep.session.channel.log.LogReader.Found;
import dev.turnkeep.session.channel.log.LogRecord;
import dev.turnkeep.session.channel.log.Page;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A reader at the end of a stream who waits for one page.
 *
 * <p>State: confined to the request's event loop.
 */
final class LongRead implements Follower.Sink, Readers.Waiting {
    private final Exchange exchange;
    private final Pass pass;
    private final Found found;
    private final Readers readers;
    private final Follower follower;
    private final Allowance allowance;
    private final Consumer<Batch> answer;
    private final long endsAt;
    private boolean over;

    LongRead(Exchange exchange, Pass pass, ReadQuery query, Found found, Following following, Consumer<Batch> answer) {
        this.exchange = exchange;
        this.pass = pass;
        this.found = found;
        this.readers = following.readers();
        this.follower = following.follower(exchange.context(), found.page().next(), this);
        this.allowance = new Allowance(query);
        this.answer = answer;
        this.endsAt = System.nanoTime()
                + Objects.requireNonNullElse(query.pause(), Duration.ZERO).toNanos();
    }

    /** What the reader is given of a page. */
    Batch batch(Page page) {
        List<LogRecord> taken = allowance.take(page.records());
        boolean whole = page.atTail() && taken.size() == page.records().size();
        Position tail = taken.isEmpty()
                ? Position.tail(found.view())
                : Position.of(taken.getLast().seq() + 1, taken.getLast().at());
        return new Batch(taken, whole ? tail : null);
    }

    /** On the event loop. */
    void begin() {
        if (over || exchange.response().closed()) {
            leave();
            return;
        }
        exchange.response().closeHandler(_ -> leave());
        exchange.response().exceptionHandler(_ -> leave());
        follower.follow(found.view().end());
    }

    @Override
    public boolean ready() {
        return !over;
    }

    @Override
    public void page(Page page) {
        if (!page.records().isEmpty() || page.isLast()) {
            leave();
            answer.accept(batch(page));
        }
    }

    @Override
    public void gone() {
        // Trimmed away or deleted: whoever asks again is told.
        timeUp();
    }

    @Override
    public SessionId session() {
        return pass.stream().owner();
    }

    @Override
    public void tick(long nanos) {
        if (nanos - endsAt >= 0) {
            exchange.context().runOnContext(_ -> timeUp());
        }
    }

    @Override
    public void goHome() {
        exchange.context().runOnContext(_ -> {
            if (!over) {
                Farewell.to(exchange.request());
            }
            timeUp();
        });
    }

    private void timeUp() {
        if (!over) {
            leave();
            answer.accept(new Batch(List.of(), Position.tail(found.view())));
        }
    }

    private void leave() {
        if (!over) {
            over = true;
            follower.stop();
            readers.leave(this);
        }
    }
}
