package dev.turnkeep.session.turn;

import static dev.turnkeep.session.turn.SampleTurn.NOON;
import static dev.turnkeep.session.turn.SampleTurn.said;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.price.Charge;
import dev.turnkeep.contracts.price.Overrides;
import dev.turnkeep.contracts.price.Prices;
import dev.turnkeep.contracts.turn.StopKind;
import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.contracts.turn.UsagePart;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import dev.turnkeep.session.price.KeptPrices;
import dev.turnkeep.session.price.PriceSource;
import dev.turnkeep.session.turn.Repricing.Range;
import dev.turnkeep.session.turn.StoredTurns.Place;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Costs and findings as the turn transaction writes them, and as the jobs write them once more. */
@WithLocalStack
class CostIT {
    private static final SessionId FIRST = new SessionId(new UUID(0, 0));
    private static final Instant EARLY = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant LATE = Instant.parse("2100-01-01T00:00:00Z");
    /** What {@link SampleTurn#USAGE} costs by the list: 30 input, 60 read, 6 + 4 written, 20 output. */
    private static final long SONNET = 30L * 3_000 + 60L * 300 + 6L * 3_750 + 4L * 6_000 + 20L * 15_000;

    private static final String FINDINGS =
            "SELECT id, status, outcome, outcome_at, derived_title, title_source, model, model_usage, cost_nano_usd,"
                    + " unpriced_turns FROM sessions WHERE org_id = '%s' ORDER BY id";
    private static final String THREADS = "SELECT t::text FROM session_threads t WHERE org_id = '%s' ORDER BY 1";

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
    void sessionTurnsModelsAndThreadsShowOneNumber() {
        // When
        conversation();

        // Then
        assertThat(one("SELECT cost_nano_usd, unpriced_turns FROM sessions WHERE " + mine()))
                .isEqualTo(4 * SONNET + "|1");
        assertThat(one("SELECT sum(cost_nano_usd), count(*) FILTER (WHERE cost_nano_usd IS NULL) FROM turns WHERE "
                        + mine()))
                .isEqualTo(4 * SONNET + "|1");
        assertThat(one("SELECT sum((m ->> 'cost_nano_usd')::bigint), sum((m ->> 'unpriced_turns')::bigint) "
                        + "FROM sessions, jsonb_array_elements(model_usage) m WHERE " + mine()))
                .isEqualTo(4 * SONNET + "|1");
        assertThat(one("SELECT thread_id, turn_count, cost_nano_usd, unpriced_turns FROM session_threads WHERE "
                        + mine()))
                .isEqualTo("t-1|2|" + SONNET + "|1");
        assertThat(database.rows("SELECT DISTINCT cost_source, split_part(price_ref, '~', 1), p.source FROM turns t "
                        + "LEFT JOIN prices p ON p.ref = t.price_ref WHERE t." + mine() + " ORDER BY 1"))
                .containsExactly(
                        "priced|genai-prices@" + TurnDatabase.PRICES.list().version()
                                + ":anthropic/claude-sonnet-4-6#1|genai-prices",
                        "unpriced|null|null");
    }

    @Test
    void theFindingsAreThoseOfTheTurns() {
        // When
        conversation();

        // Then
        assertThat(one("SELECT status, outcome, derived_title, title_source, model FROM sessions WHERE " + mine()))
                .isEqualTo("unknown|waiting|Parser fix|harness|claude-sonnet-4-6");
    }

    @Test
    void aSessionThatEndsWhileItsAgentWaitsIsAbandoned() {
        // Given
        database.store(SampleTurn.in(scope, "s-1", "r-1").stopping(StopKind.TOOL_USE));
        String live = one("SELECT status FROM sessions WHERE " + mine());

        // When
        database.execute("SELECT change_sessions(ARRAY[id], ARRAY[version], ARRAY[gen_random_uuid()], 'session.ended', "
                + "'idle', now()) FROM sessions WHERE " + mine());

        // Then
        assertThat(live).isEqualTo("unknown");
        assertThat(one("SELECT status FROM sessions WHERE " + mine())).isEqualTo("abandoned");
        assertThat(one("SELECT payload -> 'session' ->> 'status' FROM session_events WHERE type = 'session.ended' AND "
                        + mine()))
                .isEqualTo("abandoned");
    }

