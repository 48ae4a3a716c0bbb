package dev.turnkeep.contracts.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class IdleVerdictTest {
    private static final Instant LAST = Instant.parse("2026-05-01T12:00:00Z");
    private static final Duration IDLE = Duration.ofMinutes(30);
    private static final Instant DEADLINE = LAST.plus(IDLE);

    @Test
    void aGapOfExactlyTheTimeoutIsNotIdle() {
        assertThat(verdict(DEADLINE, through(DEADLINE.plusSeconds(1)))).isInstanceOf(IdleVerdict.NotDue.class);
        assertThat(verdict(DEADLINE.plusNanos(1000), through(DEADLINE)))
                .as("a turn of exactly the deadline may still wait")
                .isEqualTo(new IdleVerdict.Kept(Veto.WATERMARK));
        assertThat(verdict(DEADLINE.plusNanos(1000), through(DEADLINE.plusNanos(1000))))
                .isInstanceOf(IdleVerdict.End.class);
    }

    @Test
    void aSuspendedSessionIsKeptBeforeAnythingElseIsAsked() {
        assertThat(IdleVerdict.of(State.SUSPENDED, LAST, 0, IDLE, Veto.LEASE, Watermarks.UNKNOWN, LAST))
                .isEqualTo(new IdleVerdict.Kept(Veto.SUSPENDED));
    }

    @Test
    void aLeaseKeepsWhatIsDue() {
        assertThat(IdleVerdict.of(
                        State.OPEN,
                        LAST,
                        0,
                        IDLE,
                        Veto.LEASE,
                        through(DEADLINE.plusSeconds(9)),
                        DEADLINE.plusSeconds(9)))
                .isEqualTo(new IdleVerdict.Kept(Veto.LEASE));
    }

    @Test
    void whatIsOverIsNotOpen() {
        for (State state : new State[] {State.CREATED, State.ENDED, State.CLOSED, State.RETIRED}) {
            assertThat(IdleVerdict.of(state, LAST, 0, IDLE, null, through(Instant.MAX), Instant.MAX))
                    .isInstanceOf(IdleVerdict.NotOpen.class);
        }
    }

    @Test
    void anUnknownWatermarkKeepsTheSession() {
        assertThat(verdict(DEADLINE.plusSeconds(1), Watermarks.UNKNOWN))
                .isEqualTo(new IdleVerdict.Kept(Veto.WATERMARK));
    }

    @Test
    void ofSeveralPartitionsTheSlowestCounts() {
        // Given
        Watermarks both = new Watermarks(Map.of(0, LAST, 1, DEADLINE), 2, Instant.MIN, Instant.MAX);

        // Then
        assertThat(both.of(1, LAST)).contains(DEADLINE);
        assertThat(both.of(Session.SEVERAL_PARTITIONS, LAST)).contains(LAST);
        assertThat(both.of(null, LAST)).contains(LAST);
        assertThat(both.of(2, LAST)).isEmpty();
        assertThat(new Watermarks(Map.of(0, LAST), 2, Instant.MIN, Instant.MAX).of(Session.SEVERAL_PARTITIONS, LAST))
                .isEmpty();
    }

    @Test
    void partitionsThatATopicHasNoLongerHoldNothingUp() {
        // Given: made anew with two of them, where there were three
        Watermarks fewer = new Watermarks(Map.of(0, DEADLINE, 1, DEADLINE, 2, LAST), 2, Instant.MIN, Instant.MAX);

        // Then
        assertThat(fewer.of(Session.SEVERAL_PARTITIONS, LAST)).contains(DEADLINE);
        assertThat(new Watermarks(Map.of(0, DEADLINE, 2, LAST), 2, Instant.MIN, Instant.MAX)
                        .of(Session.SEVERAL_PARTITIONS, LAST))
                .as("one of them is not known")
                .isEmpty();
    }

    @Test
    void beforeThePartitionsWereCountedAnewAKeyCouldBelongToAnyOfThem() {
        // Given
        Watermarks grown = new Watermarks(Map.of(0, LAST, 1, DEADLINE), 2, LAST.plusSeconds(1), Instant.MAX);

        // Then
        assertThat(grown.of(1, LAST)).contains(LAST);
        assertThat(grown.of(1, LAST.plusSeconds(1))).contains(DEADLINE);
    }

    @Test
    void noWatermarkIsBelievedBeyondTheLastCountOfThePartitions() {
        // Given: what came after the count may lie in a partition that nobody knows of
        Watermarks counted = new Watermarks(Map.of(0, DEADLINE, 1, DEADLINE), 2, Instant.MIN, LAST);

        // Then
        assertThat(counted.of(0, LAST)).contains(LAST);
        assertThat(counted.of(Session.SEVERAL_PARTITIONS, LAST)).contains(LAST);
        assertThat(new Watermarks(Map.of(0, DEADLINE), 0, Instant.MIN, Instant.MAX).of(0, LAST))
                .as("never counted")
                .isEmpty();
    }

    @Test
    void aScoreIsNeverBeforeItsDeadline() {
        assertThat(LivenessIndex.score(LAST, IDLE)).isEqualTo(DEADLINE.toEpochMilli());
        assertThat(LivenessIndex.score(LAST.plusNanos(1000), IDLE)).isEqualTo(DEADLINE.toEpochMilli() + 1);
        assertThat(LivenessIndex.shard(new SessionId(new UUID(0, 0x1f)))).isEqualTo(15);
    }

    private static IdleVerdict verdict(Instant now, Watermarks watermarks) {
        return IdleVerdict.of(State.OPEN, LAST, 0, IDLE, null, watermarks, now);
    }

    private static Watermarks through(Instant at) {
        return new Watermarks(Map.of(0, at), 1, Instant.MIN, Instant.MAX);
    }
}
