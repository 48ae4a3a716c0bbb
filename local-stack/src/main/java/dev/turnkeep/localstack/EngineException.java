package dev.turnkeep.localstack;

/** An engine could not be started, stopped or reached; the message says which, why, and shows the end of its log. */
public final class EngineException extends RuntimeException {

    public EngineException(String message) {
        super(message);
    }

    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
