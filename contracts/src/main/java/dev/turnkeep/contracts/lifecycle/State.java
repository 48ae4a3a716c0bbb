package dev.turnkeep.contracts.lifecycle;

import java.util.Locale;

/** The states of a session. */
public enum State {
    /** Epoch 0: made by the API or as a fork's placeholder, no turn yet. */
    CREATED,
    OPEN,
    /** Parked: neither reaped nor retired; a turn resumes it in the same epoch. */
    SUSPENDED,
    ENDED,
    /** Final: turns that still come are stored as late. */
    CLOSED,
    /** Its keys are free again; the history stays. */
    RETIRED;

    /** The name in storage and on the wire. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static State of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** Whether an epoch is open: a suspended one counts as open. */
    public boolean live() {
        return this == OPEN || this == SUSPENDED;
    }

    /** Whether an epoch has been and none is open. */
    public boolean over() {
        return this == ENDED || this == CLOSED || this == RETIRED;
    }
}
