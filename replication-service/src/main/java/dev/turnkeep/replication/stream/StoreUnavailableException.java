package dev.turnkeep.replication.stream;

/** A store did not answer something that was asked for once, and is not tried again by itself. */
public final class StoreUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
