package dev.turnkeep.contracts.id;

import dev.turnkeep.contracts.problem.Invalid;
import java.util.UUID;

/** An organisation: the tenant. */
public record OrgId(UUID value) {
    /** Reads the 36-character text form; refuses anything else as field {@code org_id} (422). */
    public static OrgId parse(String text) {
        return new OrgId(Uuids.parse(text).orElseThrow(() -> Invalid.field("org_id", "must be a UUID")));
    }

    /** The 36-character lower-case text form. */
    @Override
    public String toString() {
        return value.toString();
    }
}
