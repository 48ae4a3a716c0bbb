package dev.turnkeep.localstack;

/**
 * One real server that tests and runs talk to. Its address never changes, whatever happens to the process, so that
 * clients reconnect after a strike as they would to a real server.
 *
 * <p>An engine that was given from outside ({@link Sources.External}) cannot be struck: {@link #kill}, {@link
 * #suspend} and {@link #resume} throw {@link UnsupportedOperationException}, and {@link #stop} leaves it alone.
 *
 * @param <A> the kind of its address
 */
public interface Engine<A> extends AutoCloseable {

    /** For messages: {@code kafka}, {@code postgres}, {@code redis}. */
    String name();

    A address();

    /**
     * Starts it, on the data it left behind if there is any, and returns when it has answered a real request. No-op
     * when it is running.
     *
     * @throws EngineException when it dies or does not answer in time; the message carries the tail of its log
     */
    A start();

    /** Asks it to shut down cleanly, kills it when it does not in time. No-op when it is not running. */
    void stop();

    /** SIGKILL for every process of it; returns when they are gone. {@link #start} brings it back with its data. */
    void kill();

    /** SIGSTOP for every process of it: it holds its connections and answers nothing. */
    void suspend();

    /** SIGCONT: undoes {@link #suspend}. */
    void resume();

    boolean running();

    /** Same as {@link #stop}. */
    @Override
    default void close() {
        stop();
    }
}