    @Test
    void repricingMovesAllNumbersTogetherInBoundedStepsAndOnlyOnce() {
        // Given
        conversation();
        Prices dearer = prices("""
                {"prices": [
                  {"name": "dear", "provider": "anthropic", "model": {"starts_with": "claude"}, "until": "2026-05-01T12:03:00Z",
                   "rates": {"input_mtok": 10, "output_mtok": 10}},
                  {"name": "new", "provider": "anthropic", "model": "no-such-model",
                   "rates": {"input_mtok": 1, "output_mtok": 1}}]}""");
        long dear = 120L * 10_000;
        long fresh = 120L * 1_000;

        // When
        int changed = reprice(dearer, EARLY, LATE, 2);

        // Then
        long expected = 2 * dear + 2 * SONNET + fresh;
        assertThat(changed).isEqualTo(3);
        assertThat(one("SELECT cost_nano_usd, unpriced_turns FROM sessions WHERE " + mine()))
                .isEqualTo(expected + "|0");
        assertThat(one("SELECT sum(cost_nano_usd) FROM turns WHERE " + mine())).isEqualTo(String.valueOf(expected));
        assertThat(one("SELECT sum((m ->> 'cost_nano_usd')::bigint) "
                        + "FROM sessions, jsonb_array_elements(model_usage) m WHERE " + mine()))
                .isEqualTo(String.valueOf(expected));
        assertThat(one("SELECT cost_nano_usd, unpriced_turns FROM session_threads WHERE " + mine()))
                .isEqualTo((SONNET + fresh) + "|0");
        assertThat(one("SELECT (SELECT payload -> 'session' ->> 'cost_nano_usd' FROM session_events e "
                        + "WHERE e.type = 'session.updated' AND e." + mine() + " ORDER BY position DESC LIMIT 1)"))
                .isEqualTo(String.valueOf(expected));
        List<String> once = database.rows("SELECT t::text FROM sessions t WHERE " + mine());
        assertThat(reprice(dearer, EARLY, LATE, 2)).isZero();
        assertThat(database.rows("SELECT t::text FROM sessions t WHERE " + mine()))
                .isEqualTo(once);
    }

    @Test
    void repricingLeavesWhatHappenedOutsideOfTheRange() {
        // Given
        conversation();
        Prices free = prices("""
                {"prices": [{"name": "free", "provider": "anthropic", "model": {"starts_with": "claude"},
                             "rates": {"input_mtok": 0, "output_mtok": 0}}]}""");

        // When
        int changed = reprice(free, NOON.plus(ofMinutes(1)), NOON.plus(ofMinutes(2)), 100);

        // Then
        assertThat(changed).isOne();
        assertThat(one("SELECT cost_nano_usd FROM sessions WHERE " + mine())).isEqualTo(String.valueOf(3 * SONNET));
    }

    @Test
    void rederivingFindsWhatTheTurnTransactionFound() {
        // Given
        conversation();
        database.store(
                SampleTurn.in(scope, "s-2", "x-1").stopping(StopKind.TOOL_USE),
                SampleTurn.in(scope, "s-2", "x-2").at(NOON.plusSeconds(5)).stopping(StopKind.LENGTH));
        List<String> found = database.rows(FINDINGS.formatted(scope.org()));
        List<String> threads = database.rows(THREADS.formatted(scope.org()));
        database.execute(
                "UPDATE sessions SET status = 'unknown', outcome = 'none', outcome_at = NULL, derived_title = NULL,"
                        + " title_source = NULL, model = NULL, model_usage = '[]' WHERE " + mine());
        database.execute("DELETE FROM session_threads WHERE " + mine());

        // When
        int changed = rederive();

        // Then
        assertThat(changed).isEqualTo(2);
        assertThat(database.rows(FINDINGS.formatted(scope.org()))).isEqualTo(found);
        assertThat(database.rows(THREADS.formatted(scope.org()))).isEqualTo(threads);
        assertThat(one("SELECT count(*) FROM session_events WHERE type = 'session.updated' AND " + mine()))
                .isEqualTo("2");
        assertThat(rederive()).isZero();
    }

