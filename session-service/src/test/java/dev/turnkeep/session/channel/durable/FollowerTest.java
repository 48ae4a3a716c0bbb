package dev.turnkeep.session.channel.durable;

import static dev.turnkeep.session.turn.ServiceOnTest.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.session.channel.log.Kind;
import dev.turnkeep.session.channel.log.LogMetrics;
import dev.turnkeep.session.channel.log.LogReader.Found;
import dev.turnkeep.session.channel.log.LogRecord;
import dev.turnkeep.session.channel.log.Page;
import dev.turnkeep.session.channel.log.StreamEnd;
import dev.turnkeep.session.channel.log.StreamView;
import dev.turnkeep.session.channel.log.Tail;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FollowerTest {
    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    /** Keeps no record, as when each is larger than what it may keep. */
    private final Tail tail = new Tail(1, 0);

    private final List<Promise<Optional<Found>>> reads = new CopyOnWriteArrayList<>();
    private final List<Page> pages = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** The wake for it comes while the follower reads, and is in vain; another may never come. */
    @Test
    void newsThatComesWhileItReadsIsNotForgotten() {
        // Given
        Follower follower =
                new Follower(context, log(), 0, sink(), new LogMetrics(new SimpleMeterRegistry()), Clock.systemUTC());
        context.runOnContext(_ -> follower.follow(end(0)));
        until("it reads", () -> reads.size() == 1);

        // When
        Page news = new Page(0, List.of(record()), 1, end(1));
        tail.saw(news);
        follower.wake();
        reads.getFirst().complete(Optional.of(found(new Page(0, List.of(), 0, end(0)))));

        // Then
        until("it reads again", () -> reads.size() == 2);
        reads.getLast().complete(Optional.of(found(news)));
        until("it has the news", () -> !pages.isEmpty());
        assertThat(pages).containsExactly(news);
    }

    private static StreamEnd end(long next) {
        return new StreamEnd(1, 0, next, false);
    }

    private static LogRecord record() {
        return new LogRecord(0, Kind.RAW, Buffer.buffer("1"), null, null, Instant.EPOCH);
    }

    private static Found found(Page page) {
        return new Found(
                new StreamView(1, 0, "application/json", 0, page.end().next(), false, false, null, null, null), page);
    }

    private Follower.Log log() {
        return new Follower.Log() {
            @Override
            public Tail join(StreamEnd stream, Tail.Waiter waiter) {
                return tail;
            }

            @Override
            public void leave(Tail left, Tail.Waiter waiter) {
                // Nobody else is there.
            }

            @Override
            public void saw(Tail of, Page page) {
                of.saw(page);
            }

            @Override
            public Future<Optional<Found>> page(Tail of, long from) {
                Promise<Optional<Found>> read = Promise.promise();
                reads.add(read);
                return read.future();
            }
        };
    }

    private Follower.Sink sink() {
        return new Follower.Sink() {
            @Override
            public boolean ready() {
                return true;
            }

            @Override
            public void page(Page page) {
                pages.add(page);
            }

            @Override
            public void gone() {
                throw new IllegalStateException("it is there");
            }
        };
    }
}
