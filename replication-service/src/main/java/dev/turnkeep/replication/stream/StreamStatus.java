package dev.turnkeep.replication.stream;

/** What a stream does at the moment. */
public sealed interface StreamStatus {
    /** Another instance leads, or the election has not been held yet. */
    record Standby() implements StreamStatus {}

    /** It leads, and the sink makes ready; nothing is read yet. */
    record Preparing(boolean restoring) implements StreamStatus {}

    record Streaming() implements StreamStatus {}

    /** Something failed and is tried again. */
    record Failing(String reason) implements StreamStatus {}

    /** Something that an operator has to mend. */
    record Stopped(String reason) implements StreamStatus {}

    /** The service ends. */
    record Ended() implements StreamStatus {}
}
