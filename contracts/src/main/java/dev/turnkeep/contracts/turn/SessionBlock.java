package dev.turnkeep.contracts.turn;

import dev.turnkeep.contracts.id.ActorId;
import dev.turnkeep.contracts.id.AuthSubject;
import dev.turnkeep.contracts.id.ExternalId;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.json.RawJson;
import org.jspecify.annotations.Nullable;

/**
 * What the caller said about the turn's session. Absent and empty values are null; nothing here is trusted for tenancy.
 *
 * @param harness {@code unknown} when the caller named none
 * @param harnessSession the caller's own; null when it named none (the address then holds a synthetic one, or a slot)
 * @param session the friendly id of an existing session
 * @param parentHarness only with {@code parentHarnessSession}; null when the child's is to be assumed
 * @param harnessMetadata a JSON object of at most 16 KiB
 */
public record SessionBlock(
        HarnessId harness,
        @Nullable HarnessSessionId harnessSession,
        @Nullable SessionId session,
        @Nullable ExternalId external,
        @Nullable ActorId actor,
        @Nullable AuthSubject subject,
        @Nullable String harnessVersion,
        @Nullable String cwd,
        @Nullable String name,
        @Nullable HarnessId parentHarness,
        @Nullable HarnessSessionId parentHarnessSession,
        @Nullable RawJson harnessMetadata) {

    /** The block of a caller that sent none. */
    public static final SessionBlock NONE =
            new SessionBlock(HarnessId.UNKNOWN, null, null, null, null, null, null, null, null, null, null, null);
}
