package dev.turnkeep.reaper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.Veto;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import dev.turnkeep.reaper.ReaperSpace.Reaper;
import dev.turnkeep.reaper.check.Invariant;
import dev.turnkeep.reaper.ending.Ending;
import dev.turnkeep.reaper.ending.PausePoint;
import dev.turnkeep.reaper.job.Counts;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What keeps a session although its time has come. */
@WithLocalStack
class VetoesIT {
    private static ReaperSpace space;

    @BeforeAll
    static void open(TestSpace engines) {
        space = new ReaperSpace(engines);
    }

    @AfterAll
    static void close() {
        space.close();
    }

    @BeforeEach
    void clear() {
        space.clear();
    }

    @Test
    void anOutageOfTheConsumerEndsNothing() {
        // Given: two hours of turns wait in Kafka
        space.readUpTo(0, space.now.minus(Duration.ofHours(2)));
        List<SessionId> sessions =
                space.open(50, space.now.minus(Duration.ofHours(2)).minusSeconds(1));

        // When
        Reaper reaper = space.reaper();
        Counts counts = reaper.reap.run();

        // Then
        assertThat(counts.of("ended")).isZero();
        assertThat(counts.of("vetoed_watermark")).isEqualTo(sessions.size());
        assertThat(reaper.vetoes("watermark")).isEqualTo(sessions.size());
        assertThat(space.count("open")).isEqualTo(sessions.size());
    }

    @Test
    void onlyWhatNobodyKeepsIsOverdue() {
        // Given: kept by a lease and by a channel, and one whose turns may still wait
        space.lease(space.open("leased", space.idle.minus(Duration.ofHours(3))), "holder", space.now);
        space.written(space.open("written", space.idle.minus(Duration.ofHours(3))), space.now);
        Reaper reaper = space.reaper();

        // When
        reaper.reap.run();

        // Then
        assertThat(overdue(reaper)).isZero();

        // When
        space.readUpTo(0, space.now.minus(Duration.ofHours(2)));
        space.open("stuck", space.idle.minus(Duration.ofHours(1)));
        reaper.reap.run();

        // Then
        assertThat(overdue(reaper)).isBetween(3600.0, 2 * 3600.0);
    }

    private static double overdue(Reaper reaper) {
        return reaper.metrics
                .get("turnkeep_session_oldest_overdue_seconds")
                .gauge()
                .value();
    }

    @Test
    void oneStuckPartitionDoesNotStopTheOthers() {
        // Given
        SessionId stuck = space.open("stuck", space.idle);
        SessionId flowing = space.open("flowing", space.idle);
        SessionId several = space.open("several", space.idle);
        partition(flowing, "1");
        partition(several, "-1");
        space.readUpTo(0, space.now.minus(Duration.ofHours(2)));

        // When
        Counts counts = space.reaper().reap.run();

        // Then
        assertThat(counts.of("vetoed_watermark")).isEqualTo(2);
        assertThat(space.state(flowing)).isEqualTo("ended");
        assertThat(space.state(stuck)).isEqualTo("open");
        assertThat(space.state(several)).isEqualTo("open");
    }

    @Test
    void anUnknownWatermarkIsAVeto() {
        // Given
        SessionId session = space.open("s", space.idle);
        partition(session, "7");
        SessionId several = space.open("several", space.idle);
        partition(several, "-1");
        space.execute("DELETE FROM partition_progress WHERE partition = 1");

        // When
        Counts counts = space.reaper().reap.run();

        // Then
        assertThat(counts.of("vetoed_watermark")).isEqualTo(2);
    }

    @Test
    void afterTheTopicGrewEveryPartitionCountsForOlderSessions() {
        // Given
        SessionId older = space.open("older", space.idle);
        space.execute("UPDATE topic_progress SET counted_since = '%s'".formatted(space.idle.plusSeconds(1)));
        space.readUpTo(1, space.idle);

        // When
        Counts before = space.reaper().reap.run();
        space.readUpTo(1, space.now);
        Counts after = space.reaper().reap.run();

        // Then
        assertThat(before.of("vetoed_watermark")).isEqualTo(1);
        assertThat(after.of("ended")).isEqualTo(1);
        assertThat(space.state(older)).isEqualTo("ended");
    }

