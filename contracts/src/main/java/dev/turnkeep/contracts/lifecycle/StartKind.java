package dev.turnkeep.contracts.lifecycle;

import java.util.Locale;

/** Why an epoch started. */
public enum StartKind {
    NEW,
    BOUNDARY,
    REOPEN,
    BACKFILL;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
