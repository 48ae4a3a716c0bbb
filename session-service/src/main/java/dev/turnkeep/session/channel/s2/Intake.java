package dev.turnkeep.session.channel.s2;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What has come of one writer's batches and is not written yet, counted as it comes: the beginning of a frame costs no less
 * than a whole one.
 *
 * <p>State: confined to the request's event loop.
 */
final class Intake {
    private final FrameReader frames = new FrameReader();
    private final Deque<AppendInput> waiting = new ArrayDeque<>();
    private final Budget budget;
    private final SessionId session;
    /** In bytes: of the batches that wait or are being written. */
    private long whole;
    /** Of those, and of the frame that is not whole. */
    private long held;

    Intake(Budget budget, SessionId session) {
        this.budget = budget;
        this.session = session;
    }

    /**
     * Takes what came. After it has thrown it takes no more; what was whole before waits all the same.
     *
     * @return whether it made a batch whole
     * @throws Refused (400), {@link dev.turnkeep.contracts.problem.Invalid} (422) for what is no batch
     * @throws RetryLater (503) when too much is held already
     */
    boolean add(Buffer chunk) {
        boolean some = false;
        try {
            frames.add(chunk);
            count();
            for (Buffer message = frames.next(); message != null; message = frames.next()) {
                AppendInput input = Proto.input(message);
                long size = Group.size(input);
                whole += size;
                try {
                    count();
                } catch (RetryLater e) {
                    whole -= size;
                    throw e;
                }
                waiting.add(input);
                some = true;
            }
            return some;
        } catch (RuntimeException e) {
            frames.clear();
            count();
            throw e;
        }
    }

    private void count() {
        long now = whole + frames.length();
        if (now > held && !budget.hold(session, now - held)) {
            throw new RetryLater(Problem.OVERLOADED, "too much waits to be written", Duration.ofSeconds(1));
        }
        budget.release(session, held - now);
        held = now;
    }

    boolean hasBatch() {
        return !waiting.isEmpty();
    }

    /** The next ones that are written together, which count until it is told that they are. */
    List<AppendInput> next() {
        return Group.next(waiting);
    }

    void written(List<AppendInput> inputs) {
        whole -= inputs.stream().mapToLong(Group::size).sum();
        count();
    }

    /** Of whole batches, in bytes. */
    long whole() {
        return whole;
    }

    /** Whether the beginning of a frame has come, and not its end. */
    boolean hasPart() {
        return frames.length() > 0;
    }

    /** What waits is not wanted any more; what is being written still counts. */
    void forget() {
        whole -= waiting.stream().mapToLong(Group::size).sum();
        waiting.clear();
        frames.clear();
        count();
    }
}
