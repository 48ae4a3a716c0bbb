package dev.turnkeep.session.channel.log;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Lets so many questions through at a time; the rest wait in their order, on no thread. Of the pool of connections that they
 * go to, its queue is short, and full for everybody: one kind of questions must not take it all.
 *
 * <p>State: safe for any number of threads.
 */
final class Turns {
    private final AtomicInteger free;
    private final long patience;
    private final Queue<Question<?>> waiting = new ConcurrentLinkedQueue<>();

    /** @param patience for as long one waits for its turn */
    Turns(int atOnce, Duration patience) {
        this.free = new AtomicInteger(atOnce);
        this.patience = patience.toNanos();
    }

    private record Question<T>(Supplier<Future<T>> ask, Promise<T> answer, long until) {}

    /** Fails as {@link TooLate} when its turn does not come in time: then nothing was asked. */
    <T> Future<T> ask(Supplier<Future<T>> ask) {
        Promise<T> answer = Promise.promise();
        waiting.add(new Question<>(ask, answer, System.nanoTime() + patience));
        next();
        return answer.future();
    }

    private void next() {
        while (take()) {
            Question<?> question = waiting.poll();
            if (question != null) {
                begin(question);
            } else {
                free.incrementAndGet();
                // One may have come in between, and have found no turn.
                if (waiting.isEmpty()) {
                    return;
                }
            }
        }
    }

    private boolean take() {
        return free.getAndUpdate(turns -> turns > 0 ? turns - 1 : 0) > 0;
    }

    private <T> void begin(Question<T> question) {
        if (System.nanoTime() - question.until() >= 0) {
            free.incrementAndGet();
            question.answer().fail(new TooLate());
            return;
        }
        asked(question).onComplete(answer -> {
            free.incrementAndGet();
            question.answer().handle(answer);
            next();
        });
    }

    private static <T> Future<T> asked(Question<T> question) {
        try {
            return question.ask().get();
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    /** How many wait. */
    int waiting() {
        return waiting.size();
    }

    /** Nothing was asked: others asked too much. */
    static final class TooLate extends io.vertx.core.VertxException {
        private static final long serialVersionUID = 1L;

        TooLate() {
            super("its turn did not come", true);
        }
    }
}
