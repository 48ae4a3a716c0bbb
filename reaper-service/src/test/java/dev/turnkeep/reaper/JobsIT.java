package dev.turnkeep.reaper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.LivenessIndex;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import dev.turnkeep.reaper.ReaperSpace.Reaper;
import dev.turnkeep.reaper.check.Invariant;
import dev.turnkeep.reaper.check.Report;
import dev.turnkeep.reaper.ending.PausePoint;
import dev.turnkeep.reaper.index.IndexStore.Entry;
import dev.turnkeep.reaper.job.Counts;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each job does. */
@WithLocalStack
class JobsIT {
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
    void anIdleSessionEndsAtItsLastEvent() {
        // Given
        SessionId session = space.open("s", space.idle);
        Reaper reaper = space.reaper();

        // When
        Counts counts = reaper.reap.run();

        // Then
        assertThat(counts.of("ended")).isEqualTo(1);
        assertThat(space.rows(
                        "SELECT s.state, s.ended_at = s.last_event_at, s.end_reason, s.idle_bucket, s.version, e.type, "
                                + "e.epoch, e.occurred_at = s.last_event_at, e.payload ->> 'reason', e.payload -> 'session' ->> 'state'"
                                + " FROM sessions s JOIN session_events e ON e.session_id = s.id AND e.type = 'session.ended'"
                                + " WHERE s.id = '" + session + "'"))
                .containsExactly("ended|t|idle|null|2|session.ended|1|t|idle|ended");
        assertThat(reaper.metrics
                        .counter("turnkeep_sessions_ended", "reason", "idle")
                        .count())
                .isEqualTo(1);
        assertThat(reaper.metrics.get("turnkeep_sessions_open").gauge().value()).isZero();
    }

    @Test
    void theSweepFindsWhatRedisDoesNotKnowAndMakesTheIndexAnew() {
        // Given
        space.open(30, space.idle);
        List<SessionId> live = space.open(40, space.now.minusSeconds(60));
        space.flush();
        Reaper reaper = space.reaper("batch", "7");

        // When
        Counts counts = reaper.sweep.run();

        // Then
        assertThat(counts.of("ended")).isEqualTo(30);
        assertThat(counts.of("indexed")).isEqualTo(70);
        assertThat(space.index.indexed(live)).hasSize(40);
        assertThat(space.indexed()).isEqualTo(40);
    }

    @Test
    void theSweepLeavesAloneWhatIsNotDueBeforeItsMinuteIsOver() {
        // Given: its bucket has passed, its deadline has not
        Instant received = space.now.minus(ReaperSpace.IDLE).plusMillis(1);
        SessionId session = space.open("s", received);
        assertThat(space.rows("SELECT idle_bucket <= '" + space.now + "' FROM sessions"))
                .containsExactly("t");

        // When
        Reaper reaper = space.reaper();
        Counts counts = reaper.sweep.run();

        // Then
        assertThat(counts.of("seen")).isZero();
        assertThat(reaper.metrics.find("turnkeep_sessions_end_skipped").counter())
                .isNull();
        assertThat(space.state(session)).isEqualTo("open");
    }

    @Test
    void aLeaseThatHasRunOutIsRemovedWithinTheMinuteAndOthersStay() {
        // Given
        SessionId session = space.open("s", space.now);
        space.lease(session, "gone", space.now);
        space.execute("UPDATE session_leases SET expires_at = now() - interval '1 second'");
        space.lease(session, "here", space.now);

        // When
        Counts counts = space.reaper().expire.run();

        // Then
        assertThat(counts.of("leases_removed")).isEqualTo(1);
        assertThat(space.rows("SELECT holder FROM session_leases")).containsExactly("here");
    }

    @Test
    void aChangedTimeoutMovesTheDeadlinesOfOpenSessions() {
        // Given
        SessionId session = space.open("s", space.now.minusSeconds(60));
        space.execute("UPDATE environments SET harness_idle_timeouts = '{\"claude\": \"PT2S\"}'");

        // When
        Counts counts = space.reaper().sweep.run();

        // Then
        assertThat(counts.of("rebucketed")).isEqualTo(1);
        assertThat(counts.of("ended")).isEqualTo(1);
        assertThat(space.state(session)).isEqualTo("ended");
    }

