package dev.turnkeep.contracts.lifecycle;

import static dev.turnkeep.contracts.lifecycle.SampleTurn.ACME;
import static dev.turnkeep.contracts.lifecycle.SampleTurn.CLAUDE;
import static dev.turnkeep.contracts.lifecycle.SampleTurn.CODEX;
import static dev.turnkeep.contracts.lifecycle.SampleTurn.IDLE;
import static dev.turnkeep.contracts.lifecycle.SampleTurn.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.ActorId;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnAddress.ActorSlot;
import dev.turnkeep.contracts.lifecycle.TurnFold.Placed;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Stories of a session's life that take more than one turn, or the reaper between two of them. */
class EdgeCasesTest {
    private final Rows rows = new Rows();

    @Test
    void aTurnFromBeforeTheEndReopensNothing() {
        // Given
        SessionId session = rows.one(SampleTurn.of("s1").at(10)).session();
        rows.endIdle(session);

        // When: it happened before the end, and was received long after
        Placed late = rows.one(SampleTurn.of("s1").at(5).receivedAt(90));

        // Then
        assertThat(late.session()).isEqualTo(session);
        assertThat(late.late()).isTrue();
        assertThat(rows.of(late).lifetime().state()).isEqualTo(State.ENDED);
        assertThat(rows.of(late).lifetime().endedAt()).isEqualTo(NOON.plus(Duration.ofMinutes(10)));
        assertThat(rows.told()).containsExactly("session.started new", "session.ended idle", "turn.late");
    }

    @Test
    void aTurnThatTheReaperWasFasterThanStaysInTheSessionThatEnded() {
        // Given: of an actor, whose session has just been reaped
        SessionId session = rows.one(SampleTurn.ofActor("a")).session();
        rows.endIdle(session);

        // When: it happened ten minutes ago, within the idle timeout
        Placed racing =
                rows.one(SampleTurn.ofActor("a").at(IDLE.minusMinutes(9)).receivedAt(IDLE.plusMinutes(1)));

        // Then: no new session under the same slot, and no second start of the old one
        assertThat(racing.session()).isEqualTo(session);
        assertThat(racing.late()).isTrue();
        assertThat(rows.sessions).hasSize(1);
        assertThat(rows.told()).containsExactly("session.started new", "session.ended idle", "turn.late");
    }

    @Test
    void anExplicitSessionThatIsUsedAgainLaterHasTwoEpochsWithEventsOfTheirOwn() {
        // Given
        SessionId session = rows.one(SampleTurn.of("s1")).session();
        rows.endIdle(session);

        // When
        Placed again = rows.one(SampleTurn.of("s1").at(90));
        rows.endIdle(session);

        // Then
        assertThat(again.session()).isEqualTo(session);
        assertThat(rows.of(session).lifetime().epoch()).isEqualTo(2);
        assertThat(rows.told())
                .containsExactly(
                        "session.started new", "session.ended idle", "session.started reopen", "session.ended idle");
        assertThat(rows.events.stream().map(SessionEvent::id)).doesNotHaveDuplicates();
        assertThat(rows.of(session).lifetime().endedAt()).isEqualTo(NOON.plus(Duration.ofMinutes(90)));
    }

    @Test
    void whatIsEndedOnRequestIsOverAtThatMomentAndOnlyANewerTurnReopensIt() {
        // Given
        SessionId session = rows.one(SampleTurn.of("s1")).session();
        rows.endRequested(session, NOON.plus(Duration.ofMinutes(2)));

        // When
        Placed before = rows.one(SampleTurn.of("s1").at(1).receivedAt(3));
        int epochBefore = rows.of(session).lifetime().epoch();
        Placed after = rows.one(SampleTurn.of("s1").at(4));

        // Then
        assertThat(before.late()).isTrue();
        assertThat(epochBefore).isEqualTo(1);
        assertThat(after.late()).isFalse();
        assertThat(rows.of(session).lifetime().epoch()).isEqualTo(2);
    }

    @Test
    void oneActorInTwoHarnessesHasTwoSessionsAndEndingOneKeepsTheOther() {
        // Given
        ActorSlot other = new ActorSlot(ACME, CODEX, new ActorId("a"));
        SessionId first = rows.one(SampleTurn.ofActor("a")).session();
        SessionId second = rows.one(SampleTurn.of(other)).session();

        // When
        rows.endIdle(first);
        Placed next = rows.one(SampleTurn.of(other).at(1));

        // Then
        assertThat(second).isNotEqualTo(first);
        assertThat(next.session()).isEqualTo(second);
        assertThat(rows.of(second).lifetime().state()).isEqualTo(State.OPEN);
        assertThat(rows.of(first).harness()).isEqualTo(CLAUDE);
    }

    @Test
    void anEndMovesNoTimeOfTheLastTurn() {
        // Given
        SessionId session = rows.one(SampleTurn.of("s1").at(10)).session();

        // When: retention counts from the last turn, and an end is none
        rows.endRequested(session, NOON.plus(Duration.ofDays(9)));

        // Then
        assertThat(rows.of(session).lifetime().lastReceivedAt()).isEqualTo(NOON.plus(Duration.ofMinutes(10)));
        assertThat(rows.of(session).lifetime().lastEventAt()).isEqualTo(NOON.plus(Duration.ofMinutes(10)));
    }
}
