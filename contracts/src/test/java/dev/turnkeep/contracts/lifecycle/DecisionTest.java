package dev.turnkeep.contracts.lifecycle;

import static dev.turnkeep.contracts.lifecycle.SampleTurn.IDLE;
import static dev.turnkeep.contracts.lifecycle.SampleTurn.MICRO;
import static dev.turnkeep.contracts.lifecycle.SampleTurn.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every state and every kind of turn. The sessions' epoch is 11:00 to noon; a request, a close and the like came at 12:05. */
class DecisionTest {
    private static final Instant START = NOON.minus(Duration.ofHours(1));
    private static final Instant REQUEST = NOON.plus(Duration.ofMinutes(5));

    private static final Lifetime OPEN = session(State.OPEN, null, null);
    private static final Lifetime SUSPENDED = session(State.SUSPENDED, null, null);
    private static final Lifetime IDLED = session(State.ENDED, NOON, EndReason.IDLE);
    private static final Lifetime ENDED_ON_REQUEST = session(State.ENDED, REQUEST, EndReason.REQUESTED);
    private static final Lifetime ENDED_AT_BOUNDARY = session(State.ENDED, NOON, EndReason.BOUNDARY);
    private static final Lifetime BACKFILLED =
            new Lifetime(State.ENDED, 1, START, null, null, NOON, EndReason.BACKFILL, null, null);
    private static final Lifetime CLOSED =
            new Lifetime(State.CLOSED, 1, START, NOON, NOON, REQUEST, EndReason.CLOSED, null, REQUEST);
    private static final Lifetime CLOSED_LATER =
            new Lifetime(State.CLOSED, 1, START, NOON, NOON, NOON, EndReason.IDLE, null, REQUEST);
    private static final Lifetime RETIRED = session(State.RETIRED, NOON, EndReason.IDLE);

    static Stream<Arguments> explicit() {
        return Stream.of(
                Arguments.of("created", Lifetime.CREATED, inTime(NOON), Decision.START),
                Arguments.of("created", Lifetime.CREATED, late(NOON), Decision.BACKFILL),
                Arguments.of("open", OPEN, inTime(NOON.plus(IDLE)), Decision.EXTEND),
                Arguments.of("open, whatever the gap", OPEN, inTime(NOON.plus(Duration.ofDays(9))), Decision.EXTEND),
                Arguments.of(
                        "open, out of order", OPEN, inTime(START.minus(IDLE).minus(MICRO)), Decision.EXTEND),
                Arguments.of("open", OPEN, late(NOON), Decision.LATE),
                Arguments.of("suspended", SUSPENDED, inTime(NOON.plus(Duration.ofDays(9))), Decision.RESUME),
                Arguments.of("suspended", SUSPENDED, late(NOON), Decision.LATE),
                Arguments.of("ended idle, at the fence", IDLED, inTime(NOON.plus(IDLE)), Decision.LATE),
                Arguments.of("ended idle, beyond", IDLED, inTime(NOON.plus(IDLE).plus(MICRO)), Decision.REOPEN),
                Arguments.of("ended idle, beyond", IDLED, late(NOON.plus(IDLE).plus(MICRO)), Decision.LATE),
                Arguments.of("ended on request, at the fence", ENDED_ON_REQUEST, inTime(REQUEST), Decision.LATE),
                Arguments.of(
                        "ended on request, beyond", ENDED_ON_REQUEST, inTime(REQUEST.plus(MICRO)), Decision.REOPEN),
                Arguments.of("ended at a boundary", ENDED_AT_BOUNDARY, inTime(NOON), Decision.LATE),
                Arguments.of("ended at a boundary", ENDED_AT_BOUNDARY, inTime(NOON.plus(MICRO)), Decision.REOPEN),
                Arguments.of("backfilled", BACKFILLED, inTime(NOON), Decision.LATE),
                Arguments.of("backfilled", BACKFILLED, inTime(NOON.plus(MICRO)), Decision.REOPEN),
                Arguments.of("backfilled", BACKFILLED, late(NOON.plus(MICRO)), Decision.LATE),
                Arguments.of("closed", CLOSED, inTime(NOON.plus(Duration.ofDays(9))), Decision.LATE),
                Arguments.of("closed", CLOSED, late(NOON), Decision.LATE),
                Arguments.of("retired", RETIRED, inTime(NOON.plus(Duration.ofDays(9))), Decision.LATE),
                Arguments.of("retired", RETIRED, late(NOON), Decision.LATE));
    }

    @ParameterizedTest(name = "{0}: {3}")
    @MethodSource("explicit")
    void decidesForATurnThatNamesItsSession(String what, Lifetime session, TurnTimes turn, Decision decision) {
        assertThat(Decision.explicit(session, turn, IDLE)).as(what).isEqualTo(decision);
    }

    @ParameterizedTest(name = "{0}: {3}")
    @MethodSource("explicit")
    void neverReopensAnImplicitSessionThatIsNamedByItsId(
            String what, Lifetime session, TurnTimes turn, Decision explicit) {
        // Given
        Decision expected = explicit == Decision.REOPEN ? Decision.LATE : explicit;

        // When / Then
        assertThat(Decision.implicitById(session, turn, IDLE)).as(what).isEqualTo(expected);
    }