    @Test
    void whatCameAfterThePartitionsWereCountedIsUnknown() {
        // Given: the topic may have grown since, and the partition that was read to the present is not the only one
        SessionId session = space.open("s", space.idle);
        space.execute("UPDATE topic_progress SET counted_at = '%s'".formatted(space.idle.plus(ReaperSpace.IDLE)));

        // When
        Counts before = space.reaper().reap.run();
        space.execute("UPDATE topic_progress SET counted_at = '%s'".formatted(space.now));
        Counts after = space.reaper().reap.run();

        // Then
        assertThat(before.of("vetoed_watermark")).isEqualTo(1);
        assertThat(after.of("ended")).isEqualTo(1);
        assertThat(space.state(session)).isEqualTo("ended");
    }

    @Test
    void aSessionThatWasMadeByTheApiIsNotIdleBeforeItsFirstTurn() {
        // Given: of epoch 0, and long over by retention's measure
        SessionId made = space.open("made", space.now.minus(Duration.ofDays(91)));
        space.execute("UPDATE sessions SET state = 'created', epoch = 0, started_at = NULL, last_event_at = NULL, "
                + "last_received_at = NULL, idle_bucket = NULL");
        Reaper reaper = space.reaper();

        // When
        Counts reaped = reaper.reap.run();
        reaper.sweep.run();
        String beforeRetention = space.state(made);
        Counts retired = reaper.retire.run();

        // Then
        assertThat(reaped.of("ended")).isZero();
        assertThat(beforeRetention).isEqualTo("created");
        assertThat(retired.of("retired")).isEqualTo(1);
        assertThat(space.rows("SELECT count(*) FROM session_events WHERE type = 'session.ended'"))
                .containsExactly("0");
    }

    @Test
    void aGapOfExactlyTheIdleTimeoutExtends() {
        // Given
        SessionId equal = space.open("equal", space.now.minus(ReaperSpace.IDLE));
        SessionId beyond =
                space.open("beyond", space.now.minus(ReaperSpace.IDLE).minusMillis(1));

        // When
        space.reaper().sweep.run();

        // Then
        assertThat(space.state(equal)).isEqualTo("open");
        assertThat(space.state(beyond)).isEqualTo("ended");
    }

    @Test
    void aSuspendedSessionIsNeitherEndedNorRetired() {
        // Given
        SessionId parked = space.open("parked", space.now.minus(Duration.ofDays(1000)));
        SessionId sibling = space.open("sibling", space.now.minus(Duration.ofDays(1000)));
        space.execute("UPDATE sessions SET state = 'suspended', suspended_at = now() WHERE id = '" + parked + "'");
        Reaper reaper = space.reaper();

        // When
        Counts counts = reaper.reap.run();
        reaper.sweep.run();
        Counts retired = reaper.retire.run();

        // Then
        assertThat(counts.of("vetoed_suspended")).isEqualTo(1);
        assertThat(retired.of("retired")).isEqualTo(1);
        assertThat(space.state(parked)).isEqualTo("suspended");
        assertThat(space.state(sibling)).isEqualTo("retired");
    }

    @Test
    void aLiveLeaseKeepsASessionUntilItRunsOut() {
        // Given
        SessionId session = space.open("s", space.now.minus(Duration.ofDays(100)));
        space.lease(session, "a:b/ü", space.now);
        Reaper reaper = space.reaper();

        // When
        Counts held = reaper.reap.run();
        String whileHeld = space.state(session);
        space.execute("UPDATE session_leases SET expires_at = now() - interval '1 second'");
        Counts over = reaper.reap.run();

        // Then
        assertThat(held.of("vetoed_lease")).isEqualTo(1);
        assertThat(whileHeld).isEqualTo("open");
        assertThat(over.of("ended")).isEqualTo(1);
    }

    @Test
    void aLeaseKeepsASessionFromRetirement() {
        // Given
        SessionId session = space.open("s", space.now.minus(Duration.ofDays(100)));
        Reaper reaper = space.reaper();
        reaper.reap.run();
        space.lease(session, "holder", space.now);

        // When
        Counts held = reaper.retire.run();
        space.execute("DELETE FROM session_leases");
        Counts free = reaper.retire.run();

        // Then
        assertThat(held.of("vetoed_lease")).isEqualTo(1);
        assertThat(free.of("retired")).isEqualTo(1);
    }