    @Test
    void aReplayStoresWhatIsMissingAndVouchesForNothing() {
        // Given
        SampleTurn stored = SampleTurn.in(scope, "s-1", "r-1");
        SampleTurn missing = SampleTurn.in(scope, "s-1", "r-2").at(NOON.plusSeconds(1));
        database.store(stored);
        String progress =
                "SELECT topic, partition, processed_through, next_offset FROM partition_progress ORDER BY 1, 2";
        List<String> before = database.rows(progress);

        // When
        Outcome outcome = database.transaction.replay(List.of(stored.pending(), missing.pending()));

        // Then
        assertThat(outcome.stored()).isOne();
        assertThat(outcome.repeated()).isOne();
        assertThat(one("SELECT turn_count FROM sessions WHERE " + mine())).isEqualTo("2");
        assertThat(database.rows(progress)).isEqualTo(before);
    }

    @Test
    void aTurnWhoseUsageWasNotToldInFullIsUnpricedAndSaysWhatWasTold() {
        // Given
        Usage cut = new Usage(200, 1, 0, 0, 0, 0, true, Map.of(UsagePart.WEB_SEARCHES, 2L), "priority");
        SampleTurn untold = SampleTurn.in(scope, "s-1", "r-1").using(Usage.NONE);
        SampleTurn partly = SampleTurn.in(scope, "s-1", "r-2").using(cut);

        // When
        database.store(untold, partly, SampleTurn.in(scope, "s-1", "r-3"));

        // Then
        assertThat(database.rows(
                        "SELECT request_id, cost_source, cost_nano_usd, usage_partial, usage_parts, service_tier "
                                + "FROM turns WHERE " + mine() + " ORDER BY 1"))
                .containsExactly(
                        "r-1|unpriced|null|f|null|null",
                        "r-2|unpriced|null|t|{\"web_searches\":2}|priority",
                        "r-3|priced|" + SONNET + "|f|null|null");
        assertThat(one("SELECT cost_nano_usd, unpriced_turns, input_tokens FROM sessions WHERE " + mine()))
                .isEqualTo(SONNET + "|2|300");
    }

    @Test
    void zerosThatWereOncePricedAsTheyStoodAreRepricedToNothing() {
        // Given: as an earlier version stored a stream that had told no usage.
        database.store(SampleTurn.in(scope, "s-1", "r-1").using(Usage.NONE));
        database.execute("UPDATE turns SET cost_nano_usd = 0, cost_source = 'priced' WHERE " + mine());
        database.execute("UPDATE sessions SET unpriced_turns = 0, model_usage = "
                + "jsonb_set(model_usage, '{0,unpriced_turns}', '0') WHERE " + mine());

        // When
        int changed = reprice(TurnDatabase.PRICES, EARLY, LATE, 100);

        // Then
        assertThat(changed).isOne();
        assertThat(one("SELECT cost_source, cost_nano_usd FROM turns WHERE " + mine()))
                .isEqualTo("unpriced|null");
        assertThat(one("SELECT cost_nano_usd, unpriced_turns FROM sessions WHERE " + mine()))
                .isEqualTo("0|1");
    }

