package dev.turnkeep.contracts.lifecycle;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the turns of a session say about it, kept up turn by turn: nothing here ever needs an earlier turn again.
 *
 * @param outcome of the newest turn of the main thread by event time; of two at one time, the one that came later
 * @param outcomeAt that turn's event time; null while there is none
 * @param title null until a turn has one
 */
public record Findings(
        Outcome outcome,
        @Nullable Instant outcomeAt,
        @Nullable Title title,
        ModelUsage models) {

    public static final Findings NONE = new Findings(Outcome.NONE, null, null, ModelUsage.NONE);

    /** With one turn more, in the order of arrival. */
    Findings after(TurnFacts turn, boolean late) {
        return after(turn.findings(), turn.times().eventAt(), turn.adds(), late);
    }

    /** The same of a turn that is stored. */
    public Findings after(TurnFindings shown, Instant at, Totals adds, boolean late) {
        boolean newest = shown.main() && (outcomeAt == null || !at.isBefore(outcomeAt));
        return new Findings(
                newest ? shown.outcome() : outcome,
                newest ? at : outcomeAt,
                titled(shown),
                models.plus(shown.provider(), shown.model(), shown.main(), adds, late));
    }

    private @Nullable Title titled(TurnFindings shown) {
        if (shown.harnessTitle() != null) {
            return new Title(shown.harnessTitle(), true);
        }
        if (title != null || !shown.main()) {
            return title;
        }
        String prompt = shown.prompt().title();
        return prompt == null ? null : new Title(prompt, false);
    }
}
