package dev.turnkeep.session.turn;

import static dev.turnkeep.session.turn.SampleTurn.NOON;
import static dev.turnkeep.session.turn.SampleTurn.said;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.merkle.Message;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithLocalStack
class TurnTransactionIT {
    private static TurnDatabase database;
    private Scope scope;

    @BeforeAll
    static void open(TestSpace space) {
        database = new TurnDatabase(space);
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @BeforeEach
    void newOrganisation() {
        scope = database.scope();
    }

    @Test
    void aTurnBecomesASessionWithExactTotals() {
        // When
        var outcome = database.store(
                SampleTurn.in(scope, "s-1", "r-1"),
                SampleTurn.in(scope, "s-1", "r-2").at(NOON.plusSeconds(5)));

        // Then
        assertThat(outcome.stored()).isEqualTo(2);
        assertThat(sessions("state, epoch, turn_count, input_tokens, output_tokens, cache_read_tokens, "
                        + "cache_write_tokens, reasoning_tokens, tool_calls, tool_errors, unpriced_turns, version, "
                        + "kafka_partition, started_at, last_event_at, cwd"))
                .containsExactly("open|1|2|200|40|120|20|10|4|2|0|1|0|2026-05-01 12:00:00+00|"
                        + "2026-05-01 12:00:05+00|/home/someone");
        assertThat(events()).containsExactly("session.started|new");
        assertThat(count("nodes")).isEqualTo(4);
        assertThat(count("blobs")).isEqualTo(3);
    }

    @Test
    void anEventCarriesTheTraceOfTheTurnThatBroughtIt() {
        // Given
        String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

        // When
        database.store(
                SampleTurn.in(scope, "s-1", "r-1"),
                SampleTurn.in(scope, "s-2", "r-2").tracedBy(trace),
                SampleTurn.in(scope, "s-2", "r-3"));

        // Then
        assertThat(database.rows("SELECT traceparent FROM session_events WHERE org_id = '%s' ORDER BY position"
                        .formatted(scope.org())))
                .containsExactly("null", trace);
    }

    @Test
    void storingABatchAgainChangesNothing() {
        // Given
        SampleTurn[] turns = IntStream.range(0, 20)
                .mapToObj(i -> SampleTurn.in(scope, "s-" + i % 3, "r-" + i).at(NOON.plusSeconds(i)))
                .toArray(SampleTurn[]::new);
        database.store(turns);
        List<String> before = database.dump();

        // When
        var outcome = database.store(turns);
        Collections.reverse(java.util.Arrays.asList(turns));
        database.store(turns);

        // Then
        assertThat(outcome.stored()).isZero();
        assertThat(outcome.repeated()).isEqualTo(20);
        assertThat(database.dump()).isEqualTo(before);
    }

    @Test
    void aRetryWithinTheBatchIsOneTurn() {
        // When
        SampleTurn turn = SampleTurn.in(scope, "s-1", "r-1");
        var outcome = database.store(turn, turn, turn);

        // Then
        assertThat(outcome.stored()).isEqualTo(1);
        assertThat(outcome.repeated()).isEqualTo(2);
        assertThat(sessions("turn_count")).containsExactly("1");
    }

    @Test
    void theSameTurnIdWithAnotherPayloadIsAConflict() {
        // Given
        database.store(SampleTurn.in(scope, "s-1", "r-1"));

        // When
        var outcome = database.store(SampleTurn.in(scope, "s-1", "r-1")
                .saying(List.of(said("user", "other", "other"), said("assistant", "words", "words"))));

        // Then
        assertThat(outcome.refused()).extracting(Refused::problem).containsExactly(Problem.TURN_CONFLICT);
        assertThat(sessions("turn_count")).containsExactly("1");
    }

    @Test
    void concurrentRetriesOnSeveralPartitionsStoreEachTurnOnce() throws Exception {
        // Given
        List<SampleTurn> turns = IntStream.range(0, 40)
                .mapToObj(i -> SampleTurn.in(scope, "s-" + i % 7, "r-" + i).at(NOON.plusSeconds(i)))
                .toList();

        // When
        List<Callable<Integer>> stores = new ArrayList<>();
        for (int p = 0; p < 4; p++) {
            List<SampleTurn> order = new ArrayList<>(turns);
            Collections.shuffle(order, new java.util.Random(p));
            int partition = p;
            stores.add(() ->
                    storeAll(order.stream().map(t -> t.onPartition(partition)).toList()));
        }
        int stored = sum(stores);

        // Then
        assertThat(stored).isEqualTo(40);
        assertThat(count("turns")).isEqualTo(40);
        assertThat(database.rows("SELECT sum(turn_count), sum(input_tokens) FROM sessions WHERE " + mine()))
                .containsExactly("40|4000");
    }

    @Test
    void anImplicitSessionIsSplitByTheIdleTimeoutWithinOneBatch() {
        // When
        database.store(
                SampleTurn.ofActor(scope, "ann", "r-1"),
                SampleTurn.ofActor(scope, "ann", "r-2").at(NOON.plus(ofMinutes(30))),
                SampleTurn.ofActor(scope, "ann", "r-3").at(NOON.plus(ofMinutes(61))),
                SampleTurn.ofActor(scope, "ann", "r-4").at(NOON.plus(ofHours(5))));

        // Then
        assertThat(sessions("state, turn_count, end_reason"))
                .containsExactly("ended|2|boundary", "ended|1|boundary", "open|1|null");
        assertThat(events())
                .containsExactly(
                        "session.started|new",
                        "session.ended|boundary",
                        "session.started|boundary",
                        "session.ended|boundary",
                        "session.started|boundary");
    }

    @Test
    void anImplicitSessionIsSplitAcrossBatches() {
        // Given
        database.store(SampleTurn.ofActor(scope, "ann", "r-1"));

        // When
        database.store(SampleTurn.ofActor(scope, "ann", "r-2").at(NOON.plus(ofHours(1))));
        database.store(
                SampleTurn.ofActor(scope, "ann", "r-3").at(NOON.plusSeconds(1)).receivedAt(NOON.plus(ofHours(1))));

        // Then
        assertThat(sessions("state, turn_count, late_turn_count, end_reason"))
                .containsExactly("ended|2|1|boundary", "open|1|0|null");
        assertThat(events()).last().asString().startsWith("turn.late|");
    }

    @Test
    void aLateTurnWithoutASessionMakesABackfill() {
        // When
        database.store(
                SampleTurn.in(scope, "s-1", "r-1").receivedAt(NOON.plus(ofHours(3))),
                SampleTurn.in(scope, "s-1", "r-2").at(NOON.minus(ofHours(1))).receivedAt(NOON.plus(ofHours(3))));

        // Then
        assertThat(sessions("state, epoch, turn_count, late_turn_count, end_reason, started_at, ended_at"))
                .containsExactly("ended|1|2|2|backfill|2026-05-01 11:00:00+00|2026-05-01 12:00:00+00");
    }

    @Test
    void anExplicitSessionReopensBeyondItsFence() {
        // Given
        database.store(SampleTurn.in(scope, "s-1", "r-1"));
        database.execute("UPDATE sessions SET state = 'ended', end_reason = 'idle', ended_at = last_event_at, "
                + "version = version + 1 WHERE " + mine());

        // When
        database.store(SampleTurn.in(scope, "s-1", "r-2").at(NOON.plus(ofMinutes(30))));
        database.store(SampleTurn.in(scope, "s-1", "r-3").at(NOON.plus(ofMinutes(31))));

        // Then
        assertThat(sessions("state, epoch, turn_count, late_turn_count")).containsExactly("open|2|3|1");
    }

    @Test
    void aTurnAddressesASessionByItsFriendlyId() {
        // Given
        database.store(SampleTurn.in(scope, "s-1", "r-1"));
        var id = dev.turnkeep.contracts.id.SessionId.parse(sessions("id").getFirst())
                .orElseThrow();

        // When
        var outcome =
                database.store(SampleTurn.in(scope, "x", "r-2").addressing(id).onPartition(3));
        var foreign = database.store(SampleTurn.in(database.scope(), "x", "r-2").addressing(id));

        // Then
        assertThat(outcome.stored()).isEqualTo(1);
        assertThat(sessions("turn_count, kafka_partition")).containsExactly("2|-1");
        assertThat(foreign.refused()).extracting(Refused::problem).containsExactly(Problem.UNKNOWN_SESSION);
    }

    @Test
    void anIdentifiedCallerJoinsItsOnlyLiveSession() {
        // Given
        SampleTurn first = SampleTurn.in(scope, "0123456789abcdef", "r-1").spokenBy("ann");
        database.store(first);

        // When
        database.store(SampleTurn.in(scope, "fedcba9876543210", "r-2").spokenBy("ann"));

        // Then
        assertThat(sessions("harness_session_id, turn_count, kafka_partition"))
                .containsExactly("0123456789abcdef|2|-1");
    }

    @Test
    void anIdentifiedCallerJoinsTheOneThatItsBatchLeaves() {
        // Given
        for (String actor : List.of("a-1", "a-2", "a-3")) {
            database.store(SampleTurn.ofActor(scope, actor, "first of " + actor).spokenBy("ann"));
        }

        // When: the batch gives two of the three to another caller before a turn of no session comes
        var outcome = database.store(
                SampleTurn.ofActor(scope, "a-1", "r-1").spokenBy("bob"),
                SampleTurn.ofActor(scope, "a-3", "r-2").spokenBy("bob"),
                SampleTurn.in(scope, "fedcba9876543210", "r-3").spokenBy("ann"));

        // Then
        assertThat(outcome.stored()).isEqualTo(3);
        assertThat(sessions("actor_id, auth_subject, turn_count"))
                .containsExactlyInAnyOrder("a-1|bob|2", "a-2|ann|2", "a-3|bob|2");
    }

    @Test
    void aChildThatComesFirstIsLinkedWhenItsParentIsAdopted() {
        // When
        database.store(SampleTurn.in(scope, "child", "r-1").harness("sub").forkOf(null, "root"));
        database.store(SampleTurn.in(scope, "root", "r-2").harness("claude"));

        // Then
        assertThat(forks()).containsExactly("sub/child <- claude/root");
        assertThat(database.rows("SELECT count(*) FROM sessions WHERE is_placeholder AND " + mine()))
                .containsExactly("0");
    }

    @Test
    void childAndParentAtOnceAlwaysFindEachOther() throws Exception {
        for (int round = 0; round < 100; round++) {
            // Given
            String root = "root-" + round;
            SampleTurn child =
                    SampleTurn.in(scope, "child-" + round, "c").harness("sub").forkOf(null, root);
            SampleTurn parent =
                    SampleTurn.in(scope, root, "p").harness("claude").onPartition(1);

            // When
            sum(List.of(() -> storeAll(List.of(child)), () -> storeAll(List.of(parent))));

            // Then
            assertThat(forks()).contains("sub/child-" + round + " <- claude/root-" + round);
        }
        assertThat(database.rows("SELECT count(*) FROM sessions WHERE is_placeholder AND " + mine()))
                .containsExactly("0");
    }

    @Test
    void anExplicitParentHarnessIsNeverConfusedWithAnotherSessionOfTheSameName() {
        // Given
        database.store(SampleTurn.in(scope, "root", "r-0").harness("other"));

        // When
        database.store(SampleTurn.in(scope, "child", "r-1").harness("sub").forkOf("claude", "root"));
        database.store(SampleTurn.in(scope, "root", "r-2").harness("claude"));

        // Then
        assertThat(forks()).containsExactly("sub/child <- claude/root");
    }

    @Test
    void aCycleIsRefused() {
        // Given
        database.store(SampleTurn.in(scope, "a", "r-1").forkOf(null, "b"));

        // When
        var outcome = database.store(SampleTurn.in(scope, "b", "r-2").forkOf(null, "a"));

        // Then
        assertThat(outcome.droppedLinks()).isEqualTo(1);
        assertThat(forks()).containsExactly("claude/a <- claude/b");
    }

    @Test
    void onlyWhatIsNewIsInserted() {
        // Given
        List<Message> conversation = new ArrayList<>();
        for (int turn = 0; turn < 30; turn++) {
            conversation.add(said("user", "q" + turn, "q" + turn));
            conversation.add(said("assistant", "a" + turn, "a" + turn));

            // When
            database.store(SampleTurn.in(scope, "s-1", "r-" + turn)
                    .saying(List.copyOf(conversation))
                    .at(NOON.plusSeconds(turn)));
        }

        // Then
        assertThat(count("nodes")).isEqualTo(60);
        assertThat(count("node_variants")).isZero();
        assertThat(count("blobs")).isEqualTo(3);
    }

    @Test
    void twoSessionsThatDifferOnlyInAStrippedSpanKeepTheirOwnText() {
        // Given
        Message first = said("user", "hello <secret of one>", "hello");
        Message second = said("user", "hello <secret of two>", "hello");
        Message answer = said("assistant", "hi", "hi");

        // When
        database.store(SampleTurn.in(scope, "one", "r-1").saying(List.of(first, answer)));
        database.store(SampleTurn.in(scope, "two", "r-2").saying(List.of(second, answer)));
        SampleTurn third = SampleTurn.in(scope, "three", "r-3")
                .saying(List.of(said("user", "hello <secret of three>", "hello"), answer));
        SampleTurn fourth = SampleTurn.in(scope, "four", "r-4")
                .saying(List.of(said("user", "hello <secret of four>", "hello"), answer));
        database.store(third, fourth);

        // Then
        assertThat(count("nodes")).isEqualTo(2);
        assertThat(database.rows("SELECT s.harness_session_id, v.content FROM node_variants v "
                        + "JOIN sessions s ON s.id = v.session_id WHERE s." + mine() + " ORDER BY 1"))
                .containsExactly(
                        "four|\"hello <secret of four>\"",
                        "three|\"hello <secret of three>\"",
                        "two|\"hello <secret of two>\"");
    }

    @Test
    void everySenderOfABatchKeepsItsOwnText() {
        // Given
        Message answer = said("assistant", "hi", "hi");
        database.store(
                SampleTurn.in(scope, "zero", "r-0").saying(List.of(said("user", "text of zero", "hello"), answer)));

        // When
        Message same = said("user", "text of one and two", "hello");
        database.store(
                SampleTurn.in(scope, "one", "r-1").saying(List.of(same, answer)),
                SampleTurn.in(scope, "two", "r-2").saying(List.of(same, answer)));

        // Then
        assertThat(database.rows("SELECT s.harness_session_id, v.content FROM node_variants v "
                        + "JOIN sessions s ON s.id = v.session_id WHERE s." + mine() + " ORDER BY 1"))
                .containsExactly("one|\"text of one and two\"", "two|\"text of one and two\"");
    }

    @Test
    void aSlotsNextSessionFindsTheSameParent() {
        // Given
        database.store(
                SampleTurn.in(scope, "root", "r-0"),
                SampleTurn.in(scope, "far", "r-1").harness("codex"));
        database.store(
                SampleTurn.ofActor(scope, "kid", "r-2").forkOf(null, "root"),
                SampleTurn.ofActor(scope, "pup", "r-3").forkOf("codex", "far"));

        // When
        database.store(
                SampleTurn.ofActor(scope, "kid", "r-4").forkOf(null, "root").at(NOON.plus(ofHours(2))));
        database.store(
                SampleTurn.ofActor(scope, "pup", "r-5").forkOf("codex", "far").at(NOON.plus(ofHours(2))));

        // Then
        assertThat(database.rows(
                        "SELECT c.actor_id, p.harness_id || '/' || p.harness_session_id, count(*) FROM sessions c "
                                + "JOIN sessions p ON p.id = c.parent_session_id WHERE c." + mine()
                                + " GROUP BY 1, 2 ORDER BY 1"))
                .containsExactly("kid|claude/root|2", "pup|codex/far|2");
    }

    @Test
    void aCycleThroughAnAdoptedPlaceholderIsRefused() {
        // Given
        database.store(SampleTurn.in(scope, "c1", "r-1").forkOf(null, "p"));
        database.store(SampleTurn.in(scope, "c2", "r-2").forkOf(null, "c1"));

        // When
        var outcome =
                database.store(SampleTurn.in(scope, "p", "r-3").harness("codex").forkOf("claude", "c2"));

        // Then
        assertThat(outcome.droppedLinks()).isEqualTo(1);
        assertThat(forks()).containsExactlyInAnyOrder("claude/c1 <- codex/p", "claude/c2 <- claude/c1");
    }

    @Test
    void whatASessionRefusesIsTheFailureThatIsSeen() {
        // Given: a NUL in a label, which Postgres cannot store, is refused by the statement that is sent first.
        SampleTurn poison =
                SampleTurn.in(scope, "s\u0001", "r-1").harness("claude").spokenBy("a\u0001");
        var pending = poison.pending();
        var broken = new PendingTurn(
                TurnLabels.named(pending.turn(), "nul\0"),
                pending.times(),
                pending.payloadDigest(),
                pending.blobs(),
                pending.source());

        // When / Then
        assertThatThrownBy(() -> database.transaction.store(List.of(broken)))
                .satisfies(e -> assertThat(Failure.of((RuntimeException) e)).isInstanceOf(Failure.Poison.class));
    }

    @Test
    void aHistoryWhoseAnswersComeBackInAnotherFormIsNotReadAgain() {
        // Given
        List<Message> conversation = new ArrayList<>();
        for (int turn = 0; turn < 12; turn++) {
            conversation.add(said("user", "q" + turn, "q" + turn));
            List<Message> posted = new ArrayList<>(conversation);
            posted.add(said("assistant", "a" + turn, "answer " + turn));

            // When
            database.store(
                    SampleTurn.in(scope, "s-1", "r-" + turn).saying(posted).at(NOON.plusSeconds(turn)));
            conversation.add(said("assistant", "a" + turn, "another form of " + turn));
        }

        // Then
        assertThat(count("nodes")).isEqualTo(12 + 12 + 11);
        assertThat(count("node_variants")).isZero();
    }

    @Test
    void identicalContentOfTwoTenantsIsStoredTwice() {
        // Given
        Scope other = database.scope();

        // When
        database.store(SampleTurn.in(scope, "s-1", "r-1"), SampleTurn.in(other, "s-1", "r-1"));

        // Then
        assertThat(count("nodes")).isEqualTo(2);
        assertThat(count("sessions")).isEqualTo(1);
        assertThat(database.rows("SELECT count(*) FROM nodes WHERE org_id = '%s'".formatted(other.org())))
                .containsExactly("2");
    }

    @Test
    void aTurnOfAnUnknownEnvironmentIsRefusedAndItsNeighboursAreStored() {
        // Given
        Scope nowhere =
                new Scope(new dev.turnkeep.contracts.id.OrgId(java.util.UUID.randomUUID()), scope.environment());

        // When
        var outcome = database.store(SampleTurn.in(nowhere, "s-1", "r-1"), SampleTurn.in(scope, "s-1", "r-1"));

        // Then
        assertThat(outcome.stored()).isEqualTo(1);
        assertThat(outcome.refused()).extracting(Refused::problem).containsExactly(Problem.UNKNOWN_ENVIRONMENT);
    }

    @Test
    void turnsUpdateTheirSessionInPlace() {
        // Given
        database.store(SampleTurn.in(scope, "s-1", "r-0"));
        database.execute("VACUUM ANALYZE sessions");
        String before = hotUpdates();

        // When
        for (int i = 1; i <= 10; i++) {
            database.store(SampleTurn.in(scope, "s-1", "r-" + i).at(NOON.plusSeconds(i)));
        }

        // Then
        assertThat(before).isNotNull();
        org.assertj.core.api.Assertions.assertThatCode(() -> {
                    long grown = 0;
                    for (int i = 0; i < 100 && grown < 10; i++) {
                        Thread.sleep(100);
                        // Changes nothing: a backend tells what it counted with a commit of a second later, or in its
                        // sleep.
                        database.store(SampleTurn.in(scope, "s-1", "r-10").at(NOON.plusSeconds(10)));
                        grown = Long.parseLong(hotUpdates()) - Long.parseLong(before);
                    }
                    assertThat(grown).isGreaterThanOrEqualTo(10);
                })
                .doesNotThrowAnyException();
    }

    private static String hotUpdates() {
        return database.rows("SELECT n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'sessions'")
                .getFirst();
    }

    private int storeAll(List<SampleTurn> turns) {
        int stored = 0;
        for (int from = 0; from < turns.size(); from += 10) {
            List<PendingTurn> batch = turns.subList(from, Math.min(from + 10, turns.size())).stream()
                    .map(SampleTurn::pending)
                    .toList();
            stored += withRetries(batch);
        }
        return stored;
    }

    /** As the consumer does: conflicts are tried again, anything else fails the test. */
    private static int withRetries(List<PendingTurn> batch) {
        for (int i = 0; ; i++) {
            try {
                return database.transaction.store(batch).stored();
            } catch (RuntimeException e) {
                if (i == 20 || !(Failure.of(e) instanceof Failure.Conflict)) {
                    throw e;
                }
            }
        }
    }

    private static int sum(List<Callable<Integer>> tasks) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int sum = 0;
            for (Future<Integer> result : threads.invokeAll(tasks)) {
                sum += result.get();
            }
            return sum;
        }
    }

    private String mine() {
        return "org_id = '%s'".formatted(scope.org());
    }

    private List<String> sessions(String columns) {
        return database.rows("SELECT %s FROM sessions WHERE %s AND NOT is_placeholder ORDER BY created_at, started_at"
                .formatted(columns, mine()));
    }

    private List<String> events() {
        return database.rows("SELECT type, coalesce(payload->>'kind', payload->>'reason', payload->>'turn_id') "
                + "FROM session_events WHERE " + mine() + " ORDER BY position");
    }

    private List<String> forks() {
        return database.rows("SELECT c.harness_id || '/' || c.harness_session_id || ' <- ' || p.harness_id || '/' || "
                + "p.harness_session_id FROM sessions c JOIN sessions p ON p.id = c.parent_session_id WHERE c."
                + mine());
    }

    private long count(String table) {
        return Long.parseLong(database.rows("SELECT count(*) FROM %s WHERE %s".formatted(table, mine()))
                .getFirst());
    }
}
