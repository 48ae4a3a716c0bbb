package dev.turnkeep.reaper.ending;

import java.util.function.Consumer;

/** Moments between which the world may change: tests hold the reaper there. */
public enum PausePoint {
    /** A page of the index is written anew. */
    INDEXED,
    /** Candidates are known; nothing is locked. */
    SCANNED,
    /** The rows are locked; nothing else was looked at. */
    LOCKED,
    /** It is decided what ends. */
    DECIDED,
    /** The ends are written, not committed. */
    WRITTEN,
    /** The ends are committed; the index still shows the sessions. */
    COMMITTED;

    /** Nobody waits anywhere. */
    public static final Consumer<PausePoint> NONE = point -> {};
}
