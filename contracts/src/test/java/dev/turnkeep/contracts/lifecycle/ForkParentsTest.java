package dev.turnkeep.contracts.lifecycle;

import static dev.turnkeep.contracts.lifecycle.SampleTurn.CLAUDE;
import static dev.turnkeep.contracts.lifecycle.SampleTurn.CODEX;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.lifecycle.TurnFold.Placed;
import org.junit.jupiter.api.Test;

class ForkParentsTest {
    private static final HarnessId GEMINI = new HarnessId("gemini");

    private final Rows rows = new Rows();

    @Test
    void linksAChildToAParentThatCameFirst() {
        // Given
        Placed parent = rows.one(SampleTurn.of("p"));

        // When
        Placed child = rows.one(SampleTurn.of("c").childOf("p"));

        // Then
        assertThat(rows.of(child).parent()).isEqualTo(parent.session());
        assertThat(rows.of(parent).version()).isEqualTo(1);
        assertThat(rows.sessions).hasSize(2);
    }

    @Test
    void fillsThePlaceholderWhenTheChildCameFirst() {
        // Given
        Placed child = rows.one(SampleTurn.of("c").childOf("p"));
        assertThat(rows.of(CLAUDE, "p").placeholder()).isEqualTo(Placeholder.GUESSED);

        // When
        Placed parent = rows.one(SampleTurn.of("p"));

        // Then
        assertThat(rows.of(child).parent()).isEqualTo(parent.session());
        assertThat(rows.of(parent).placeholder()).isEqualTo(Placeholder.NO);
        assertThat(rows.of(parent).partition()).isZero();
        assertThat(rows.sessions).hasSize(2);
    }

    @Test
    void linksBothOrdersInOneBatch() {
        // When
        rows.batch(
                SampleTurn.of("c1").childOf("p1"),
                SampleTurn.of("p1"),
                SampleTurn.of("p2"),
                SampleTurn.of("c2").childOf("p2"));

        // Then
        assertThat(rows.of(CLAUDE, "c1").parent())
                .isEqualTo(rows.of(CLAUDE, "p1").id());
        assertThat(rows.of(CLAUDE, "c2").parent())
                .isEqualTo(rows.of(CLAUDE, "p2").id());
        assertThat(rows.sessions).hasSize(4);
    }

    @Test
    void tellsNothingOfAPlaceholder() {
        // When
        rows.one(SampleTurn.of("c").childOf("p"));

        // Then
        assertThat(rows.told()).containsExactly("session.started new");
        assertThat(rows.of(CLAUDE, "p").lifetime()).isEqualTo(Lifetime.CREATED);
    }

    @Test
    void adoptsTheOneGuessOnce() {
        // Given
        Placed child = rows.one(SampleTurn.of("c").childOf("p"));

        // When
        Placed parent = rows.one(SampleTurn.of(CODEX, "p"));
        Placed third = rows.one(SampleTurn.of(GEMINI, "p"));

        // Then
        assertThat(rows.of(child).parent()).isEqualTo(parent.session());
        assertThat(rows.of(parent).harness()).isEqualTo(CODEX);
        assertThat(rows.of(parent).partition()).isEqualTo(Session.SEVERAL_PARTITIONS);
        assertThat(third.session()).isNotEqualTo(parent.session());
    }

    @Test
    void adoptsNeitherOfTwoGuesses() {
        // Given
        rows.one(SampleTurn.of("c").childOf("p"));
        rows.one(SampleTurn.of(CODEX, "c").childOf("p"));

        // When
        Placed parent = rows.one(SampleTurn.of(GEMINI, "p"));

        // Then
        assertThat(rows.of(CLAUDE, "p").placeholder()).isEqualTo(Placeholder.GUESSED);
        assertThat(rows.of(CODEX, "p").placeholder()).isEqualTo(Placeholder.GUESSED);
        assertThat(rows.of(parent).harness()).isEqualTo(GEMINI);
    }

    @Test
    void neverAdoptsAPlaceholderWhoseHarnessWasGiven() {
        // Given
        Placed child = rows.one(SampleTurn.of("c").childOf(CODEX, "p"));

        // When
        Placed unrelated = rows.one(SampleTurn.of("p"));
        Placed parent = rows.one(SampleTurn.of(CODEX, "p"));

        // Then
        assertThat(unrelated.session()).isNotEqualTo(parent.session());
        assertThat(rows.of(child).parent()).isEqualTo(parent.session());
    }