    @Test
    void aChannelThatIsWrittenToKeepsItsSession() {
        // Given: two were written to within the idle timeout, of which one has not had a turn yet
        SessionId written = space.open("written", space.idle);
        space.written(written, space.now.minusSeconds(60));
        SessionId quiet = space.open("quiet", space.idle);
        space.written(quiet, space.idle);
        SessionId made = space.open("made", space.now.minus(Duration.ofDays(100)));
        space.execute("UPDATE sessions SET state = 'created', epoch = 0, started_at = NULL, last_event_at = NULL, "
                + "last_received_at = NULL, idle_bucket = NULL WHERE id = '" + made + "'");
        space.written(made, space.now.minusSeconds(60));
        Reaper reaper = space.reaper();

        // When
        Counts reaped = reaper.reap.run();
        Counts retired = reaper.retire.run();
        String whileWritten = space.state(written) + ", " + space.state(made);
        space.execute("UPDATE streams SET last_at = '" + space.idle + "'");
        Counts reapedLater = reaper.reap.run();
        Counts retiredLater = reaper.retire.run();
        space.execute("UPDATE streams SET last_at = '" + space.now.minus(Duration.ofDays(91)) + "'");
        Counts retiredInTheEnd = reaper.retire.run();

        // Then
        assertThat(reaped.of("vetoed_channel")).isEqualTo(1);
        assertThat(reaped.of("ended")).as("the quiet one").isEqualTo(1);
        assertThat(retired.of("vetoed_channel")).isEqualTo(1);
        assertThat(whileWritten).isEqualTo("open, created");
        assertThat(reapedLater.of("ended")).isEqualTo(1);
        assertThat(retiredLater.of("retired"))
                .as("written to within the retention")
                .isZero();
        assertThat(retiredLater.of("vetoed_channel")).isEqualTo(1);
        assertThat(retiredInTheEnd.of("retired")).isEqualTo(1);
    }

    @Test
    void aFailureEndsWithItsCause() {
        // Given: two that could not be ended, of which somebody else has ended one since
        SessionId ended = space.open("ended", space.idle);
        SessionId stuck = space.open("stuck", space.idle);
        for (SessionId session : List.of(ended, stuck)) {
            space.execute(
                    "INSERT INTO session_end_failures SELECT s.id, s.org_id, s.environment, 9, 'test', '%s', '%s', '%s' "
                                    .formatted(space.idle, space.idle, space.now.plusSeconds(600))
                            + "FROM sessions s WHERE s.id = '" + session + "'");
        }
        space.execute(
                "UPDATE sessions SET state = 'ended', ended_at = last_event_at, idle_bucket = NULL, updated_at = '"
                        + space.now + "' WHERE id = '" + ended + "'");
        Reaper reaper = space.reaper();

        // When
        long deadLetters = reaper.check.check(0).violations(Invariant.DEAD_LETTERS);
        Counts vacuumed = reaper.vacuum.run();

        // Then
        assertThat(deadLetters).isEqualTo(1);
        assertThat(vacuumed.of("failures_removed")).isEqualTo(1);
        assertThat(space.rows("SELECT session_id FROM session_end_failures")).contains(stuck.toString());
    }

    @Test
    void aLeaseThatIsTooOldStopsVetoingAndIsCounted() {
        // Given
        SessionId session = space.open("s", space.idle);
        space.lease(session, "forever", space.now.minus(Duration.ofHours(25)));

        // When
        Counts unlimited = space.reaper("max-lease-age", "0s").reap.run();
        Reaper limited = space.reaper();
        Counts counts = limited.reap.run();

        // Then
        assertThat(unlimited.of("vetoed_lease")).isEqualTo(1);
        assertThat(counts.of("ended")).isEqualTo(1);
        assertThat(limited.metrics.counter("turnkeep_reaper_leases_overstayed").count())
                .isEqualTo(1);
    }

    @Test
    void aVetoThatCannotBeEvaluatedKeepsTheSessionAndSaysSo() {
        // Given
        SessionId session = space.open("s", space.idle);
        space.execute("REVOKE SELECT ON session_leases FROM turnkeep_reaper");
        Reaper reaper = space.reaper();

        // When
        Counts counts = reaper.reap.run();
        space.execute("GRANT SELECT ON session_leases TO turnkeep_reaper");
        Counts mended = reaper.reap.run();

        // Then
        assertThat(counts.of("vetoed_error")).isEqualTo(1);
        assertThat(reaper.vetoes("error")).isEqualTo(1);
        assertThat(mended.of("ended")).isEqualTo(1);
        assertThat(space.state(session)).isEqualTo("ended");
    }