    @Test
    void whatWasPricedUntoldIsRepricedAloneAndNothingElseByNewPrices() {
        // Given: as an earlier version stored a stream that told no usage, one that broke off, and one that told all
        database.store(
                SampleTurn.in(scope, "s-1", "r-1").using(Usage.NONE),
                SampleTurn.in(scope, "s-1", "r-2").stopping(StopKind.INCOMPLETE),
                SampleTurn.in(scope, "s-1", "r-3"));
        database.execute("UPDATE turns SET cost_source = 'priced', cost_nano_usd = coalesce(cost_nano_usd, 0),"
                + " price_ref = coalesce(split_part(price_ref, '~', 1), 'genai-prices@0.1.8:anthropic/x') WHERE "
                + mine());
        database.execute("UPDATE sessions SET unpriced_turns = 0, model_usage = "
                + "jsonb_set(model_usage, '{0,unpriced_turns}', '0') WHERE " + mine());
        Prices dearer = prices("""
                {"prices": [{"name": "dear", "provider": "anthropic", "model": {"starts_with": "claude"},
                             "rates": {"input_mtok": 10, "output_mtok": 10}}]}""");
        Range untold = new Range(EARLY, LATE, scope.org(), true);

        // When
        int changed = reprice(dearer, untold, 100);
        int again = reprice(dearer, untold, 100);

        // Then
        assertThat(changed).isEqualTo(2);
        assertThat(again).isZero();
        assertThat(database.rows("SELECT request_id, cost_source, cost_nano_usd, usage_partial FROM turns WHERE "
                        + mine() + " ORDER BY 1"))
                .containsExactly("r-1|unpriced|null|f", "r-2|unpriced|null|t", "r-3|priced|" + SONNET + "|f");
        assertThat(one("SELECT cost_nano_usd, unpriced_turns FROM sessions WHERE " + mine()))
                .isEqualTo(SONNET + "|2");
    }

    @Test
    void whatAnErrorCutOffIsRepricedToNothingAndWhatAProviderCallsAnErrorIsNot() {
        // Given: as an earlier version stored a stream that ended in an error, and an answer that was all there
        database.store(
                SampleTurn.in(scope, "s-1", "r-1").stopping(StopKind.ERROR),
                SampleTurn.in(scope, "s-1", "r-2").stopping(StopKind.ERROR),
                SampleTurn.in(scope, "s-1", "r-3"));
        database.execute("UPDATE turns SET price_ref = split_part(price_ref, '~', 1), stop_reason = CASE request_id"
                + " WHEN 'r-1' THEN 'error' WHEN 'r-2' THEN 'malformed_tool_use' ELSE 'end_turn' END WHERE " + mine());
        Range untold = new Range(EARLY, LATE, scope.org(), true);

        // When
        int changed = reprice(TurnDatabase.PRICES, untold, 100);
        int again = reprice(TurnDatabase.PRICES, untold, 100);

        // Then
        assertThat(changed).isOne();
        assertThat(again).isZero();
        assertThat(database.rows("SELECT request_id, cost_source, cost_nano_usd, usage_partial FROM turns WHERE "
                        + mine() + " ORDER BY 1"))
                .containsExactly("r-1|unpriced|null|t", "r-2|priced|" + SONNET + "|f", "r-3|priced|" + SONNET + "|f");
        assertThat(one("SELECT cost_nano_usd, unpriced_turns FROM sessions WHERE " + mine()))
                .isEqualTo(2 * SONNET + "|1");
    }

    @Test
    void aPriceWhoseNameHadNoDigestYetIsTheSamePrice() {
        // Given
        database.store(SampleTurn.in(scope, "s-1", "r-1"));
        database.execute("UPDATE turns SET price_ref = split_part(price_ref, '~', 1) WHERE " + mine());

        // When / Then
        assertThat(reprice(TurnDatabase.PRICES, EARLY, LATE, 100)).isZero();
        assertThat(one("SELECT price_ref FROM turns WHERE " + mine())).doesNotContain("~");
    }