    @Test
    void expiryClosesFromAnyStateAndEndsWhatIsOpen() {
        // Given
        SessionId open = space.open("open", space.now);
        SessionId parked = space.open("parked", space.now);
        SessionId ended = space.open("ended", space.idle);
        SessionId later = space.open("later", space.now);
        Reaper reaper = space.reaper("batch", "2");
        reaper.reap.run();
        space.execute("UPDATE sessions SET state = 'suspended' WHERE id = '" + parked + "'");
        space.execute("UPDATE sessions SET expires_at = '" + space.now.minusSeconds(1) + "'");
        space.execute(
                "UPDATE sessions SET expires_at = '%s' WHERE id = '%s'".formatted(space.now.plusSeconds(1), later));

        // When
        Counts counts = reaper.expire.run();
        Counts again = reaper.expire.run();

        // Then
        assertThat(counts.of("expired")).isEqualTo(3);
        assertThat(again.of("seen")).isZero();
        assertThat(List.of(space.state(open), space.state(parked), space.state(ended), space.state(later)))
                .containsExactly("closed", "closed", "closed", "open");
        assertThat(space.rows("SELECT type, payload ->> 'reason' FROM session_events WHERE session_id = '" + open
                        + "' AND type <> 'session.started' ORDER BY position"))
                .containsExactly("session.ended|expired", "session.expired|null");
        assertThat(space.rows("SELECT type, payload ->> 'reason' FROM session_events WHERE session_id = '" + ended
                        + "' AND type <> 'session.started' ORDER BY position"))
                .containsExactly("session.ended|idle", "session.expired|null");
    }

    @Test
    void retirementFreesTheKeyOfWhatIsStrictlyOlder() {
        // Given
        SessionId old = space.open("key", space.now.minus(Duration.ofDays(90)).minusMillis(1));
        SessionId equal = space.open("equal", space.now.minus(Duration.ofDays(90)));
        Reaper reaper = space.reaper("batch", "1");
        reaper.reap.run();

        // When
        Counts counts = reaper.retire.run();
        SessionId fresh = space.open("key", space.now);

        // Then
        assertThat(counts.of("retired")).isEqualTo(1);
        assertThat(List.of(space.state(old), space.state(equal), space.state(fresh)))
                .containsExactly("retired", "ended", "open");
        assertThat(space.rows("SELECT type FROM session_events WHERE session_id = '" + old + "' ORDER BY position"))
                .containsExactly("session.started", "session.ended", "session.retired");
        assertThat(reaper.metrics.counter("turnkeep_sessions_retired").count()).isEqualTo(1);
    }

    @Test
    void retirementOfDaysZeroDoesNothing() {
        // Given
        space.open("key", space.now.minus(Duration.ofDays(3650)));
        Reaper reaper = space.reaper("retire.max-age-days", "0");
        reaper.reap.run();

        // Then
        assertThat(reaper.retire.run().of("seen")).isZero();
        assertThat(space.reaper("retire.max-age-days", "-5").retire.run().of("seen"))
                .isZero();
        assertThat(space.reaper("retire.max-age-days", "0.00001").retire.run().of("retired"))
                .isEqualTo(1);
    }

    @Test
    void aBackfilledSessionCountsFromItsLastWrite() {
        // Given: it never had a turn in time
        SessionId session = space.open("s", space.idle);
        space.execute("UPDATE sessions SET state = 'ended', ended_at = started_at, end_reason = 'backfill', "
                + "last_received_at = NULL, updated_at = now() - interval '91 days'");

        // When
        Counts counts = space.reaper().retire.run();

        // Then
        assertThat(counts.of("retired")).isEqualTo(1);
        assertThat(space.state(session)).isEqualTo("retired");
    }

    @Test
    void theVacuumRemovesWhatNobodyNeedsAndEndsNothing() {
        // Given
        SessionId overdue = space.open("overdue", space.idle);
        SessionId over = space.open("over", space.idle);
        space.execute(
                "UPDATE sessions SET state = 'ended', ended_at = now(), end_reason = 'idle' WHERE id = '" + over + "'");
        space.index.put(List.of(new Entry(new SessionId(UUID.randomUUID()), 5)));
        space.send(Request.cmd(Command.ZADD).arg(space.layout.key(3)).arg(1).arg("no id at all"));
        space.lease(overdue, "gone", space.idle);
        space.execute("UPDATE session_leases SET expires_at = now() - interval '1 hour'");
        space.placeholder(Duration.ofHours(25));
        space.placeholder(Duration.ofHours(1));
        space.execute("""
                INSERT INTO erased_sessions (session_id, org_id, environment, harness_id, harness_session_id, external_id, erased_at)
                SELECT gen_random_uuid(), gen_random_uuid(), 'test', 'claude', 'key-' || age, 'name', now() - age * interval '1 day'
                FROM unnest(ARRAY[29, 31]) AS age
                """);

        // When
        Counts counts = space.reaper().vacuum.run();

        // Then
        assertThat(counts.of("index_removed")).isEqualTo(2);
        assertThat(counts.of("leases_removed")).isEqualTo(1);
        assertThat(counts.of("placeholders_removed")).isEqualTo(1);
        assertThat(counts.of("names_forgotten")).isEqualTo(1);
        assertThat(space.rows("SELECT harness_session_id, external_id FROM erased_sessions ORDER BY erased_at"))
                .containsExactly("null|null", "key-29|name");
        assertThat(space.state(overdue)).isEqualTo("open");
        assertThat(space.indexed()).isEqualTo(1);
    }

