package dev.turnkeep.ingest.transcript;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.turnkeep.contracts.turn.TranscriptRecord;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The answer to a transcript that Kafka has. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "TranscriptAnswer", description = "The brokers have the transcript")
public record TranscriptAnswer(
        @Schema(required = true, enumeration = "accepted") String status,

        @Schema(required = true, description = "Always false: repetitions are recognised later, by the id")
        boolean deduped,

        @Schema(required = true) int records,

        @Schema(required = true, format = "uuid", description = "The same for every retry")
        @JsonProperty("transcript_id")
        String transcriptId,

        @JsonProperty("agent_id") @Nullable String agentId) {

    static TranscriptAnswer accepted(TranscriptRecord transcript) {
        return new TranscriptAnswer(
                "accepted", false, transcript.count(), transcript.id().toString(), transcript.agentId());
    }
}
