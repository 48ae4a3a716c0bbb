package dev.turnkeep.contracts.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a session is to be ended because it is idle: decided on its locked row and on what was looked up after. */
public sealed interface IdleVerdict {
    /** Its idle timeout is over, as far as every turn of it is known. */
    record End() implements IdleVerdict {}

    /** Its time has come, but something keeps it. */
    record Kept(Veto veto) implements IdleVerdict {}

    /** There was a turn meanwhile, or the timeout changed. */
    record NotDue(Instant deadline) implements IdleVerdict {}

    /** No epoch is open: there is nothing to end. */
    record NotOpen() implements IdleVerdict {}

    /**
     * @param lastReceivedAt the append time of the last turn; null when there never was one in time
     * @param held what keeps it, such as a lease; null for nothing
     * @param now the reaper's time: it only ever delays an end, since the watermark must have passed the deadline too
     */
    static IdleVerdict of(
            State state,
            @Nullable Instant lastReceivedAt,
            @Nullable Integer partition,
            Duration idle,
            @Nullable Veto held,
            Watermarks watermarks,
            Instant now) {
        if (state == State.SUSPENDED) {
            return new Kept(Veto.SUSPENDED);
        }
        if (state != State.OPEN || lastReceivedAt == null) {
            return new NotOpen();
        }
        if (!Idle.exceeded(lastReceivedAt, now, idle)) {
            return new NotDue(lastReceivedAt.plus(idle));
        }
        if (held != null) {
            return new Kept(held);
        }
        Optional<Instant> through = watermarks.of(partition, lastReceivedAt);
        return through.isPresent() && Idle.exceeded(lastReceivedAt, through.get(), idle)
                ? new End()
                : new Kept(Veto.WATERMARK);
    }
}
