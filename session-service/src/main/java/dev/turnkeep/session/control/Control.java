package dev.turnkeep.session.control;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.Command;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.time.UuidSource;
import dev.turnkeep.session.access.Granted;
import dev.turnkeep.session.lifecycle.Lifecycle;
import dev.turnkeep.session.store.Database;
import dev.turnkeep.session.store.Database.Work;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** What is asked of one session that exists. */
@Singleton
class Control {
    private final Database database;
    private final Lifecycle lifecycle;
    private final UuidSource uuids;
    private final Clock clock;

    Control(Database database, Lifecycle lifecycle, UuidSource uuids, Clock clock) {
        this.database = database;
        this.lifecycle = lifecycle;
        this.uuids = uuids;
        this.clock = clock;
    }

    /** Which run goes on: a new one, or the one that somebody else has started meanwhile. */
    record Continued(RunId run, boolean swapped) {}

    /** The session as it is, with {@link Item#COLUMNS}. */
    Row retrieve(Granted granted, String missing) {
        return database.inOrg(granted.scope().org(), work -> found(work, granted, missing));
    }

    Row change(Granted granted, Changes changes) {
        Scope scope = granted.scope();
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return database.inOrg(scope.org(), work -> {
            Row before = found(work, granted, "Session not found");
            changes.requireName(before.getString("external_id"));
            if (changes.none()) {
                return before;
            }
            SessionId id = new SessionId(before.getUUID("id"));
            ControlStore.label(
                    work,
                    scope,
                    id,
                    changes.tags().orElse(null),
                    changes.metadata().orElse(null),
                    now);
            return ControlStore.byId(work, scope, id).orElseThrow(() -> missing("Session not found"));
        });
    }

    /** Closes it for good, unless it is closed: then it stays as it is. */
    Row close(Granted granted, @Nullable String reason) {
        Scope scope = granted.scope();
        SessionId id = new SessionId(retrieve(granted, "Session not found").getUUID("id"));
        lifecycle.command(scope, id, Command.CLOSE, reason);
        return database.inOrg(scope.org(), work -> ControlStore.byId(work, scope, id)
                .orElseThrow(() -> missing("Session not found")));
    }

    /**
     * Lets a new run follow the one that asks, if that one is still the current one.
     *
     * @throws Invalid 400 for a closed or expired session, 404 for a run that nobody knows
     */
    Continued handOver(Granted granted, HandOver wish) {
        Scope scope = granted.scope();
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        RunId next = RunId.of(uuids.next());
        return database.inOrg(scope.org(), work -> {
            Row row = found(work, granted, "Resource not found");
            SessionId id = new SessionId(row.getUUID("id"));
            if (ControlStore.handOver(work, scope, id, wish.from(), next, wish.pin(), now)) {
                ControlStore.recordRun(work, scope, id, next, wish.reason(), now);
                return new Continued(next, true);
            }
            Row current = ControlStore.byId(work, scope, id).orElseThrow(() -> missing("Resource not found"));
            requireOpen(current, now);
            String run = current.getString("current_run_id");
            if (run == null || !ControlStore.knowsRun(work, scope, wish.from())) {
                throw missing("callingRunId not found in this environment");
            }
            return new Continued(new RunId(run), false);
        });
    }

    private static void requireOpen(Row session, Instant now) {
        if (session.getOffsetDateTime("closed_at") != null) {
            throw new Invalid(Problem.MALFORMED, null, "Cannot continue a closed session");
        }
        if (session.getOffsetDateTime("expires_at") != null
                && !session.getOffsetDateTime("expires_at").toInstant().isAfter(now)) {
            throw new Invalid(Problem.MALFORMED, null, "Cannot continue an expired session");
        }
    }

    private static Row found(Work work, Granted granted, String missing) {
        return ControlStore.find(work, granted.scope(), granted.session()).orElseThrow(() -> missing(missing));
    }

    private static Invalid missing(String detail) {
        return new Invalid(Problem.NOT_FOUND, null, detail);
    }
}
