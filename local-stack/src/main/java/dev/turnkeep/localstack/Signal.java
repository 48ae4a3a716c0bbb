package dev.turnkeep.localstack;

/** The signals that engines and services are sent. */
public enum Signal {
    TERM,
    INT,
    KILL,
    STOP,
    CONT
}