    @Test
    void aVetoOfRetirementThatCannotBeEvaluatedKeepsTheSessionAndSaysSo() {
        // Given
        SessionId session = space.open("s", space.now.minus(Duration.ofDays(100)));
        Reaper reaper = space.reaper();
        reaper.reap.run();
        space.execute("REVOKE SELECT ON session_leases FROM turnkeep_reaper");

        // When
        Counts counts = reaper.retire.run();
        space.execute("GRANT SELECT ON session_leases TO turnkeep_reaper");
        String kept = space.state(session);
        Counts mended = reaper.retire.run();

        // Then
        assertThat(counts.of("vetoed_error")).isEqualTo(1);
        assertThat(reaper.vetoes("error")).isEqualTo(1);
        assertThat(kept).isEqualTo("ended");
        assertThat(mended.of("retired")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"XX001", "55P03", "57014", "58030"})
    void noFailureThatComesBackStarvesTheNeighbours(String sqlState) {
        // Given
        List<SessionId> poison = space.open(20, space.idle.minusSeconds(600));
        List<SessionId> rest = space.open(60, space.idle);
        poison(sqlState);

        // When: in one batch, the poison at its head
        List<SessionId> all = new ArrayList<>(poison);
        all.addAll(rest);
        Reaper reaper = space.reaper();
        var batch = reaper.changer.endIdle(all, space.now);
        space.execute("DROP TRIGGER poison ON sessions");

        // Then
        assertThat(rest).allSatisfy(one -> assertThat(batch.of(one)).isEqualTo(new Ending.Done()));
        assertThat(poison).allSatisfy(one -> assertThat(batch.of(one)).isEqualTo(new Ending.Kept(Veto.ERROR)));
        assertThat(space.rows("SELECT count(*), min(reason) FROM session_end_failures"))
                .containsExactly(poison.size() + "|SQLSTATE " + sqlState);
    }

    @Test
    void sessionsThatCannotBeEndedDoNotStarveTheRest() {
        // Given: 60 sessions at the head of the queue are refused by the database
        List<SessionId> poison = space.open(60, space.idle.minusSeconds(600));
        List<SessionId> rest = space.open(100, space.idle);
        poison("22000");
        Reaper reaper = space.reaper("batch", "20", "dead-letter-after", "3");

        // When
        Counts first = reaper.reap.run();
        Counts again = reaper.reap.run();

        // Then
        assertThat(first.of("ended")).isEqualTo(rest.size());
        assertThat(first.of("vetoed_error")).isEqualTo(poison.size());
        assertThat(again.of("vetoed_error")).isEqualTo(poison.size());
        assertThat(space.rows("SELECT DISTINCT failures, reason FROM session_end_failures"))
                .as("a session that failed rests: it was not tried again")
                .containsExactly("1|SQLSTATE 22000");

        // When: they have failed often, and then the cause is gone
        space.reaper(later(Duration.ofMinutes(1)), PausePoint.NONE, "batch", "20")
                .reap
                .run();
        space.reaper(later(Duration.ofMinutes(2)), PausePoint.NONE, "batch", "20")
                .reap
                .run();
        long deadLetters = reaper.check.check(0).violations(Invariant.DEAD_LETTERS);
        space.execute("DROP TRIGGER poison ON sessions");
        Counts mended =
                space.reaper(later(Duration.ofHours(1)), PausePoint.NONE).reap.run();

        // Then
        assertThat(deadLetters).isEqualTo(poison.size());
        assertThat(mended.of("ended")).isEqualTo(poison.size());
        assertThat(reaper.check.check(0).violations(Invariant.DEAD_LETTERS)).isZero();
        assertThat(space.ends()).isEqualTo("160 of 160");
    }

    /** The database refuses whatever is more than five minutes overdue. */
    private static void poison(String sqlState) {
        space.execute("""
                CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'poison' USING ERRCODE = '%s'; END $$
                """.formatted(sqlState));
        space.execute("CREATE TRIGGER poison BEFORE UPDATE ON sessions FOR EACH ROW "
                + "WHEN (OLD.last_received_at < '%s') EXECUTE FUNCTION refuse()"
                        .formatted(space.idle.minusSeconds(300)));
    }

    private static Clock later(Duration duration) {
        return Clock.fixed(space.now.plus(duration), ZoneOffset.UTC);
    }

    private static void partition(SessionId session, String partition) {
        space.execute("UPDATE sessions SET kafka_partition = %s WHERE id = '%s'".formatted(partition, session));
    }
}
