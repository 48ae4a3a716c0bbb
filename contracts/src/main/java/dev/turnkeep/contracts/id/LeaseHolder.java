package dev.turnkeep.contracts.id;

/** Who keeps a session alive by a lease, in the holder's own words: 1 to 256 characters, without NUL and lone surrogates. */
public record LeaseHolder(String value) {
    public LeaseHolder {
        IdText.checked("holder", value, 256);
    }
}
