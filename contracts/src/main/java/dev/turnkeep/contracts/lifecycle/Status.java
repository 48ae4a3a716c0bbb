package dev.turnkeep.contracts.lifecycle;

/** How a session stands, as far as its turns tell. */
public enum Status {
    COMPLETED("completed"),
    FAILED("failed"),
    /** It ended while its agent waited for a tool's result, or for leave to go on. */
    ABANDONED("abandoned"),
    UNKNOWN("unknown");

    private final String text;

    Status(String text) {
        this.text = text;
    }

    /** The name in storage and in the API. */
    public String text() {
        return text;
    }

    /** What says "completed" is not believed when more than half of the tools' calls failed. */
    static Status of(Outcome outcome, Totals totals, State state) {
        return switch (outcome) {
            case FAILED -> FAILED;
            case COMPLETED -> 2 * totals.toolErrors() > totals.toolCalls() ? FAILED : COMPLETED;
            case WAITING -> state.over() ? ABANDONED : UNKNOWN;
            case NONE, UNKNOWN -> UNKNOWN;
        };
    }
}