    @Test
    void aReplayTellsOfTheUsageOfTurnsThatWereStoredWithItsCountsAlone() {
        // Given: as an earlier version stored them
        Usage tier = new Usage(100, 20, 0, 0, 0, 0, false, Map.of(), "priority");
        Usage cut = new Usage(100, 1, 0, 0, 0, 0, true, Map.of(), null);
        SampleTurn served = SampleTurn.in(scope, "s-1", "r-1").using(tier);
        SampleTurn broken = SampleTurn.in(scope, "s-1", "r-2").using(cut).costing(7);
        SampleTurn whole = SampleTurn.in(scope, "s-1", "r-3");
        database.store(served, broken, whole);
        database.execute("UPDATE turns SET usage_partial = false, service_tier = NULL WHERE " + mine());
        database.execute("UPDATE turns SET cost_source = 'priced', cost_nano_usd = 900000 WHERE request_id = 'r-1' AND "
                + mine());
        database.execute("UPDATE sessions SET unpriced_turns = 0, cost_nano_usd = cost_nano_usd + 900000,"
                + " model_usage = jsonb_set(jsonb_set(model_usage, '{0,unpriced_turns}', '0'), '{0,cost_nano_usd}', "
                + "to_jsonb(cost_nano_usd + 900000)) WHERE " + mine());
        Repricing repricing = new Repricing(database.pool, Clock.systemUTC(), TurnDatabase.PRICES);
        List<PendingTurn> replayed = List.of(served.pending(), broken.pending(), whole.pending());

        // When
        int retold = repricing.retell(replayed);
        int again = repricing.retell(replayed);

        // Then
        assertThat(retold).isEqualTo(2);
        assertThat(again).isZero();
        assertThat(database.rows("SELECT request_id, cost_source, cost_nano_usd, usage_partial, service_tier FROM turns"
                        + " WHERE " + mine() + " ORDER BY 1"))
                .containsExactly(
                        "r-1|unpriced|null|f|priority", "r-2|reported|7|t|null", "r-3|priced|" + SONNET + "|f|null");
        assertThat(one("SELECT cost_nano_usd, unpriced_turns FROM sessions WHERE " + mine()))
                .isEqualTo((SONNET + 7) + "|1");
    }

    @Test
    void aReportedCostGoesBeforeEveryPriceAndStays() {
        // Given
        database.store(
                SampleTurn.in(scope, "s-1", "r-1").costing(4_200_000),
                SampleTurn.in(scope, "s-1", "r-2").using(Usage.NONE).costing(1));
        Prices free = prices("""
                {"prices": [{"name": "free", "provider": "anthropic", "model": {"starts_with": "claude"},
                             "rates": {"input_mtok": 0, "output_mtok": 0}}]}""");

        // When
        int changed = reprice(free, EARLY, LATE, 100);

        // Then
        assertThat(changed).isZero();
        assertThat(database.rows("SELECT cost_source, cost_nano_usd, price_ref FROM turns WHERE " + mine()
                        + " ORDER BY request_id"))
                .containsExactly("reported|4200000|null", "reported|1|null");
        assertThat(one("SELECT cost_nano_usd, unpriced_turns FROM sessions WHERE " + mine()))
                .isEqualTo("4200001|0");
    }

    @Test
    void repricingLooksOnlyIntoSessionsThatHaveTurnsOfTheRange() {
        // Given
        database.store(
                SampleTurn.in(scope, "s-1", "r-1"),
                SampleTurn.in(scope, "s-2", "r-2").at(NOON.plus(ofHours(10))),
                SampleTurn.in(scope, "s-3", "r-3").at(NOON.plus(ofHours(20))));
        Range range = new Range(NOON.plus(ofMinutes(599)), NOON.plus(ofMinutes(601)), scope.org(), false);

        // When
        Repricing.Done done = new Repricing(database.pool, Clock.systemUTC(), TurnDatabase.PRICES)
                .batch(range, new Place(FIRST, 0), 100);

        // Then
        assertThat(done.looked()).isOne();
        assertThat(done.next()).isNull();
    }

