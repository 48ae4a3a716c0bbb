package dev.turnkeep.contracts.lifecycle;

/** Whether a row stands for a fork's parent that has not sent a turn yet, and how sure its harness is. */
public enum Placeholder {
    /** A session. */
    NO,
    /** The child named the parent's harness: only a turn under that very key fills the row. */
    GIVEN,
    /** The child's own harness was assumed: the first turn under the same session key in another harness adopts it. */
    GUESSED
}