    @Test
    void theInvariantsHoldOfASystemThatWasReaped() {
        // Given
        space.open(30, space.idle);
        space.open(10, space.now);
        Reaper reaper = space.reaper("batch", "8");
        reaper.reap.run();

        // When
        Report report = reaper.check.check(0);

        // Then
        assertThat(report.holds()).as(report.json().encode()).isTrue();
        assertThat(report.sessions()).isEqualTo(40);
    }

    @Test
    void everyBrokenInvariantIsFound() {
        // Given
        SessionId unstarted = space.open("unstarted", space.now);
        space.execute("DELETE FROM session_events WHERE session_id = '" + unstarted + "'");
        SessionId miscounted = space.open("miscounted", space.now);
        space.execute("UPDATE sessions SET input_tokens = 5 WHERE id = '" + miscounted + "'");
        SessionId overdue = space.open("overdue", space.idle.minus(Duration.ofHours(1)));
        SessionId leased = space.open("leased", space.idle.minus(Duration.ofHours(1)));
        space.lease(leased, "holder", space.now);
        SessionId leafless = space.open("leafless", space.now);
        space.execute("""
                INSERT INTO turns (turn_id, org_id, environment, session_id, seq, payload_digest, provider, root_hash, leaf_hash,
                    node_count, status, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens,
                    cache_write_1h_tokens, reasoning_tokens, cost_nano_usd, cost_source, tool_calls, tool_errors, event_at,
                    received_at, late, kafka_topic, kafka_partition, kafka_offset, meta, created_at)
                SELECT gen_random_uuid(), org_id, environment, id, 1, sha256('x'), 'anthropic', sha256('x'), sha256('x'),
                    1, 'ok', 0, 0, 0, 0, 0, 0, 0, 'reported', 0, 0, now(), now(), false, 't', 0, 0, '{}', now()
                FROM sessions WHERE id = '%s'
                """.formatted(leafless));
        space.execute("UPDATE sessions SET turn_count = 1 WHERE id = '" + leafless + "'");
        SessionId missing = space.open("missing", space.now);
        space.index.drop(List.of(new Entry(missing, Long.MAX_VALUE / 1024)));
        Moving clock = new Moving(space.now);
        Reaper reaper = space.reaper(clock, PausePoint.NONE);

        // When
        Report first = reaper.check.check(0);
        clock.now = space.now.plus(Duration.ofMinutes(11));
        Report second = reaper.check.check(0);

        // Then
        assertThat(first.violations(Invariant.EPOCHS)).isEqualTo(1);
        assertThat(first.violations(Invariant.TOTALS)).isEqualTo(1);
        assertThat(first.violations(Invariant.LEAVES)).isEqualTo(1);
        assertThat(first.violations(Invariant.OVERDUE))
                .as("nobody knows yet since when it could have been ended")
                .isZero();
        assertThat(first.json().getLong("due")).isEqualTo(1);
        assertThat(second.violations(Invariant.OVERDUE)).isEqualTo(1);
        assertThat(first.violations(Invariant.INDEXED)).isZero();
        assertThat(second.violations(Invariant.INDEXED)).isEqualTo(1);
        assertThat(first.holds()).isFalse();
        assertThat(first.json().getJsonObject("overdue_vetoed").getLong("lease"))
                .isEqualTo(1);
        assertThat(second.json().encode()).contains(overdue.toString(), unstarted.toString(), miscounted.toString());
        assertThat(reaper.metrics
                        .get("turnkeep_invariant_violations")
                        .tag("invariant", "epochs")
                        .gauge()
                        .value())
                .isEqualTo(1);
    }

