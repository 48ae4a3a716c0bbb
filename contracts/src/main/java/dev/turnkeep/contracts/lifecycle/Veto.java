package dev.turnkeep.contracts.lifecycle;

import java.util.Locale;

/** What keeps a session alive, or from being retired, although its time has come. */
public enum Veto {
    /** Somebody holds a lease. */
    LEASE,
    /** Something was written to one of its channels, no longer ago than its idle timeout. */
    CHANNEL,
    /** It is parked. */
    SUSPENDED,
    /** Turns of it may still wait in Kafka, or it is unknown whether they do. */
    WATERMARK,
    /** Whether there is a veto could not be found out, or ending it failed lately. */
    ERROR;

    /** The name in metrics and reports. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