    static Stream<Arguments> implicit() {
        return Stream.of(
                Arguments.of("none", null, inTime(NOON), Decision.START),
                Arguments.of("none", null, late(NOON), Decision.BACKFILL),
                Arguments.of("open, gap of the timeout", OPEN, inTime(NOON.plus(IDLE)), Decision.EXTEND),
                Arguments.of("open, longer gap", OPEN, inTime(NOON.plus(IDLE).plus(MICRO)), Decision.BOUNDARY),
                Arguments.of("open, longer gap", OPEN, late(NOON.plus(IDLE).plus(MICRO)), Decision.LATE),
                Arguments.of("open, backwards", OPEN, inTime(START.minus(IDLE)), Decision.EXTEND),
                Arguments.of("open, too early", OPEN, inTime(START.minus(IDLE).minus(MICRO)), Decision.LATE),
                Arguments.of("open", OPEN, late(NOON), Decision.LATE),
                Arguments.of("suspended", SUSPENDED, inTime(NOON.plus(Duration.ofDays(9))), Decision.RESUME),
                Arguments.of(
                        "suspended, too early",
                        SUSPENDED,
                        inTime(START.minus(IDLE).minus(MICRO)),
                        Decision.LATE),
                Arguments.of("suspended", SUSPENDED, late(NOON), Decision.LATE),
                Arguments.of("ended idle, at the fence", IDLED, inTime(NOON.plus(IDLE)), Decision.LATE),
                Arguments.of("ended idle, beyond", IDLED, inTime(NOON.plus(IDLE).plus(MICRO)), Decision.START),
                Arguments.of("ended on request", ENDED_ON_REQUEST, inTime(REQUEST), Decision.LATE),
                Arguments.of("ended on request", ENDED_ON_REQUEST, inTime(REQUEST.plus(MICRO)), Decision.START),
                Arguments.of("ended at a boundary", ENDED_AT_BOUNDARY, inTime(NOON.plus(MICRO)), Decision.START),
                Arguments.of("backfilled", BACKFILLED, inTime(NOON), Decision.LATE),
                Arguments.of("backfilled", BACKFILLED, inTime(NOON.plus(MICRO)), Decision.START),
                Arguments.of("backfilled", BACKFILLED, late(NOON.plus(MICRO)), Decision.LATE),
                Arguments.of("closed, before", CLOSED, inTime(REQUEST), Decision.LATE),
                Arguments.of("closed, after", CLOSED, inTime(REQUEST.plus(MICRO)), Decision.START),
                Arguments.of("closed after its end", CLOSED_LATER, inTime(REQUEST.plus(MICRO)), Decision.START),
                Arguments.of("closed", CLOSED, late(REQUEST.plus(MICRO)), Decision.LATE));
    }

    @ParameterizedTest(name = "{0}: {3}")
    @MethodSource("implicit")
    void decidesForATurnOfASlot(String what, @Nullable Lifetime newest, TurnTimes turn, Decision decision) {
        assertThat(Decision.implicit(Optional.ofNullable(newest), turn, IDLE))
                .as(what)
                .isEqualTo(decision);
    }

    @Test
    void isLateAfterAQuarterOfAnHourAndNotBefore() {
        assertThat(new TurnTimes(NOON, NOON.plus(Duration.ofMinutes(15))).late())
                .isFalse();
        assertThat(new TurnTimes(NOON, NOON.plus(Duration.ofMinutes(15)).plusNanos(1)).late())
                .isTrue();
    }

    @Test
    void capsACallersTimeAMinuteAfterTheBrokers() {
        assertThat(TurnTimes.resolve(NOON.plusSeconds(60), NOON).eventAt()).isEqualTo(NOON.plusSeconds(60));
        assertThat(TurnTimes.resolve(NOON.plusSeconds(61), NOON).eventAt()).isEqualTo(NOON.plusSeconds(60));
        assertThat(TurnTimes.resolve(Instant.MAX, NOON).eventAt()).isEqualTo(NOON.plusSeconds(60));
        assertThat(TurnTimes.resolve(Instant.MIN, NOON).late()).isTrue();
    }

    @Test
    void takesTheBrokersTimeWhereTheCallerGivesNone() {
        assertThat(TurnTimes.resolve(null, NOON)).isEqualTo(new TurnTimes(NOON, NOON));
    }

    @Test
    void keepsMicroseconds() {
        assertThat(TurnTimes.resolve(NOON.minusNanos(1), NOON).eventAt()).isEqualTo(NOON.minusNanos(1_000));
    }

    @Test
    void endsOnAGapLongerThanTheTimeoutOnly() {
        assertThat(Idle.exceeded(NOON, NOON.plus(IDLE), IDLE)).isFalse();
        assertThat(Idle.exceeded(NOON, NOON.plus(IDLE).plusNanos(1), IDLE)).isTrue();
        assertThat(Idle.exceeded(NOON, NOON.minus(IDLE).minus(IDLE), IDLE)).isFalse();
    }

    private static Lifetime session(State state, @Nullable Instant endedAt, @Nullable EndReason reason) {
        return new Lifetime(state, 1, START, NOON, NOON, endedAt, reason, state == State.SUSPENDED ? NOON : null, null);
    }

    private static TurnTimes inTime(Instant at) {
        return new TurnTimes(at, at.plus(TurnTimes.LATE));
    }

    private static TurnTimes late(Instant at) {
        return new TurnTimes(at, at.plus(TurnTimes.LATE).plus(MICRO));
    }
}
