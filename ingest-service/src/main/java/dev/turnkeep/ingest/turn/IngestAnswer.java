package dev.turnkeep.ingest.turn;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.turnkeep.contracts.id.TurnAddress;
import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.id.TurnAddress.ByExternalId;
import dev.turnkeep.contracts.id.TurnAddress.ById;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import dev.turnkeep.contracts.turn.TurnRecord;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The answer to a turn that Kafka has. */
@RegisterForReflection
@Schema(name = "IngestAnswer", description = "The brokers have the turn")
public record IngestAnswer(
        @Schema(enumeration = "accepted", required = true) String status,

        @Schema(required = true, format = "uuid", description = "The same for every retry of the turn")
        @JsonProperty("turn_id")
        String turnId,

        @Schema(required = true) Posted session) {

    /** What the turn was posted under: the members of its address, and no others. */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "PostedUnder", description = "The names that the turn was posted under")
    public record Posted(
            @JsonProperty("harness_id") @Nullable String harnessId,
            @JsonProperty("harness_session_id") @Nullable String harnessSessionId,
            @JsonProperty("actor_id") @Nullable String actorId,
            @JsonProperty("session_id") @Nullable String sessionId,
            @JsonProperty("external_id") @Nullable String externalId) {

        static Posted under(TurnAddress address) {
            return switch (address) {
                case SessionKey key ->
                    new Posted(key.harness().value(), key.harnessSession().value(), null, null, null);
                case ActorSlot slot ->
                    new Posted(slot.harness().value(), null, slot.actor().value(), null, null);
                case ById byId -> new Posted(null, null, null, byId.session().friendly(), null);
                case ByExternalId named ->
                    new Posted(null, null, null, null, named.external().value());
            };
        }
    }

    static IngestAnswer accepted(TurnRecord turn) {
        return new IngestAnswer("accepted", turn.id().toString(), Posted.under(turn.address()));
    }
}
