package dev.turnkeep.localstack;

/** A real round trip in the engine's own protocol: an open port proves nothing. */
@FunctionalInterface
public interface Ping<A> {

    /** Returns when the engine served a request; throws whatever its client throws when it did not. */
    void ping(A address) throws Exception;
}
