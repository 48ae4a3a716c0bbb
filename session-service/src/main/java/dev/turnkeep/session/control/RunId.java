package dev.turnkeep.session.control;

import dev.turnkeep.contracts.id.SessionId;
import java.util.UUID;

/** A run of a task. Turnkeep runs none: it hands out the names under which others do. */
record RunId(String value) {
    private static final String PREFIX = "run_";

    /** {@code run_} and the 26 characters that a friendly id would have. */
    static RunId of(UUID id) {
        String friendly = new SessionId(id).friendly();
        return new RunId(PREFIX + friendly.substring(friendly.indexOf('_') + 1));
    }
}
