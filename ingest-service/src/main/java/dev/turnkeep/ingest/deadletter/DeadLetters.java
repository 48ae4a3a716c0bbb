package dev.turnkeep.ingest.deadletter;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.turnkeep.contracts.turn.DeadLetter;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A part of the dead letters, as it is answered. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "DeadLetters")
public record DeadLetters(
        @Schema(required = true) List<Item> items,

        @Schema(description = "Where to go on; absent at the end. A page may be empty and not the last.")
        @JsonProperty("next_cursor")
        @Nullable
        String nextCursor) {

    /** One of them, without what was received. */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "DeadLetter")
    public record Item(
            @Schema(required = true, description = "Partition and offset, such as 3-17")
            String id,

            @Nullable String stage,

            @Schema(required = true, description = "turn or transcript")
            String kind,

            @Nullable String code,
            @Nullable String detail,
            @JsonProperty("org_id") @Nullable String orgId,
            @Nullable String environment,
            @Nullable String key,

            @Schema(description = "When the broker or the service got the original")
            @JsonProperty("received_at")
            @Nullable
            String receivedAt,

            @Schema(required = true, description = "When the letter was kept") @JsonProperty("kept_at")
            String keptAt,

            @JsonProperty("source_topic") @Nullable String sourceTopic,
            @JsonProperty("source_partition") @Nullable String sourcePartition,
            @JsonProperty("source_offset") @Nullable String sourceOffset,

            @Schema(description = "The letter that was put back before, and refused once more as this one")
            @JsonProperty("requeued_from")
            @Nullable
            String requeuedFrom,

            @Schema(required = true, description = "Of what was received")
            int bytes) {

        static Item of(Letter letter) {
            return new Item(
                    letter.id().toString(),
                    letter.header("stage"),
                    letter.isTranscript() ? "transcript" : "turn",
                    letter.header("code"),
                    letter.header("detail"),
                    letter.header("org"),
                    letter.header("environment"),
                    letter.key(),
                    letter.header(DeadLetter.APPEND_TIME),
                    letter.keptAt().toString(),
                    letter.header("source-topic"),
                    letter.header("source-partition"),
                    letter.header("source-offset"),
                    letter.header(DeadLetter.REQUEUED_FROM),
                    letter.bytes());
        }
    }

    /** {@code {"dead_letter":{...}}}. */
    @RegisterForReflection
    @Schema(name = "OneDeadLetter")
    public record One(
            @Schema(required = true) @JsonProperty("dead_letter")
            Item deadLetter) {}

    /** What became of each letter that was to be put back. */
    @RegisterForReflection
    @Schema(name = "RequeueAnswer")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Requeued(
            @Schema(required = true) List<Back> requeued,
            @Schema(required = true) List<Fault> refused,

            @Schema(description = "Where to go on; absent at the end, and where letters were named")
            @JsonProperty("next_cursor")
            @Nullable
            String nextCursor) {}

    /** A letter that is on its topic again. */
    @RegisterForReflection
    @Schema(name = "RequeuedLetter")
    public record Back(
            @Schema(required = true) String id,

            @Schema(required = true, description = "Of the turn or transcript") @JsonProperty("turn_id")
            String turnId) {}

    /** One that is not. */
    @RegisterForReflection
    @Schema(name = "RefusedLetter")
    public record Fault(
            @Schema(required = true) String id,
            @Schema(required = true) String code,
            @Schema(required = true) String detail) {}

    static DeadLetters of(DeadLetterLog.Page page) {
        return new DeadLetters(
                page.items().stream().map(Item::of).toList(),
                page.next() == null ? null : page.next().toString());
    }
}
