package dev.turnkeep.contracts.lifecycle;

import static dev.turnkeep.contracts.lifecycle.SampleTurn.IDLE;
import static dev.turnkeep.contracts.lifecycle.SampleTurn.MICRO;
import static dev.turnkeep.contracts.lifecycle.SampleTurn.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.lifecycle.TurnFold.Placed;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ActorSlotTest {
    private final Rows rows = new Rows();

    @Test
    void extendsAtAGapOfTheTimeoutAndStartsAnewBeyond() {
        // Given
        Placed first = rows.one(SampleTurn.ofActor("ada").saidBy("old"));

        // When
        Placed extended = rows.one(SampleTurn.ofActor("ada").at(IDLE));
        Placed beyond = rows.one(
                SampleTurn.ofActor("ada").saidBy("new").at(IDLE.plus(IDLE).plus(MICRO)));

        // Then
        assertThat(extended.session()).isEqualTo(first.session());
        assertThat(beyond.session()).isNotEqualTo(first.session());
        assertThat(rows.of(first).lifetime().endedAt()).isEqualTo(NOON.plus(IDLE));
        assertThat(rows.of(first).lifetime().endReason()).isEqualTo(EndReason.BOUNDARY);
        assertThat(rows.told())
                .containsExactly("session.started new", "session.ended boundary", "session.started boundary");
    }

    @Test
    void tellsTheEndOfTheSessionThatEnded() {
        // Given
        Placed first = rows.one(SampleTurn.ofActor("ada").saidBy("old"));
        rows.one(SampleTurn.ofActor("ada").saidBy("new").at(Duration.ofHours(1)));

        // When
        SessionEvent ended = rows.events.get(1);

        // Then
        assertThat(ended.session()).isEqualTo(rows.of(first));
        assertThat(ended.occurredAt()).isEqualTo(NOON);
        assertThat(ended.session().labels().subject()).hasToString("AuthSubject[value=old]");
        assertThat(ended.session().totals().turns()).isEqualTo(1);
    }

    @Test
    void drawsSeveralBoundariesInOneBatch() {
        // When
        TurnFold.Result result = rows.batch(
                SampleTurn.ofActor("ada").at(0),
                SampleTurn.ofActor("ada").at(60),
                SampleTurn.ofActor("ada").at(61),
                SampleTurn.ofActor("ada").at(120));

        // Then
        assertThat(result.inserted()).hasSize(3).allSatisfy(s -> assertThat(s.version())
                .isEqualTo(1));
        assertThat(result.updated()).isEmpty();
        assertThat(result.inserted()).extracting(s -> s.totals().turns()).containsExactly(1L, 2L, 1L);
        assertThat(rows.told())
                .containsExactly(
                        "session.started new",
                        "session.ended boundary",
                        "session.started boundary",
                        "session.ended boundary",
                        "session.started boundary");
    }

    @Test
    void startsANewSessionBeyondTheFenceOfAnIdleEnd() {
        // Given
        Placed first = rows.one(SampleTurn.ofActor("ada"));
        rows.endIdle(first.session());

        // When
        Placed late = rows.one(SampleTurn.ofActor("ada").at(IDLE));
        Placed next = rows.one(SampleTurn.ofActor("ada").at(IDLE.plus(MICRO)));

        // Then
        assertThat(late.session()).isEqualTo(first.session());
        assertThat(next.session()).isNotEqualTo(first.session());
        assertThat(rows.of(first).lifetime().epoch()).isEqualTo(1);
        assertThat(rows.told())
                .containsExactly("session.started new", "session.ended idle", "turn.late", "session.started new");
    }

    @Test
    void resumesItsSuspendedSessionWhateverTheGap() {
        // Given
        Placed first = rows.one(SampleTurn.ofActor("ada"));
        rows.suspend(first.session(), NOON);

        // When
        Placed resumed = rows.one(SampleTurn.ofActor("ada").at(Duration.ofDays(9)));

        // Then
        assertThat(resumed.session()).isEqualTo(first.session());
        assertThat(rows.told()).containsExactly("session.started new", "session.resumed");
    }

    @Test
    void startsANewSessionAfterAClose() {
        // Given
        Placed first = rows.one(SampleTurn.ofActor("ada"));
        rows.close(first.session(), NOON.plusSeconds(60));

        // When
        Placed before = rows.one(SampleTurn.ofActor("ada").at(1));
        Placed after = rows.one(SampleTurn.ofActor("ada").at(2));

        // Then
        assertThat(before.session()).isEqualTo(first.session());
        assertThat(before.late()).isTrue();
        assertThat(after.session()).isNotEqualTo(first.session());
        assertThat(rows.of(first).lifetime().state()).isEqualTo(State.CLOSED);
    }

    @Test
    void extendsBackwardsUpToTheTimeoutBeforeItsStart() {
        // Given
        Placed first = rows.one(SampleTurn.ofActor("ada").at(40));

        // When
        Placed earlier =
                rows.one(SampleTurn.ofActor("ada").at(Duration.ofMinutes(30)).receivedAt(41));

        // Then
        assertThat(earlier.session()).isEqualTo(first.session());
        assertThat(earlier.late()).isFalse();
        assertThat(rows.of(first).lifetime().startedAt()).isEqualTo(NOON.plus(Duration.ofMinutes(30)));
    }

    @Test
    void givesALateTurnToTheNewestSessionThatHadStarted() {
        // Given
        Placed first = rows.one(SampleTurn.ofActor("ada").at(0));
        Placed second = rows.one(SampleTurn.ofActor("ada").at(120));
        Placed third = rows.one(SampleTurn.ofActor("ada").at(240));

        // When
        Placed early = rows.one(SampleTurn.ofActor("ada").at(100).receivedAt(241));
        Placed middle = rows.one(SampleTurn.ofActor("ada").at(121).receivedAt(241));
        Placed near = rows.one(SampleTurn.ofActor("ada").at(220).receivedAt(241));

        // Then
        assertThat(early.session()).isEqualTo(first.session());
        assertThat(middle.session()).isEqualTo(second.session());
        assertThat(near.session()).isEqualTo(third.session());
        assertThat(rows.placed.subList(3, 6)).allMatch(Placed::late);
        assertThat(rows.sessions).hasSize(3);
    }

    @Test
    void backfillsWhatCameBeforeAllSessions() {
        // Given
        rows.one(SampleTurn.ofActor("ada").at(0));

        // When
        Placed before = rows.one(SampleTurn.ofActor("ada").at(-60).receivedAt(1));
        Placed joined = rows.one(SampleTurn.ofActor("ada").at(-80).receivedAt(1));
        Placed farther = rows.one(SampleTurn.ofActor("ada").at(-111).receivedAt(1));

        // Then
        assertThat(joined.session()).isEqualTo(before.session());
        assertThat(rows.of(before).lifetime().startedAt()).isEqualTo(NOON.minus(Duration.ofMinutes(80)));
        assertThat(rows.of(before).lifetime().endedAt()).isEqualTo(NOON.minus(Duration.ofMinutes(60)));
        assertThat(farther.session()).isNotEqualTo(before.session());
        assertThat(rows.sessions).hasSize(3);
    }

    /** A fence of end + idle would swallow the conversation that goes on right after the replayed past. */
    @Test
    void startsTheLiveConversationRightAfterABackfill() {
        // Given
        Placed replayed = rows.one(SampleTurn.ofActor("ada").at(-16).receivedAt(0));

        // When
        Placed live = rows.one(SampleTurn.ofActor("ada").at(0));

        // Then
        assertThat(live.session()).isNotEqualTo(replayed.session());
        assertThat(live.late()).isFalse();
    }

    /** Before the end the turn would have extended the session backwards: the end does not make it a session of its own. */
    @Test
    void givesATurnFromJustBeforeAnEndedSessionToThatSession() {
        // Given
        Placed old = rows.one(SampleTurn.ofActor("ada").at(Duration.ofDays(-1)));
        Placed ended = rows.one(SampleTurn.ofActor("ada").at(10));
        rows.endRequested(ended.session(), NOON.plus(Duration.ofMinutes(11)));

        // When
        Placed earlier = rows.one(SampleTurn.ofActor("ada").at(8).receivedAt(12));

        // Then
        assertThat(old.session()).isNotEqualTo(ended.session());
        assertThat(earlier.session()).isEqualTo(ended.session());
        assertThat(earlier.late()).isTrue();
    }

    @Test
    void addressesAnImplicitSessionByItsIdWithoutReopeningIt() {
        // Given
        Placed first = rows.one(SampleTurn.ofActor("ada"));
        Placed second = rows.one(SampleTurn.ofActor("ada").at(120));

        // When
        Placed old = rows.one(SampleTurn.ofId(first.session()).at(121));
        Placed current = rows.one(SampleTurn.ofId(second.session()).at(300));

        // Then
        assertThat(old.session()).isEqualTo(first.session());
        assertThat(old.late()).isTrue();
        assertThat(current.late()).isFalse();
        assertThat(rows.of(first).lifetime().state()).isEqualTo(State.ENDED);
    }

    @Test
    void keepsSlotsAndNamedSessionsApart() {
        // When
        Placed slot = rows.one(SampleTurn.ofActor("ada"));
        Placed named = rows.one(SampleTurn.of("ada"));
        Placed other = rows.one(SampleTurn.ofActor("bob"));

        // Then
        assertThat(rows.sessions).hasSize(3);
        assertThat(slot.session()).isNotEqualTo(named.session()).isNotEqualTo(other.session());
    }
}
