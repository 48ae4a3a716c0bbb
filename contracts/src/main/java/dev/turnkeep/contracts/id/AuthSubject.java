package dev.turnkeep.contracts.id;

/** Who the caller's gateway says is speaking: 1 to 256 characters, without NUL and lone surrogates. */
public record AuthSubject(String value) {
    public AuthSubject {
        IdText.checked("auth_subject", value, 256);
    }
}
