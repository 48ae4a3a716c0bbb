package dev.turnkeep.ingest.batch;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.turnkeep.ingest.turn.Judgement;
import dev.turnkeep.ingest.turn.Judgement.Accepted;
import dev.turnkeep.ingest.turn.Judgement.Refused;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What became of each turn of a batch; indices count from 0. */
@RegisterForReflection
@Schema(name = "BatchAnswer", description = "The brokers have the accepted turns; each of the others says why not")
public record BatchAnswer(
        @Schema(required = true) int accepted,
        @Schema(required = true) int rejected,
        @Schema(required = true) List<Turn> turns,
        @Schema(required = true) List<Fault> errors) {

    /** An accepted turn. */
    @RegisterForReflection
    @Schema(name = "BatchTurn")
    public record Turn(
            @Schema(required = true) int index,

            @Schema(required = true, format = "uuid") @JsonProperty("turn_id")
            String turnId) {}

    /** A refused one. */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "BatchFault")
    public record Fault(
            @Schema(required = true) int index,

            @Schema(required = true, description = "As in a problem's code")
            String code,

            @Schema(required = true) String detail,
            @Nullable String field) {}

    static BatchAnswer of(List<Judgement> judgements) {
        List<Turn> turns = new ArrayList<>();
        List<Fault> errors = new ArrayList<>();
        for (int i = 0; i < judgements.size(); i++) {
            switch (judgements.get(i)) {
                case Accepted accepted ->
                    turns.add(new Turn(i, accepted.turn().id().toString()));
                case Refused refused ->
                    errors.add(new Fault(
                            i,
                            refused.why().problem().code(),
                            refused.why().detail(),
                            refused.why().field()));
            }
        }
        return new BatchAnswer(turns.size(), errors.size(), turns, errors);
    }
}
