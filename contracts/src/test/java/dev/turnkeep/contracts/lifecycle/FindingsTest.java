package dev.turnkeep.contracts.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.lifecycle.TurnFindings.Prompt;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FindingsTest {
    private static final Totals ONE = Totals.ofTurn(1, 2, 3, 4, 5, 6, 7, 8L);
    private static final Totals UNPRICED = Totals.ofTurn(1, 2, 3, 4, 5, 6, 7, null);

    @Test
    void theHarnessTitleReplacesThePromptAndOnlyANewerOneReplacesIt() {
        // When
        Findings prompt = Findings.NONE.after(turn(1, "m", null, null, "first prompt"), false);
        Findings harness = prompt.after(turn(2, "m", null, "Parser fix", null), false);
        Findings later = harness.after(turn(3, "m", null, null, "another prompt"), false);
        Findings newer = later.after(turn(4, "m", null, "Lexer fix", null), false);

        // Then
        assertThat(prompt.title()).isEqualTo(new Title("first prompt", false));
        assertThat(harness.title()).isEqualTo(new Title("Parser fix", true));
        assertThat(later.title()).isEqualTo(new Title("Parser fix", true));
        assertThat(newer.title()).isEqualTo(new Title("Lexer fix", true));
    }

    @Test
    void theFirstPromptStays() {
        // When
        Findings findings = Findings.NONE
                .after(turn(1, "m", null, null, "first"), false)
                .after(turn(2, "m", null, null, "second"), false);

        // Then
        assertThat(findings.title()).isEqualTo(new Title("first", false));
    }

    @Test
    void aSubAgentSpeaksForItselfOnly() {
        // When
        Findings findings = Findings.NONE.after(turn(1, "m", "t-1", null, "a task"), false);

        // Then
        assertThat(findings.title()).isNull();
        assertThat(findings.outcome()).isEqualTo(Outcome.NONE);
        assertThat(findings.models().models()).hasSize(1);
        assertThat(findings.models().mainModel()).isEqualTo("m");
    }

    @Test
    void theMainModelIsThatOfMostTurnsOfTheMainThread() {
        // When
        Findings findings = Findings.NONE
                .after(turn(1, "small", "t-1", null, null), false)
                .after(turn(2, "small", "t-1", null, null), false)
                .after(turn(3, "large", null, null, null), false);

        // Then
        assertThat(findings.models().mainModel()).isEqualTo("large");
    }

    @Test
    void modelsBeyondTheBoundAreCountedTogether() {
        // When
        ModelUsage usage = ModelUsage.NONE;
        for (int i = 0; i < ModelUsage.MOST + 3; i++) {
            usage = usage.plus("openai", "m-" + i, true, ONE, false);
        }
        usage = usage.plus("openai", "m-0", true, ONE, true);

        // Then
        assertThat(usage.models()).hasSize(ModelUsage.MOST + 1);
        assertThat(usage.models().getFirst().totals().turns()).isEqualTo(2);
        assertThat(usage.models().getFirst().totals().lateTurns()).isEqualTo(1);
        assertThat(usage.models().getLast().provider()).isEqualTo(ModelUsage.OTHERS);
        assertThat(usage.models().getLast().totals().turns()).isEqualTo(3);
    }

    @Test
    void anotherPriceChangesTheModelsCostAndNothingElse() {
        // Given
        ModelUsage usage = ModelUsage.NONE.plus("openai", "m", true, UNPRICED, false);

        // When
        ModelUsage repriced = usage.repriced("openai", "m", 8, -1);

        // Then
        assertThat(repriced).isEqualTo(ModelUsage.NONE.plus("openai", "m", true, ONE, false));
    }

    @Property
    void whatIsStoredIsReadAgain(@ForAll @IntRange(max = 40) int turns) {
        // Given
        ModelUsage usage = ModelUsage.NONE;
        for (int i = 0; i < turns; i++) {
            usage = usage.plus(
                    "p", i % 3 == 0 ? null : "m\"\\ " + i, i % 2 == 0, i % 5 == 0 ? UNPRICED : ONE, i % 7 == 0);
        }

        // Then
        assertThat(ModelUsageJson.parse(ModelUsageJson.write(usage))).isEqualTo(usage);
    }

    @ParameterizedTest
    @CsvSource({
        "COMPLETED, OPEN, 10, 5, COMPLETED",
        "COMPLETED, ENDED, 10, 6, FAILED",
        "FAILED, OPEN, 10, 0, FAILED",
        "WAITING, OPEN, 10, 0, UNKNOWN",
        "WAITING, SUSPENDED, 10, 0, UNKNOWN",
        "WAITING, ENDED, 10, 0, ABANDONED",
        "WAITING, CLOSED, 10, 0, ABANDONED",
        "UNKNOWN, ENDED, 0, 0, UNKNOWN",
        "NONE, CREATED, 0, 0, UNKNOWN"
    })
    void theStatusFollowsFromTheNewestTurnAndTheState(
            Outcome outcome, State state, long calls, long errors, Status status) {
        assertThat(Status.of(outcome, Totals.ofTurn(0, 0, 0, 0, 0, calls, errors, 0L), state))
                .isEqualTo(status);
    }

    private static TurnFacts turn(
            int number, String model, @Nullable String thread, @Nullable String harnessTitle, @Nullable String prompt) {
        TurnFacts sample = SampleTurn.of("s").at(number).facts(number);
        Prompt said = prompt == null ? Prompt.NONE : () -> prompt;
        return new TurnFacts(
                sample.id(),
                sample.address(),
                sample.synthetic(),
                sample.times(),
                sample.labels(),
                sample.parent(),
                sample.adds(),
                new TurnFindings(
                        "openai", model, thread, null, harnessTitle != null, Outcome.COMPLETED, harnessTitle, said),
                sample.partition());
    }
}
