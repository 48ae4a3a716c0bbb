package dev.turnkeep.ingest.turn;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.turn.TurnRecord;
import org.jspecify.annotations.Nullable;

/** What is to become of one turn that was posted. */
public sealed interface Judgement {
    /** The provider as a label of metrics: one of those that are supported, or {@code unknown}. */
    String provider();

    /**
     * To be published.
     *
     * @param value the record in its wire form
     */
    record Accepted(TurnRecord turn, RawJson value) implements Judgement {
        @Override
        public String provider() {
            return Conversations.label(turn.provider());
        }
    }

    /**
     * To be refused, and kept as a dead letter when it is unprocessable.
     *
     * @param original what was posted
     * @param key the encoded address; null when none could be made
     */
    record Refused(
            String provider,
            Invalid why,
            RawJson original,
            @Nullable String key) implements Judgement {
        private static final int UNPROCESSABLE = 422;

        /** Whether the original has to be kept before the refusal is answered. */
        public boolean isDeadLetter() {
            return why.problem().status() == UNPROCESSABLE;
        }
    }
}
