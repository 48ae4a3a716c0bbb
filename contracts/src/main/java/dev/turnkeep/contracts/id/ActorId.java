package dev.turnkeep.contracts.id;

/** The person or device behind a caller that knows no session id: 1 to 256 characters, without NUL and lone surrogates. */
public record ActorId(String value) {
    public ActorId {
        IdText.checked("actor_id", value, 256);
    }
}
