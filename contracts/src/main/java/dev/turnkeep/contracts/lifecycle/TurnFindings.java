package dev.turnkeep.contracts.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * What one turn shows about its session.
 *
 * @param thread which sub-agent spoke; null for the main thread
 * @param aside the harness asked something for itself, such as for a title: no turn of the conversation
 * @param harnessTitle a title that the harness had made; null when this turn made none
 */
public record TurnFindings(
        String provider,
        @Nullable String model,
        @Nullable String thread,
        @Nullable String agent,
        boolean aside,
        Outcome outcome,
        @Nullable String harnessTitle,
        Prompt prompt) {

    /** The first thing the user said, short enough for a title. Found only when asked for: most sessions have a title. */
    @FunctionalInterface
    public interface Prompt {
        Prompt NONE = () -> null;

        @Nullable
        String title();
    }

    /** Whether the turn is one of the conversation's own. */
    boolean main() {
        return thread == null && !aside;
    }
}
