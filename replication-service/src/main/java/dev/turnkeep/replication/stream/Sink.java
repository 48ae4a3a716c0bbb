package dev.turnkeep.replication.stream;

import dev.turnkeep.replication.pgoutput.Lsn;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Where changes go. One thread calls {@link #begin} and {@link #write}; a sink is used by one leadership at a time, and
 * may be begun again after it was {@link #end ended}.
 */
public interface Sink {
    /**
     * Makes ready, before anything is read from the slot; may take as long as it has to. What a new slot cannot know of is
     * brought here, or begun here and finished while the stream flows.
     *
     * @throws StoppedException when only an operator can help; said loudly, and tried again much later
     * @throws Exception anything else is tried again soon
     */
    void begin(SlotStart slot) throws Exception;

    /**
     * Takes a batch and returns at once. The stage completes when every row is stored so that no crash loses it, by any
     * thread. A sink that is down is waited for: it retries for ever, within memory that the stream bounds by the batches
     * that have not completed. It completes with a failure only when trying again is of no use: the stream then starts
     * over from what is confirmed, or stops when the failure is a {@link StoppedException}.
     *
     * <p>Batches of different tables may complete in any order. The versions of the rows make a batch that comes again,
     * whole or cut otherwise, harmless.
     */
    CompletionStage<Void> write(Batch batch);

    /**
     * Up to where it is certain that what is stored stays: a sink that keeps its own record of positions says how far that is. What
     * it answers may be confirmed to the server. Asked again and again by the reader, so it returns at once.
     *
     * @param stored everything before it has completed
     * @throws IllegalStateException when the sink has lost what it had: the stream starts over
     */
    default Lsn recorded(Lsn stored) {
        return stored;
    }

    /** The same at an orderly end: takes the time to record what is stored. */
    default Lsn record(Lsn stored) {
        return recorded(stored);
    }

    /** Leadership is over: lets go of everything that {@link #begin} took. Batches that have not completed never will. */
    void end();

    /**
     * Tries what was refused, and put aside, once more.
     *
     * @throws IllegalStateException when this instance does not lead, or cannot do so at the moment
     */
    Requeued requeue();

    /** What is fetched while the stream flows; empty when nothing is missing. Asked by any thread. */
    default Optional<Restoring> restoring() {
        return Optional.empty();
    }

    /** Why rows wait, in words for an operator; empty while they flow. Asked by any thread. */
    Optional<String> trouble();
}
