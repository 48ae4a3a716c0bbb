package dev.turnkeep.session.control;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.erase.SessionPart;
import dev.turnkeep.session.store.Database.Work;
import dev.turnkeep.session.store.Statement;
import jakarta.inject.Singleton;

/** The snapshot of an erased session: that it has to go is written down with the erasure, and holds whatever crashes then. */
@Singleton
class ErasedSnapshots implements SessionPart {
    private static final String WRITE_DOWN = """
        INSERT INTO erased_snapshots (session_id, org_id, environment, erased_at, links_until, due_at)
        VALUES ($3, $1, $2, clock_timestamp(), clock_timestamp() + $4::text::interval, clock_timestamp())
        """;

    private final Snapshots snapshots;
    private final SnapshotsConfig config;

    ErasedSnapshots(Snapshots snapshots, SnapshotsConfig config) {
        this.snapshots = snapshots;
        this.config = config;
    }

    @Override
    public void erase(Work work, Scope scope, SessionId session) {
        if (snapshots.areOffered()) {
            work.rows(Statement.of(
                    WRITE_DOWN,
                    scope.org().value(),
                    scope.environment().value(),
                    session.value(),
                    config.lifetime().plus(config.uploadTime()).toString()));
        }
    }
}
