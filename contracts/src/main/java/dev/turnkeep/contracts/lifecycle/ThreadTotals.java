package dev.turnkeep.contracts.lifecycle;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A sub-agent's part in a session. Parts add up in any grouping, so a batch's sum can be added to what is stored unread.
 *
 * @param agent and model: of the last turn that named one
 * @param startedAt the least event time of its turns, late ones included
 * @param lastEventAt the greatest
 */
public record ThreadTotals(
        @Nullable String agent, @Nullable String model, Totals totals, Instant startedAt, Instant lastEventAt) {

    /** One turn's part. */
    public static ThreadTotals of(TurnFindings shown, Instant at, Totals adds, boolean late) {
        return new ThreadTotals(shown.agent(), shown.model(), Totals.ZERO.plus(adds, late), at, at);
    }

    /** With what came later. */
    public ThreadTotals and(ThreadTotals later) {
        return new ThreadTotals(
                later.agent == null ? agent : later.agent,
                later.model == null ? model : later.model,
                totals.and(later.totals),
                later.startedAt.isBefore(startedAt) ? later.startedAt : startedAt,
                later.lastEventAt.isAfter(lastEventAt) ? later.lastEventAt : lastEventAt);
    }
}