    @Test
    void guessesTheOnlySessionWithTheKey() {
        // Given
        Placed parent = rows.one(SampleTurn.of(CODEX, "p"));

        // When
        Placed child = rows.one(SampleTurn.of("c").childOf("p"));

        // Then
        assertThat(rows.of(child).parent()).isEqualTo(parent.session());
    }

    @Test
    void takesTheParentUnderItsOwnHarnessBeforeAnyOther() {
        // Given
        rows.one(SampleTurn.of(CODEX, "p"));
        Placed own = rows.one(SampleTurn.of("p"));

        // When
        Placed child = rows.one(SampleTurn.of("c").childOf("p"));

        // Then
        assertThat(rows.of(child).parent()).isEqualTo(own.session());
    }

    @Test
    void guessesAPlaceholderWhereTwoOthersHaveTheKey() {
        // Given
        rows.one(SampleTurn.of(CODEX, "p"));
        rows.one(SampleTurn.of(GEMINI, "p"));

        // When
        Placed child = rows.one(SampleTurn.of("c").childOf("p"));

        // Then
        assertThat(rows.of(child).parent()).isEqualTo(rows.of(CLAUDE, "p").id());
        assertThat(rows.of(CLAUDE, "p").placeholder()).isEqualTo(Placeholder.GUESSED);
    }

    @Test
    void correctsAnEarlierGuessByAChildThatKnows() {
        // Given
        Placed guessing = rows.one(SampleTurn.of("c1").childOf("p"));

        // When
        Placed knowing = rows.one(SampleTurn.of("c2").childOf(CODEX, "p"));

        // Then
        assertThat(rows.of(knowing).parent()).isEqualTo(rows.of(guessing).parent());
        assertThat(rows.of(CODEX, "p").placeholder()).isEqualTo(Placeholder.GIVEN);
        assertThat(rows.sessions).hasSize(3);
    }

    @Test
    void hangsBothChildrenUnderOneRowInTheOtherOrderToo() {
        // Given
        Placed knowing = rows.one(SampleTurn.of("c2").childOf(CODEX, "p"));

        // When
        Placed guessing = rows.one(SampleTurn.of("c1").childOf("p"));

        // Then
        assertThat(rows.of(guessing).parent()).isEqualTo(rows.of(knowing).parent());
        assertThat(rows.sessions).hasSize(3);
    }

    @Test
    void staysWithItsFirstParent() {
        // Given
        Placed child = rows.one(SampleTurn.of("c").childOf("p1"));

        // When
        rows.one(SampleTurn.of("c").childOf("p2"));

        // Then
        assertThat(rows.of(child).parent()).isEqualTo(rows.of(CLAUDE, "p1").id());
        assertThat(rows.sessions).hasSize(2);
    }

    @Test
    void dropsALinkToItself() {
        // When
        Placed child = rows.one(SampleTurn.of("c").childOf("c"));

        // Then
        assertThat(rows.of(child).parent()).isNull();
        assertThat(rows.droppedLinks).isEqualTo(1);
        assertThat(rows.sessions).hasSize(1);
    }

    @Test
    void dropsTheLinkThatWouldCloseACircleInOneBatch() {
        // When
        rows.batch(
                SampleTurn.of("a").childOf("b"),
                SampleTurn.of("b").childOf("c"),
                SampleTurn.of("c").childOf("a"));

        // Then
        assertThat(rows.of(CLAUDE, "c").parent()).isNull();
        assertThat(rows.of(CLAUDE, "a").parent()).isEqualTo(rows.of(CLAUDE, "b").id());
        assertThat(rows.droppedLinks).isEqualTo(1);
    }

    @Test
    void dropsTheLinkThatWouldCloseACircleOverRowsThatAreNotLoaded() {
        // Given
        rows.one(SampleTurn.of("a").childOf("b"));
        rows.one(SampleTurn.of("b").childOf("c"));
        rows.one(SampleTurn.of("c").childOf("d"));

        // When
        rows.one(SampleTurn.of("d").childOf("a"));

        // Then
        assertThat(rows.of(CLAUDE, "d").parent()).isNull();
        assertThat(rows.droppedLinks).isEqualTo(1);
    }

    @Test
    void backfillsAPlaceholderWithALateFirstTurn() {
        // Given
        Placed child = rows.one(SampleTurn.of("c").childOf("p"));

        // When
        Placed parent = rows.one(SampleTurn.of("p").at(-60).receivedAt(0));

        // Then
        assertThat(rows.of(child).parent()).isEqualTo(parent.session());
        assertThat(rows.of(parent).placeholder()).isEqualTo(Placeholder.NO);
        assertThat(rows.of(parent).lifetime().state()).isEqualTo(State.ENDED);
    }
}
