package dev.turnkeep.contracts.lifecycle;

import dev.turnkeep.contracts.turn.StopKind;

/** How a turn of the main thread left the work. */
public enum Outcome {
    /** There was no such turn. */
    NONE("none"),
    /** The model said all it wanted to say. */
    COMPLETED("completed"),
    /** It was cut off, refused or broke. */
    FAILED("failed"),
    /** It waits for something: the result of a tool, or to be let go on. */
    WAITING("waiting"),
    /** Nobody said how it ended. */
    UNKNOWN("unknown");

    private final String text;

    Outcome(String text) {
        this.text = text;
    }

    /** The name in storage. */
    public String text() {
        return text;
    }

    public static Outcome of(String text) {
        for (Outcome outcome : values()) {
            if (outcome.text.equals(text)) {
                return outcome;
            }
        }
        throw new IllegalArgumentException("there is no such outcome");
    }

    /** @param failed the provider's response was an error */
    public static Outcome of(StopKind kind, boolean failed) {
        if (failed) {
            return FAILED;
        }
        return switch (kind) {
            case COMPLETE, STOP_SEQUENCE -> COMPLETED;
            case LENGTH, CONTENT_FILTER, REFUSAL, ERROR -> FAILED;
            case TOOL_USE, PAUSE, CANCELLED, INCOMPLETE -> WAITING;
            case OTHER, UNKNOWN -> UNKNOWN;
        };
    }
}