    @Test
    void whatAnOutageHeldUpIsNotOverdueWhenItIsOver() {
        // Given: the consumer was away for two hours, and is back
        space.open("s", space.idle.minus(Duration.ofHours(2)));
        space.readUpTo(0, space.now.minus(Duration.ofHours(3)));
        Moving clock = new Moving(space.now);
        Reaper reaper = space.reaper(clock, PausePoint.NONE);
        Report away = reaper.check.check(0);
        clock.now = space.now.plus(Duration.ofHours(1));
        space.readUpTo(0, space.now);

        // When
        Report back = reaper.check.check(0);
        Duration next = reaper.check.untilNext(clock.now);
        clock.now = clock.now.plus(next);
        Report stillOpen = reaper.check.check(0);

        // Then
        assertThat(away.json().getJsonObject("overdue_vetoed").getLong("watermark"))
                .isEqualTo(1);
        assertThat(back.holds()).as(back.json().encode()).isTrue();
        assertThat(next).as("three runs of reap, and a second").isEqualTo(Duration.ofSeconds(91));
        assertThat(stillOpen.violations(Invariant.OVERDUE)).isEqualTo(1);
    }

    @Test
    void whereNoStreamWasEverStartedTheReportSaysThatNothingWasCompared() {
        // Given
        space.open("first", space.now);
        Moving clock = new Moving(space.now);
        Reaper reaper = space.reaper(clock, PausePoint.NONE);

        // When
        Report without = reaper.check.check(0);
        space.execute(
                "INSERT INTO replication_state (stream, system_identifier, restoring, watermark, updated_at) VALUES "
                        + "('events', 'x', false, pg_snapshot_xmax(pg_current_snapshot()), now())");
        Report with = reaper.check.check(0);

        // Then
        assertThat(without.holds()).as(without.json().encode()).isTrue();
        assertThat(without.json().encode()).contains("no replication stream was ever started");
        assertThat(with.json().encode()).doesNotContain("no replication stream was ever started");
    }

    @Test
    void anEventThatAStreamHasNotStoredInTimeIsFound() {
        // Given: one stream has stored everything, and the other nothing of the second session
        space.open("first", space.now);
        String between = space.rows("SELECT pg_current_xact_id()::text").getFirst();
        space.open("second", space.now);
        space.execute(
                "INSERT INTO replication_state (stream, system_identifier, restoring, watermark, updated_at) VALUES "
                        + "('tables', 'x', false, pg_snapshot_xmax(pg_current_snapshot()), now()), "
                        + "('events', 'x', false, '" + between + "', now())");
        String late = space.rows("SELECT id FROM session_events ORDER BY position DESC LIMIT 1")
                .getFirst();
        Moving clock = new Moving(space.now);
        Reaper reaper = space.reaper(clock, PausePoint.NONE);

        // When
        Report first = reaper.check.check(0);
        clock.now = space.now.plus(Duration.ofMinutes(6));
        Report second = reaper.check.check(0);

        // Then
        assertThat(first.holds()).as(first.json().encode()).isTrue();
        assertThat(second.violations(Invariant.PUBLISHED)).isEqualTo(1);
        assertThat(second.json().encode()).contains("events:" + late);
    }

    /** A clock that is set by hand. */
    private static final class Moving extends Clock {
        private Instant now;

        Moving(Instant now) {
            this.now = now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @Test
    void aTurnOfAnOpenSessionStaysAnUpdateInPlace() throws SQLException {
        // Given
        SessionId session = space.open("s", space.now);

        // When
        try (Connection turn = space.connect()) {
            turn.setAutoCommit(false);
            turn.createStatement()
                    .execute("UPDATE sessions SET last_received_at = last_received_at + interval '1 microsecond', "
                            + "version = version + 1, updated_at = now() WHERE id = '" + session + "'");

            // Then: no index moved
            try (var hot = turn.createStatement()
                    .executeQuery("SELECT pg_stat_get_xact_tuples_hot_updated('sessions'::regclass)")) {
                assertThat(hot.next()).isTrue();
                assertThat(hot.getLong(1)).isEqualTo(1);
            }
            turn.rollback();
        }
    }

    @Test
    void theIndexIsSpreadOverItsShards() {
        // When
        space.open(1000, space.now);

        // Then
        for (int shard = 0; shard < LivenessIndex.SHARDS; shard++) {
            assertThat(space.index.all(shard, 0, 1000)).hasSizeBetween(20, 130);
        }
    }
}
