package dev.turnkeep.session.store;

import dev.turnkeep.contracts.id.Identities;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.EventType;
import dev.turnkeep.session.store.Database.Work;
import java.time.Instant;
import java.time.ZoneOffset;

/** The event of what callers of the API make and change of a session besides its state. */
public final class Updates {
    private static final String TELL = """
            INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
            SELECT $4, s.org_id, s.environment, s.id, s.epoch, $5, $6,
                   JSON_OBJECT('session' VALUE session_snapshot(s) RETURNING json), $6
            FROM sessions s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3
            """;

    private Updates() {}

    /**
     * Writes {@code session.updated} for the row as it is now in this transaction. Lists show what ClickHouse has not heard
     * of by these events: whoever makes a row, or changes what a list can filter on, calls this.
     *
     * @param epoch the row's
     * @param version the row's, which no other event of it has
     */
    public static void tell(Work work, Scope scope, SessionId id, int epoch, long version, Instant now) {
        String type = EventType.UPDATED.text();
        work.rows(Statement.of(
                TELL,
                scope.org().value(),
                scope.environment().value(),
                id.value(),
                Identities.event(id, epoch, type, Long.toString(version)).value(),
                type,
                now.atOffset(ZoneOffset.UTC)));
    }
}
