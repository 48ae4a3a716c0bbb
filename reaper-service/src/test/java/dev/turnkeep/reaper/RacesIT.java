package dev.turnkeep.reaper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.LivenessIndex;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import dev.turnkeep.reaper.ReaperSpace.Reaper;
import dev.turnkeep.reaper.ending.PausePoint;
import dev.turnkeep.reaper.index.Claims;
import dev.turnkeep.reaper.job.Counts;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What can happen between any two steps of a reaper. Each test holds it at the step that matters. */
@WithLocalStack
class RacesIT {
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
    void twoReapersEndAThousandSessionsOnce() throws Exception {
        // Given
        space.open(1000, space.idle);
        Reaper one = space.reaper("batch", "50");
        Reaper other = space.reaper("batch", "50");

        // When: by the index with claims, and by Postgres without any
        together(
                one.reap::run,
                other.reap::run,
                () -> other.changer.endIdle(ids(), space.now),
                () -> one.changer.endIdle(ids(), space.now));
        one.reap.run();

        // Then
        assertThat(space.ends()).isEqualTo("1000 of 1000");
        assertThat(space.count("open")).isZero();
        assertThat(space.indexed()).isZero();
    }

    @Test
    void aTurnBetweenTheScanAndTheLockKeepsTheSessionOpen() {
        // Given
        SessionId session = space.open("s", space.idle);
        Reaper reaper = space.reaper(at(PausePoint.SCANNED, () -> space.turn(session, space.now)));

        // When
        Counts counts = reaper.reap.run();

        // Then
        assertThat(space.state(session)).isEqualTo("open");
        assertThat(counts.of("extended")).isEqualTo(1);
        assertThat(space.indexed()).isEqualTo(1);
    }

    @Test
    void aTurnThatIsBeingStoredKeepsItsRowFromTheReaper() throws SQLException {
        // Given
        SessionId session = space.open("s", space.idle);
        SessionId other = space.open("o", space.idle);
        Reaper reaper = space.reaper();

        // When
        Counts counts;
        try (Connection turn = space.connect()) {
            turn.setAutoCommit(false);
            turn.createStatement().execute("SELECT 1 FROM sessions WHERE id = '" + session + "' FOR NO KEY UPDATE");
            counts = reaper.reap.run();
            turn.createStatement()
                    .execute("UPDATE sessions SET last_received_at = '%s', version = version + 1 WHERE id = '%s'"
                            .formatted(space.now, session));
            turn.commit();
        }
        Counts next = reaper.reap.run();

        // Then
        assertThat(counts.of("locked")).isEqualTo(1);
        assertThat(counts.of("ended")).isEqualTo(1);
        assertThat(next.of("extended")).isEqualTo(1);
        assertThat(space.state(session)).isEqualTo("open");
        assertThat(space.state(other)).isEqualTo("ended");
    }

