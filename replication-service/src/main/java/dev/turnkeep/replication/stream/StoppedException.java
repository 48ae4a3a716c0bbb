package dev.turnkeep.replication.stream;

/** Something that does not pass by itself; the message says what an operator has to do. */
public final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoppedException(String message) {
        super(message);
    }
}
