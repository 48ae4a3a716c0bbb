package dev.turnkeep.replication.pgoutput;

/** A message that is not what the protocol says. Nothing of it may be used. */
public final class CorruptMessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Lsn at;

    public CorruptMessageException(Lsn at, String what) {
        super("corrupt replication message at " + at + ": " + what);
        this.at = at;
    }

    /** Where in the log it is. */
    public Lsn at() {
        return at;
    }
}
