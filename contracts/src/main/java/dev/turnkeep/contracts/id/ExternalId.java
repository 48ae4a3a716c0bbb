package dev.turnkeep.contracts.id;

/** The name that a caller of the session API gave a session: 1 to 256 characters, without NUL and lone surrogates. */
public record ExternalId(String value) {
    public ExternalId {
        IdText.checked("external_id", value, 256);
    }
}
