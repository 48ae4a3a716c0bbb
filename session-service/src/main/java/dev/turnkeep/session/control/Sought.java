package dev.turnkeep.session.control;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.control.NewSession.HarnessKey;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** A session that a create has come upon, under its row lock. */
record Sought(
        SessionId id,
        boolean placeholder,
        String harness,
        @Nullable String harnessSession,
        @Nullable String external,
        String type,
        String task,
        boolean closed,
        @Nullable Instant expiresAt,
        @Nullable String run) {
    static final String COLUMNS = """
            s.id, s.is_placeholder, s.harness_id, s.harness_session_id, s.external_id, s.type, s.task_identifier,
            s.closed_at IS NOT NULL OR s.retired_at IS NOT NULL AS closed, s.expires_at, s.current_run_id""";

    private static final String INGEST = "ingest";

    static Sought of(Row row) {
        OffsetDateTime expiresAt = row.getOffsetDateTime("expires_at");
        return new Sought(
                new SessionId(row.getUUID("id")),
                row.getBoolean("is_placeholder"),
                row.getString("harness_id"),
                row.getString("harness_session_id"),
                row.getString("external_id"),
                row.getString("type"),
                row.getString("task_identifier"),
                row.getBoolean("closed"),
                expiresAt == null ? null : expiresAt.toInstant(),
                row.getString("current_run_id"));
    }

    /** Whether turns made it and nobody has created it yet. */
    boolean unclaimed() {
        return placeholder || type.equals(INGEST);
    }

    /** 409 for a session of turns, which is claimed under its harness's name only. */
    void requireClaimed() {
        if (unclaimed()) {
            throw conflict("Session exists with another type or taskIdentifier");
        }
    }

    /** 409 for one that was found by its external id, and that turns of another name go to. */
    void requireFree(HarnessKey key) {
        if (harnessSession != null) {
            throw conflict("the session has another harnessSessionId");
        }
        if (!harness.equals(CreateStore.NO_HARNESS)
                && !harness.equals(key.harness().value())) {
            throw conflict("the session is of another harness");
        }
    }

    /** 409 unless it is what is wanted, and goes on. */
    void require(NewSession wanted, Instant now) {
        if (!unclaimed() && (!type.equals(wanted.type()) || !task.equals(wanted.task()))) {
            throw conflict("Session exists with another type or taskIdentifier");
        }
        if (closed) {
            throw conflict("Session is closed; use a different externalId to start a new session");
        }
        if (expiresAt != null && !expiresAt.isAfter(now)) {
            throw conflict("Session is expired; use a different externalId to start a new session");
        }
    }

    static Invalid conflict(String detail) {
        return new Invalid(Problem.CONFLICT, null, detail);
    }
}
