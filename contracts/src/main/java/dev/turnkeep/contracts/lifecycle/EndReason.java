package dev.turnkeep.contracts.lifecycle;

import java.util.Locale;

/** Why an epoch ended. */
public enum EndReason {
    IDLE,
    BOUNDARY,
    REQUESTED,
    CLOSED,
    EXPIRED,
    BACKFILL;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static EndReason of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
