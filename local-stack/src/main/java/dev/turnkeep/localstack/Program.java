package dev.turnkeep.localstack;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What differs between the engines that run as a process of ours: how it is prepared, run, asked and ended. */
public interface Program<A> extends Ping<A> {

    String name();

    A address();

    /** The ports it will listen on, to say which one is taken before it fails in its own words. */
    List<Integer> ports();

    /** Makes the data folder ready: called before every start, creates only what is missing. */
    void prepare(Path folder) throws IOException;

    List<String> command(Path folder);

    /** The signal of a clean and quick shutdown. */
    default Signal shutdown() {
        return Signal.TERM;
    }
}
