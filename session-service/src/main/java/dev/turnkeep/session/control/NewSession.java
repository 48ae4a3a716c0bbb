package dev.turnkeep.session.control;

import dev.turnkeep.contracts.id.ExternalId;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A session as a caller wants it.
 *
 * @param harness with its session id where turns of that harness are to be this session's
 */
record NewSession(
        String type,
        @Nullable ExternalId external,
        String task,
        TriggerConfig config,
        List<String> tags,
        Optional<String> metadata,
        @Nullable Instant expiresAt,
        @Nullable HarnessKey harness) {
    static final int TAGS = 10;
    static final int TAG = 128;

    private static final int TYPE = 64;
    private static final int TASK = 128;
    private static final int EXTERNAL = 256;
    private static final String RESERVED_TYPE = "ingest";

    /** What a harness calls a session. */
    record HarnessKey(HarnessId harness, HarnessSessionId session) {}

    static NewSession of(Fields fields, Instant now) {
        String type = fields.text("type", 1, TYPE);
        if (type.equals(RESERVED_TYPE)) {
            throw Fields.refused("type", "'ingest' is the type of sessions that turns have made");
        }
        ExternalId external = fields.optionalText("externalId", 0, Integer.MAX_VALUE)
                .map(NewSession::external)
                .orElse(null);
        String task = fields.text("taskIdentifier", 1, TASK);
        TriggerConfig config = fields.nested("triggerConfig")
                .map(TriggerConfig::of)
                .orElseThrow(() -> Fields.refused("triggerConfig", "Required"));
        Instant expiresAt = fields.time("expiresAt").orElse(null);
        if (expiresAt != null && !expiresAt.isAfter(now)) {
            throw new Invalid(Problem.UNPROCESSABLE, "expiresAt", "expiresAt: must be in the future");
        }
        return new NewSession(
                type,
                external,
                task,
                config,
                fields.texts("tags", TAGS, TAG).orElse(List.of()),
                fields.json("metadata"),
                expiresAt,
                harness(fields));
    }

    /** Trimmed; an id of ours is no name, because every request would take it for the id. */
    static ExternalId external(String text) {
        String trimmed = text.strip();
        if (trimmed.isEmpty() || trimmed.length() > EXTERNAL) {
            throw Fields.refused("externalId", "1.." + EXTERNAL + " characters");
        }
        if (trimmed.startsWith("session_")) {
            throw Fields.refused(
                    "externalId", "cannot start with 'session_' (reserved prefix for internal friendlyIds)");
        }
        return new ExternalId(trimmed);
    }

    private static @Nullable HarnessKey harness(Fields fields) {
        Optional<String> harness = fields.optionalText("harnessId", 1, 128);
        Optional<String> session = fields.optionalText("harnessSessionId", 1, 256);
        if (harness.isPresent() != session.isPresent()) {
            throw Fields.refused(harness.isPresent() ? "harnessSessionId" : "harnessId", "both or neither");
        }
        return harness.isEmpty()
                ? null
                : new HarnessKey(new HarnessId(harness.get()), new HarnessSessionId(session.orElseThrow()));
    }
}