    @Test
    void repricingWalksIndexes() {
        // Given
        String id = "'" + FIRST + "'::uuid";
        String range = "timestamptz '2026-01-01'";

        // When
        String sessions = database.plan(StoredTurns.PASS_OF_ORG
                .replace("$1", id)
                .replace("$2", "2000")
                .replace("$3", range)
                .replace("$4", range)
                .replace("$5", "'" + scope.org() + "'::uuid"));
        String turns = database.plan(StoredTurns.WALK
                .replace("$1::uuid[]", "ARRAY[" + id + "]")
                .replace("$2::bigint[]", "ARRAY[0::bigint]")
                .replace("$3", "2000")
                .replace("$4", range)
                .replace("$5", range)
                .replace("$6", "false"));

        // Then
        assertThat(sessions)
                .containsPattern("Index Scan using sessions_of_org on sessions s .*\\R"
                        + ".*Index Cond: \\(\\(org_id = .* AND \\(id >= ");
        assertThat(turns)
                .containsPattern("Index Scan using turns_session_id_seq_key on turns t .*\\R"
                        + ".*Index Cond: \\(\\(session_id = .* AND \\(seq > ");
    }

    @Test
    void aPriceThatADatabaseLostIsKeptAgain() {
        // Given
        AtomicLong now = new AtomicLong();
        KeptPrices kept = new KeptPrices(database.pool, now::get);
        List<Charge> charges =
                List.of(TurnDatabase.PRICES.charge("openai", "gpt-4o-mini", SampleTurn.USAGE, NOON, null));
        String price =
                "SELECT count(*) FROM prices WHERE ref = '" + charges.getFirst().ref() + "'";
        kept.keep(charges);
        database.execute("DELETE FROM prices WHERE ref = '" + charges.getFirst().ref() + "'");

        // When
        kept.keep(charges);
        String atOnce = one(price);
        now.addAndGet(ofMinutes(2).toNanos());
        kept.keep(charges);

        // Then
        assertThat(atOnce).isEqualTo("0");
        assertThat(one(price)).isEqualTo("1");
    }

    /** Four turns of a model that has a price, one of them a sub-agent's and one a title, and one turn of one that has none. */
    private void conversation() {
        database.store(
                SampleTurn.in(scope, "s-1", "r-1"),
                SampleTurn.in(scope, "s-1", "r-2").at(NOON.plus(ofMinutes(1))).stopping(StopKind.TOOL_USE));
        database.store(
                SampleTurn.in(scope, "s-1", "r-3").at(NOON.plus(ofMinutes(3))).onThread("t-1"),
                SampleTurn.in(scope, "s-1", "r-4")
                        .at(NOON.plus(ofMinutes(4)))
                        .onThread("t-1")
                        .ofModel("no-such-model"));
        database.store(SampleTurn.in(scope, "s-1", "r-5")
                .at(NOON.plus(ofMinutes(5)))
                .withoutTools()
                .saying(List.of(
                        said("user", "a title, please", "a title"),
                        said("assistant", "{\\\"title\\\": \\\"Parser fix\\\"}", "title"))));
    }

    private int reprice(Prices prices, Instant from, Instant until, int most) {
        return reprice(prices, new Range(from, until, scope.org(), false), most);
    }

    private int reprice(Prices prices, Range range, int most) {
        Repricing repricing = new Repricing(database.pool, Clock.systemUTC(), prices);
        int turns = 0;
        for (Place place = new Place(FIRST, 0); place != null; ) {
            Repricing.Done done = repricing.batch(range, place, most);
            turns += done.turns();
            place = done.next();
        }
        return turns;
    }

    private int rederive() {
        Rederiving rederiving = new Rederiving(database.pool, Clock.systemUTC());
        int changed = 0;
        for (SessionId after = FIRST; after != null; ) {
            Rederiving.Done done = rederiving.batch(after, scope.org(), 1);
            changed += done.changed();
            after = done.next();
        }
        return changed;
    }

    private static Prices prices(String overrides) {
        return new Prices(
                Overrides.read("overrides.json", overrides.getBytes(StandardCharsets.UTF_8)), PriceSource.published());
    }

    private String one(String sql) {
        return Objects.requireNonNull(database.rows(sql).getFirst());
    }

    private String mine() {
        return "org_id = '" + scope.org() + "'";
    }
}
