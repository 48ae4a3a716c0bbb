package dev.turnkeep.contracts.lifecycle;

/** The types of session events. */
public enum EventType {
    STARTED("session.started"),
    ENDED("session.ended"),
    SUSPENDED("session.suspended"),
    RESUMED("session.resumed"),
    CLOSED("session.closed"),
    EXPIRED("session.expired"),
    RETIRED("session.retired"),
    UPDATED("session.updated"),
    DELETED("session.deleted"),
    TURN_LATE("turn.late");

    private final String text;

    EventType(String text) {
        this.text = text;
    }

    /** The name in storage; on Kafka it follows {@code dev.turnkeep.}. */
    public String text() {
        return text;
    }
}
