package dev.turnkeep.reaper.check;

import java.util.Locale;

/** What holds of the whole system at any moment. */
public enum Invariant {
    /** Every epoch was started once, and ended once unless it is open. */
    EPOCHS,
    /** The totals on a session are the sums over its turns. */
    TOTALS,
    /** The leaf node of every turn is stored. */
    LEAVES,
    /** No open session is missing from the liveness index for longer than two sweeps. */
    INDEXED,
    /** No session that nothing keeps is open although nothing has kept it for three runs of reap. */
    OVERDUE,
    /** There is no session that could not be ended again and again. */
    DEAD_LETTERS,
    /** Every event that was written long enough ago is stored by all streams: their watermarks are beyond it. */
    PUBLISHED;

    /** The name in metrics and reports. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
