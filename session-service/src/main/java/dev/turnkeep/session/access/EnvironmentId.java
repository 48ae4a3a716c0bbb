package dev.turnkeep.session.access;

import dev.turnkeep.contracts.id.Uuids;
import java.util.Optional;
import java.util.UUID;

/** An environment's id: the subject of public tokens. It leads to the keys that may have signed them. */
public record EnvironmentId(UUID value) {
    static Optional<EnvironmentId> parse(String text) {
        return Uuids.parse(text).map(EnvironmentId::new);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