    @Test
    void aTurnAfterTheLockWaitsAndSeesTheEnd() throws Exception {
        // Given: such a turn was appended beyond the watermark, so it is beyond the idle timeout too
        SessionId session = space.open("s", space.idle);
        CountDownLatch waiting = new CountDownLatch(1);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        AtomicBoolean first = new AtomicBoolean(true);
        Future<String>[] turn = newArray();
        Reaper reaper = space.reaper(at(PausePoint.LOCKED, () -> {
            if (first.getAndSet(false)) {
                turn[0] = threads.submit(() -> {
                    waiting.countDown();
                    return space.rows(
                                    "SELECT state, epoch FROM sessions WHERE id = '" + session + "' FOR NO KEY UPDATE")
                            .getFirst();
                });
                waitFor(waiting);
                until(() -> space.rows("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                                + "AND datname = current_database()")
                        .equals(List.of("1")));
            }
        }));

        // When
        reaper.reap.run();

        // Then
        assertThat(turn[0].get(30, TimeUnit.SECONDS)).isEqualTo("ended|1");
        threads.close();
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // There are no generic arrays.
    private static Future<String>[] newArray() {
        return new Future[1];
    }

    @Test
    void aLeaseThatIsCommittedAfterTheLockIsSeen() {
        // Given: a look in the statement that locks would miss it
        SessionId session = space.open("s", space.idle);
        Reaper reaper = space.reaper(at(PausePoint.LOCKED, () -> {
            if (space.rows("SELECT 1 FROM session_leases").isEmpty()) space.lease(session, "holder", space.now);
        }));

        // When
        Counts counts = reaper.reap.run();

        // Then
        assertThat(counts.of("vetoed_lease")).isEqualTo(1);
        assertThat(space.state(session)).isEqualTo("open");
        assertThat(reaper.vetoes("lease")).isEqualTo(1);
    }

    @Test
    void aLeaseThatIsBeingTakenKeepsTheSessionOpen() throws SQLException {
        // Given
        SessionId session = space.open("s", space.idle);
        Reaper reaper = space.reaper();

        // When
        try (Connection holder = space.connect()) {
            holder.setAutoCommit(false);
            holder.createStatement().execute("SELECT 1 FROM sessions WHERE id = '" + session + "' FOR SHARE");
            assertThat(reaper.reap.run().of("locked")).isEqualTo(1);
            holder.createStatement()
                    .execute(
                            "INSERT INTO session_leases SELECT org_id, environment, id, 'h', now(), now() + interval '1m' "
                                    + "FROM sessions");
            holder.commit();
        }

        // Then
        assertThat(reaper.reap.run().of("vetoed_lease")).isEqualTo(1);
        assertThat(space.state(session)).isEqualTo("open");
    }

    @Test
    void anotherReaperTakesOverWhenAClaimRunsOut() {
        // Given: a reaper died with all claims in its hands
        List<SessionId> sessions = space.open(100, space.idle);
        Reaper dead = space.reaper();
        for (int shard = 0; shard < LivenessIndex.SHARDS; shard++) {
            assertThat(dead.claims.take("reap:" + shard)).isInstanceOf(Claims.Claim.class);
        }
        Reaper other = space.reaper();

        // When
        Counts early = other.reap.run();
        for (int shard = 0; shard < LivenessIndex.SHARDS; shard++) {
            String claim = space.key("claim:reap:" + shard);
            assertThat(space.send(Request.cmd(Command.PTTL).arg(claim)))
                    .as("it runs out by itself")
                    .isBetween(1L, other.config.claimLease().toMillis());
            space.send(Request.cmd(Command.PEXPIRE).arg(claim).arg(1));
            until(() -> space.send(Request.cmd(Command.EXISTS).arg(claim)) == 0);
        }
        Counts late = other.reap.run();

        // Then
        assertThat(early.of("shards_taken")).isEqualTo(LivenessIndex.SHARDS);
        assertThat(early.of("ended")).isZero();
        assertThat(late.of("ended")).isEqualTo(sessions.size());
        assertThat(space.ends()).isEqualTo(sessions.size() + " of " + sessions.size());
    }

    @Test
    void aClaimIsNotGivenBackByWhoHasLostIt() {
        // Given
        Reaper reaper = space.reaper();
        var claim = reaper.claims.take("reap:0");
        space.send(Request.cmd(Command.DEL).arg(space.key("claim:reap:0")));
        var others = space.reaper().claims.take("reap:0");

        // When
        assertThat(claim).isInstanceOfSatisfying(Claims.Claim.class, lost -> {
            assertThat(lost.renewed()).isFalse();
            lost.close();
        });

        // Then
        assertThat(others).isInstanceOf(Claims.Claim.class);
        assertThat(space.send(Request.cmd(Command.EXISTS).arg(space.key("claim:reap:0"))))
                .isEqualTo(1);
        assertThat(reaper.metrics.counter("turnkeep_reaper_claims_expired").count())
                .isEqualTo(1);
        space.flush();
    }

    @Test
    void aCrashBeforeTheCommitEndsNothingAndTheNextRunEndsItOnce() {
        // Given
        SessionId session = space.open("s", space.idle);
        Reaper crashing = space.reaper(at(PausePoint.WRITTEN, RacesIT::crash));

        // When
        Counts crashed = crashing.reap.run();
        String afterwards = space.state(session);
        Counts next = space.reaper().reap.run();

        // Then
        assertThat(crashed.of("vetoed_error")).isEqualTo(1);
        assertThat(afterwards).isEqualTo("open");
        assertThat(next.of("ended")).isEqualTo(1);
        assertThat(space.ends()).isEqualTo("1 of 1");
    }

    @Test
    void aCrashAfterTheCommitNeverEndsASessionTwice() {
        // Given
        SessionId session = space.open("s", space.idle);
        space.reaper(at(PausePoint.COMMITTED, RacesIT::crash)).reap.run();
        assertThat(space.state(session)).isEqualTo("ended");
        assertThat(space.indexed()).isEqualTo(1);

        // When
        Counts next = space.reaper().reap.run();

        // Then
        assertThat(next.of("not_open")).isEqualTo(1);
        assertThat(space.indexed()).isZero();
        assertThat(space.ends()).isEqualTo("1 of 1");
    }

    @Test
    void aTurnBetweenTheCommitAndTheIndexKeepsItsEntry() {
        // Given
        SessionId session = space.open("s", space.idle);
        Reaper reaper = space.reaper(at(PausePoint.COMMITTED, () -> {
            space.execute(
                    "UPDATE sessions SET state = 'open', epoch = 2, ended_at = NULL, end_reason = NULL WHERE id = '"
                            + session + "'");
            space.turn(session, space.now);
        }));

        // When
        reaper.reap.run();

        // Then
        assertThat(space.indexed()).isEqualTo(1);
        assertThat(space.reaper().reap.run().of("seen")).isZero();
        assertThat(space.state(session)).isEqualTo("open");
    }

    @Test
    void redisFlushedTwiceDuringAReapOfTenThousandLosesNothing() {
        // Given
        space.open(10_000, space.idle);
        AtomicInteger batches = new AtomicInteger();
        Reaper reaper = space.reaper(at(PausePoint.WRITTEN, () -> {
            int batch = batches.incrementAndGet();
            if (batch == 3 || batch == 9) space.flush();
        }));

        // When
        Counts reaped = reaper.reap.run();
        long left = space.count("open");
        Counts swept = reaper.sweep.run();

        // Then
        assertThat(left).isPositive();
        assertThat(reaped.of("ended") + swept.of("ended")).isEqualTo(10_000);
        assertThat(space.ends()).isEqualTo("10000 of 10000");
        assertThat(space.indexed()).isZero();
    }

    @Test
    void aReapAfterAFlushFindsEverythingAgain() {
        // Given
        List<SessionId> due = space.open(60, space.idle);
        space.open(40, space.now);
        space.flush();

        // When
        Counts counts = space.reaper("batch", "7").reap.run();

        // Then
        assertThat(counts.of("indexed")).isEqualTo(100);
        assertThat(counts.of("ended")).isEqualTo(due.size());
        assertThat(space.indexed()).isEqualTo(40);
        assertThat(space.reaper().reap.run().of("indexed"))
                .as("nothing was lost since")
                .isZero();
    }

    @Test
    void redisFlushedWhileTheIndexIsWrittenAnewIsWrittenOnceMore() {
        // Given
        space.open(50, space.now);
        AtomicInteger pages = new AtomicInteger();
        Reaper reaper = space.reaper(
                at(PausePoint.INDEXED, () -> {
                    if (pages.incrementAndGet() == 4) space.flush();
                }),
                "batch",
                "10");

        // When
        Counts counts = reaper.sweep.run();

        // Then
        assertThat(counts.of("index_lost")).isEqualTo(1);
        assertThat(space.indexed()).isEqualTo(50);
        assertThat(space.index.lost()).isFalse();
    }

    @Test
    void redisFlushedDuringASweepStopsItNot() {
        // Given: its claim is lost with everything else
        space.open(50, space.idle);
        AtomicInteger batches = new AtomicInteger();
        Reaper reaper = space.reaper(
                at(PausePoint.WRITTEN, () -> {
                    if (batches.incrementAndGet() == 2) space.flush();
                }),
                "batch",
                "10");

        // When
        Counts counts = reaper.sweep.run();

        // Then
        assertThat(counts.of("ended")).isEqualTo(50);
        assertThat(space.ends()).isEqualTo("50 of 50");
        assertThat(space.index.lost()).as("the next reap sees to it").isTrue();
    }

    @Test
    void aSweepGivesWayToWhoeverHasItsClaim() {
        // Given
        space.open(50, space.now);
        AtomicInteger pages = new AtomicInteger();
        Reaper other = space.reaper();
        Reaper slow = space.reaper(
                at(PausePoint.INDEXED, () -> {
                    if (pages.incrementAndGet() == 2) {
                        space.flush();
                        assertThat(other.claims.take("sweep")).isInstanceOf(Claims.Claim.class);
                    }
                }),
                "batch",
                "10");

        // When
        Counts counts = slow.sweep.run();

        // Then
        assertThat(counts.of("indexed")).isEqualTo(20);
        assertThat(space.index.lost()).isTrue();
    }

    @Test
    void aClockThatStepsBackEndsNothingEarlyAndNothingTwice() {
        // Given
        SessionId due = space.open("due", space.idle);
        SessionId fresh = space.open("fresh", space.now.minusSeconds(60));
        Clock slow = Clock.fixed(space.now.minus(Duration.ofHours(2)), ZoneOffset.UTC);
        Clock fast = Clock.fixed(space.now.plus(Duration.ofHours(2)), ZoneOffset.UTC);

        // When
        space.reaper(slow, PausePoint.NONE).reap.run();
        String whileSlow = space.state(due);
        Counts whileFast = space.reaper(fast, PausePoint.NONE).reap.run();
        space.reaper(slow, PausePoint.NONE).sweep.run();

        // Then
        assertThat(whileSlow).isEqualTo("open");
        assertThat(whileFast.of("ended")).isEqualTo(1);
        assertThat(whileFast.of("vetoed_watermark")).isEqualTo(1);
        assertThat(space.state(fresh)).isEqualTo("open");
        assertThat(space.ends()).isEqualTo("1 of 1");
    }

    @Test
    void namesWithSeparatorsAndUnicodeAreSessionsOfTheirOwn() {
        // Given
        List<String> names = List.of("a:b", "a/b", "a", "b", "ä∂:/🙂", "live:0", "%00");
        names.forEach(name -> space.open(name, space.idle));

        // When
        Counts counts = space.reaper().reap.run();

        // Then
        assertThat(counts.of("ended")).isEqualTo(names.size());
        assertThat(space.indexed()).isZero();
    }

    @Test
    void whatIsNoSessionInTheIndexIsRemovedAndKeepsNobodyBack() {
        // Given: at the head of a shard
        List<SessionId> sessions = space.open(40, space.idle);
        for (String key : space.layout.keys()) {
            space.send(Request.cmd(Command.ZADD).arg(key).arg(1).arg("no id at all"));
        }

        // When
        Counts counts = space.reaper("batch", "1").reap.run();

        // Then
        assertThat(counts.of("ended")).isEqualTo(sessions.size());
        assertThat(space.ends()).isEqualTo(sessions.size() + " of " + sessions.size());
        assertThat(space.indexed()).isZero();
    }

    @Test
    void aTurnThatReopensASessionWhileItIsBeingRetiredKeepsItsKeys() {
        // Given
        SessionId session = space.open("s", space.now.minus(Duration.ofDays(100)));
        SessionId sibling = space.open("sibling", space.now.minus(Duration.ofDays(100)));
        space.reaper().reap.run();
        Reaper reaper = space.reaper(at(PausePoint.SCANNED, () -> {
            space.execute(
                    "UPDATE sessions SET state = 'open', epoch = 2, ended_at = NULL, end_reason = NULL WHERE id = '"
                            + session + "'");
            space.turn(session, space.now);
        }));

        // When
        Counts counts = reaper.retire.run();

        // Then
        assertThat(counts.of("retired")).isEqualTo(1);
        assertThat(counts.of("extended")).isEqualTo(1);
        assertThat(space.state(session)).isEqualTo("open");
        assertThat(space.state(sibling)).isEqualTo("retired");
    }

    private static List<SessionId> ids() {
        return space.rows("SELECT id FROM sessions ORDER BY id LIMIT 300").stream()
                .map(id -> SessionId.parse(id).orElseThrow())
                .toList();
    }

    private static void crash() {
        throw new IllegalStateException("the process is gone");
    }

    private static Consumer<PausePoint> at(PausePoint point, Runnable event) {
        return reached -> {
            if (reached == point) event.run();
        };
    }

    private static void together(Runnable... work) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (Runnable each : work) {
                running.add(threads.submit(each));
            }
            for (Future<?> done : running) {
                done.get(60, TimeUnit.SECONDS);
            }
        }
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static void until(java.util.function.BooleanSupplier so) {
        Instant deadline = Instant.now().plusSeconds(30);
        while (!so.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(deadline);
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
