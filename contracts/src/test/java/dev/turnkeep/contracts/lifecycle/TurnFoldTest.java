package dev.turnkeep.contracts.lifecycle;

import static dev.turnkeep.contracts.lifecycle.SampleTurn.ACME;
import static dev.turnkeep.contracts.lifecycle.SampleTurn.CLAUDE;
import static dev.turnkeep.contracts.lifecycle.SampleTurn.IDLE;
import static dev.turnkeep.contracts.lifecycle.SampleTurn.MICRO;
import static dev.turnkeep.contracts.lifecycle.SampleTurn.NOON;
import static dev.turnkeep.contracts.lifecycle.SampleTurn.OTHER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.AuthSubject;
import dev.turnkeep.contracts.id.ExternalId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnAddress.ByExternalId;
import dev.turnkeep.contracts.id.TurnAddress.ById;
import dev.turnkeep.contracts.id.TurnAddress.SessionKey;
import dev.turnkeep.contracts.lifecycle.TurnFold.Placed;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TurnFoldTest {
    private final Rows rows = new Rows();

    @Test
    void startsASessionWithItsFirstTurn() {
        // When
        Session session = rows.of(rows.one(SampleTurn.of("s1").from(3)));

        // Then
        assertThat(session.lifetime()).isEqualTo(new Lifetime(State.OPEN, 1, NOON, NOON, NOON, null, null, null, null));
        assertThat(session.partition()).isEqualTo(3);
        assertThat(session.version()).isEqualTo(1);
        assertThat(session.totals().turns()).isEqualTo(1);
        assertThat(rows.told()).containsExactly("session.started new");
    }

    @Test
    void saysWhichTurnBroughtEachEvent() {
        // When
        TurnFold.Result result = rows.batch(
                SampleTurn.of("s1"),
                SampleTurn.of("s1").at(1),
                SampleTurn.of("s2").at(2));

        // Then
        assertThat(Rows.told(result.events())).containsExactly("session.started new", "session.started new");
        assertThat(result.causes())
                .containsExactly(
                        result.placed().get(0).turn().id(),
                        result.placed().get(2).turn().id());
    }

    @Test
    void raisesTheVersionOnceABatch() {
        // Given
        Placed first = rows.one(SampleTurn.of("s1"));

        // When
        rows.batch(SampleTurn.of("s1"), SampleTurn.of("s1"), SampleTurn.of("s1"));

        // Then
        assertThat(rows.of(first).version()).isEqualTo(2);
        assertThat(rows.placed).extracting(Placed::seq).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void extendsALiveSessionBackwardsForTurnsOutOfOrder() {
        // Given
        Placed first = rows.one(SampleTurn.of("s1").at(10));

        // When
        Placed earlier = rows.one(SampleTurn.of("s1").at(5).receivedAt(11));

        // Then
        Lifetime lifetime = rows.of(first).lifetime();
        assertThat(earlier.late()).isFalse();
        assertThat(lifetime.startedAt()).isEqualTo(minute(5));
        assertThat(lifetime.lastEventAt()).isEqualTo(minute(10));
        assertThat(lifetime.lastReceivedAt()).isEqualTo(minute(11));
        assertThat(rows.told()).containsExactly("session.started new");
    }

    @Test
    void neverMovesTheTimeOfReceiptBack() {
        // Given
        Placed first = rows.one(SampleTurn.of("s1").at(10));

        // When
        rows.one(SampleTurn.of("s1").at(9));

        // Then
        assertThat(rows.of(first).lifetime().lastReceivedAt()).isEqualTo(minute(10));
    }

    @Test
    void countsALateTurnAndMovesNothing() {
        // Given
        Placed first = rows.one(SampleTurn.of("s1"));
        Lifetime before = rows.of(first).lifetime();

        // When
        Placed late = rows.one(SampleTurn.of("s1").at(-60).receivedAt(1));

        // Then
        assertThat(late.late()).isTrue();
        assertThat(rows.of(late).lifetime()).isEqualTo(before);
        assertThat(rows.of(late).totals().turns()).isEqualTo(2);
        assertThat(rows.of(late).totals().lateTurns()).isEqualTo(1);
        assertThat(rows.told()).containsExactly("session.started new", "turn.late");
    }

    @Test
    void neverSplitsASessionThatIsNamed() {
        // Given
        Placed first = rows.one(SampleTurn.of("s1"));

        // When
        Placed daysLater = rows.one(SampleTurn.of("s1").at(Duration.ofDays(3)));

        // Then
        assertThat(daysLater.session()).isEqualTo(first.session());
        assertThat(rows.of(first).lifetime().epoch()).isEqualTo(1);
    }

    @Test
    void reopensASessionThatEndedIdleBeyondItsFence() {
        // Given
        Placed first = rows.one(SampleTurn.of("s1"));
        rows.endIdle(first.session());

        // When
        Placed atTheFence = rows.one(SampleTurn.of("s1").at(IDLE));
        Placed beyond = rows.one(SampleTurn.of("s1").at(IDLE.plus(MICRO)));

        // Then
        assertThat(atTheFence.late()).isTrue();
        assertThat(beyond.session()).isEqualTo(first.session());
        assertThat(rows.of(first).lifetime())
                .isEqualTo(new Lifetime(
                        State.OPEN,
                        2,
                        NOON,
                        NOON.plus(IDLE).plus(MICRO),
                        NOON.plus(IDLE).plus(MICRO),
                        null,
                        null,
                        null,
                        null));
        assertThat(rows.told())
                .containsExactly("session.started new", "session.ended idle", "turn.late", "session.started reopen");
        assertThat(rows.events).extracting(SessionEvent::id).doesNotHaveDuplicates();
    }

    @Test
    void reopensASessionThatWasEndedOnRequestAtOnce() {
        // Given
        Placed first = rows.one(SampleTurn.of("s1"));
        rows.endRequested(first.session(), minute(2));

        // When
        rows.one(SampleTurn.of("s1").at(2));
        rows.one(SampleTurn.of("s1").at(Duration.ofMinutes(2).plus(MICRO)));

        // Then
        assertThat(rows.told())
                .containsExactly(
                        "session.started new", "session.ended requested", "turn.late", "session.started reopen");
    }

    @Test
    void resumesASuspendedSessionInItsEpoch() {
        // Given
        Placed first = rows.one(SampleTurn.of("s1"));
        rows.suspend(first.session(), minute(1));

        // When
        rows.batch(
                SampleTurn.of("s1").at(Duration.ofDays(9)),
                SampleTurn.of("s1").at(Duration.ofDays(9).plusMinutes(1)));

        // Then
        assertThat(rows.of(first).lifetime().state()).isEqualTo(State.OPEN);
        assertThat(rows.of(first).lifetime().epoch()).isEqualTo(1);
        assertThat(rows.of(first).lifetime().suspendedAt()).isNull();
        assertThat(rows.told()).containsExactly("session.started new", "session.resumed");
    }

    @Test
    void leavesASuspendedSessionSuspendedForALateTurn() {
        // Given
        Placed first = rows.one(SampleTurn.of("s1"));
        rows.suspend(first.session(), minute(1));

        // When
        rows.one(SampleTurn.of("s1").at(1).receivedAt(20));

        // Then
        assertThat(rows.of(first).lifetime().state()).isEqualTo(State.SUSPENDED);
        assertThat(rows.of(first).lifetime().suspendedAt()).isEqualTo(minute(1));
    }

    @Test
    void storesWhatComesAfterAClose() {
        // Given
        Placed first = rows.one(SampleTurn.of("s1"));
        rows.close(first.session(), minute(5));
        Lifetime closed = rows.of(first).lifetime();

        // When
        Placed after = rows.one(SampleTurn.of("s1").at(Duration.ofDays(1)));

        // Then
        assertThat(after.session()).isEqualTo(first.session());
        assertThat(after.late()).isTrue();
        assertThat(rows.of(first).lifetime()).isEqualTo(closed);
        assertThat(rows.of(first).totals().turns()).isEqualTo(2);
    }

    @Test
    void startsANewSessionUnderAKeyThatIsFreeAgain() {
        // Given
        Placed first = rows.one(SampleTurn.of("s1"));
        rows.endIdle(first.session());
        rows.retire(first.session());

        // When
        Placed fresh = rows.one(SampleTurn.of("s1").at(Duration.ofDays(100)));

        // Then
        assertThat(fresh.session()).isNotEqualTo(first.session());
        assertThat(fresh.seq()).isEqualTo(1);
        assertThat(rows.of(first).totals().turns()).isEqualTo(1);
    }

    @Test
    void makesASessionAlreadyEndedForALateTurnWithoutOne() {
        // When
        Placed late = rows.one(SampleTurn.of("s1").at(-60).receivedAt(0));

        // Then
        assertThat(rows.of(late).lifetime())
                .isEqualTo(new Lifetime(
                        State.ENDED, 1, minute(-60), null, null, minute(-60), EndReason.BACKFILL, null, null));
        assertThat(rows.told()).containsExactly("session.started backfill", "session.ended backfill", "turn.late");
    }

    @Test
    void widensABackfillWithFurtherLateTurns() {
        // Given
        Placed late = rows.one(SampleTurn.of("s1").at(-60).receivedAt(0));

        // When
        rows.one(SampleTurn.of("s1").at(-90).receivedAt(0));
        rows.one(SampleTurn.of("s1").at(-20).receivedAt(0));

        // Then
        assertThat(rows.of(late).lifetime().startedAt()).isEqualTo(minute(-90));
        assertThat(rows.of(late).lifetime().endedAt()).isEqualTo(minute(-20));
        assertThat(rows.of(late).lifetime().epoch()).isEqualTo(1);
        assertThat(rows.of(late).totals().lateTurns()).isEqualTo(3);
        assertThat(rows.sessions).hasSize(1);
    }

    @Test
    void reopensABackfillWithTheFirstTurnInTime() {
        // Given
        Placed late = rows.one(SampleTurn.of("s1").at(-20).receivedAt(0));

        // When
        rows.one(SampleTurn.of("s1").at(Duration.ofMinutes(-20).plus(MICRO)).receivedAt(-10));

        // Then
        assertThat(rows.of(late).lifetime().state()).isEqualTo(State.OPEN);
        assertThat(rows.of(late).lifetime().epoch()).isEqualTo(2);
    }

    @Test
    void startsASessionOfTheApiWithTheTurnThatNamesIt() {
        // Given
        Session created = rows.created("order");

        // When
        Placed byName = rows.one(SampleTurn.ofExternal("order"));
        Placed byId = rows.one(SampleTurn.ofId(created.id()).at(1));

        // Then
        assertThat(byName.session()).isEqualTo(created.id());
        assertThat(byId.session()).isEqualTo(created.id());
        assertThat(rows.of(byId).partition()).isEqualTo(Session.SEVERAL_PARTITIONS);
        assertThat(rows.told()).containsExactly("session.started new");
    }

    @Test
    void refusesTurnsForSessionsThatDoNotExist() {
        // Given
        Session created = rows.created("order");

        // When
        rows.batch(
                SampleTurn.ofExternal("other"),
                SampleTurn.ofId(new SessionId(new UUID(9, 9))),
                SampleTurn.of(new ById(OTHER, created.id())),
                SampleTurn.of(new ByExternalId(OTHER, new ExternalId("order"))),
                SampleTurn.of("s1"));

        // Then
        assertThat(rows.unknown).hasSize(4);
        assertThat(rows.placed).hasSize(1);
        assertThat(rows.of(created.id())).isEqualTo(created);
    }

    @Test
    void storesATurnOfARetiredSessionByItsIdOnly() {
        // Given
        Session created = rows.created("order");
        rows.one(SampleTurn.ofExternal("order"));
        rows.endIdle(created.id());
        rows.retire(created.id());

        // When
        Placed byId = rows.one(SampleTurn.ofId(created.id()).at(90));
        rows.batch(SampleTurn.ofExternal("order").at(90));

        // Then
        assertThat(byId.late()).isTrue();
        assertThat(rows.of(byId).lifetime().state()).isEqualTo(State.RETIRED);
        assertThat(rows.unknown).hasSize(1);
    }

    @Test
    void keepsTwoTenantsWithTheSameKeysApart() {
        // When
        rows.batch(SampleTurn.of("s1"), SampleTurn.of(new SessionKey(OTHER, CLAUDE, new HarnessSessionId("s1"))));

        // Then
        assertThat(rows.sessions.values()).extracting(Session::scope).containsExactly(ACME, OTHER);
    }

    @Test
    void neverOverwritesALabelWithNothing() {
        // Given
        Labels labels = new Labels(new AuthSubject("ada"), "name", "/home", "1.0", "{\"a\":1}");
        Placed first = rows.one(SampleTurn.of("s1").with(labels));

        // When
        rows.one(SampleTurn.of("s1"));
        Labels kept = rows.of(first).labels();
        rows.one(SampleTurn.of("s1").with(new Labels(null, null, "/tmp", null, "{\"b\":2}")));

        // Then
        assertThat(kept).isEqualTo(labels);
        assertThat(rows.of(first).labels())
                .isEqualTo(new Labels(new AuthSubject("ada"), "name", "/tmp", "1.0", "{\"a\":1,\"b\":2}"));
    }

    @Test
    void joinsTheOnlyLiveSessionOfASubject() {
        // Given
        Placed explicit = rows.one(SampleTurn.of("s1").saidBy("ada"));

        // When
        Placed joined = rows.one(SampleTurn.ofWords("f00d", "ada").at(1));

        // Then
        assertThat(joined.session()).isEqualTo(explicit.session());
        assertThat(rows.of(joined).partition()).isEqualTo(Session.SEVERAL_PARTITIONS);
    }

    @Test
    void joinsNothingWhereASubjectHasSeveralLiveSessionsOrNone() {
        // Given
        rows.one(SampleTurn.of("s1").saidBy("ada"));
        rows.one(SampleTurn.of("s2").saidBy("ada"));

        // When
        Placed several = rows.one(SampleTurn.ofWords("f00d", "ada"));
        Placed none = rows.one(SampleTurn.ofWords("beef", "bob"));

        // Then
        assertThat(rows.of(several)).isEqualTo(rows.of(CLAUDE, "f00d"));
        assertThat(rows.of(none)).isEqualTo(rows.of(CLAUDE, "beef"));
    }

    @Test
    void joinsNoEndedSession() {
        // Given
        Placed explicit = rows.one(SampleTurn.of("s1").saidBy("ada"));
        rows.endIdle(explicit.session());

        // When
        Placed own = rows.one(SampleTurn.ofWords("f00d", "ada").at(1));

        // Then
        assertThat(own.session()).isNotEqualTo(explicit.session());
    }

    /** The synthetic session is the subject's only live one: joining it is nothing but finding it by its own key. */
    @Test
    void countsAJoinOfTheOwnSessionAsItsOwnKey() {
        // Given
        rows.one(SampleTurn.ofWords("f00d", "ada").from(2));

        // When
        Placed again = rows.one(SampleTurn.ofWords("f00d", "ada").at(1).from(2));

        // Then
        assertThat(rows.of(again).partition()).isEqualTo(2);
    }

    @Test
    void forgetsItsPartitionWhenTheirNumberChanged() {
        // Given
        Placed first = rows.one(SampleTurn.of("s1").from(2));

        // When
        rows.one(SampleTurn.of("s1").from(5));
        rows.one(SampleTurn.of("s1").from(5));

        // Then
        assertThat(rows.of(first).partition()).isEqualTo(Session.SEVERAL_PARTITIONS);
    }

    private static Instant minute(int minutes) {
        return NOON.plus(Duration.ofMinutes(minutes));
    }
}
