package dev.turnkeep.contracts.id;

/** The harness's own name of a session: 1 to 256 characters, without NUL and lone surrogates. */
public record HarnessSessionId(String value) {
    public HarnessSessionId {
        IdText.checked("harness_session_id", value, 256);
    }
}
