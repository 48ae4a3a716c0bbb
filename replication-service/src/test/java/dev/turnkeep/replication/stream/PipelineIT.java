package dev.turnkeep.replication.stream;

import static dev.turnkeep.replication.TestDatabase.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import dev.turnkeep.replication.TestDatabase;
import dev.turnkeep.replication.pgoutput.Lsn;
import dev.turnkeep.replication.stream.CollectingSink.Mode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@WithLocalStack
class PipelineIT {
    private static final Publication EVENTS = new Publication(
            "turnkeep_events_v1",
            new TreeMap<>(Map.of(
                    "session_events",
                    List.of(
                            "id",
                            "position",
                            "org_id",
                            "environment",
                            "session_id",
                            "epoch",
                            "type",
                            "occurred_at",
                            "payload",
                            "traceparent"))),
            "insert, update");
    private static int slots;
    private static TestDatabase database;

    private final List<Pipeline> running = new ArrayList<>();
    private final CollectingSink sink = new CollectingSink();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private String slot = "";

    @BeforeAll
    static void migrate(TestSpace space) {
        database = new TestDatabase(space);
    }

    @BeforeEach
    void newSlot() {
        database.execute("DELETE FROM session_events", "DELETE FROM replication_state");
        slot = database.slot("s" + slots++);
    }

    @AfterEach
    void stopAll() throws InterruptedException {
        sink.release();
        for (Pipeline pipeline : running) {
            pipeline.stop();
        }
        database.dropSlot(slot);
    }

    private Pipeline start(CollectingSink into, StreamConfig config) {
        return start(into, config, Clock.systemUTC());
    }

    private Pipeline start(CollectingSink into, StreamConfig config, Clock clock) {
        PostgresServer server = new PostgresServer(database.config());
        StreamSpec spec = new StreamSpec(
                "events", slot, List.of(EVENTS), new BatchLimits(500, 1024 * 1024, Duration.ofMillis(20)));
        StreamMetrics metrics = new StreamMetrics(registry, "events", clock);
        Pipeline pipeline = new Pipeline(server, spec, config, into, metrics, clock);
        running.add(pipeline);
        pipeline.start();
        return pipeline;
    }

    private Pipeline streaming(CollectingSink into) {
        Pipeline pipeline = start(into, TestStreamConfig.QUICK);
        until("the stream flows", () -> pipeline.status() instanceof StreamStatus.Streaming);
        return pipeline;
    }

    private List<String> inserted() {
        return database.column("SELECT 'session_events Insert ' || id FROM session_events ORDER BY position");
    }

    private Lsn confirmed() {
        return Lsn.parse(database.column(
                        "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '%s'".formatted(slot))
                .getFirst());
    }

    @Test
    void bringsEveryRowOnceInCommitOrderWithRisingVersions() {
        // Given
        streaming(sink);

        // When
        for (int i = 0; i < 50; i++) {
            database.insertEvents(7);
        }

        // Then
        until("all rows arrive", () -> sink.rows().size() >= 350);
        assertThat(sink.rows()).containsExactlyElementsOf(inserted());
        assertThat(sink.versions()).isSorted().doesNotHaveDuplicates();
        assertThat(sink.versions().stream().map(Version::index).distinct()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
    }

    @Test
    void saysWhatIsBeingRestoredAndThatNothingIsFreshMeanwhile() {
        // Given
        Pipeline pipeline = streaming(sink);
        sink.fetches(new Restoring(Instant.now().minusSeconds(60), Map.of("sessions", 7L)));

        // When
        until("it passes", () -> pipeline.report().heartbeatAge().toMillis() < 1_000 && gauge("leader") == 1);

        // Then
        assertThat(pipeline.report().state()).isEqualTo("restoring");
        assertThat(pipeline.report().restoring()).isNotNull().satisfies(it -> assertThat(it.rows())
                .containsEntry("sessions", 7L));
        assertThat(gauge("restoring_seconds")).isGreaterThanOrEqualTo(60);
        long fresh = registry.get("turnkeep_replication_freshness").timer().count();
        Instant before = Instant.now();
        until(
                "a heartbeat passes",
                () -> Instant.now().minus(pipeline.report().heartbeatAge()).isAfter(before.plusMillis(200)));
        assertThat(registry.get("turnkeep_replication_freshness").timer().count())
                .isEqualTo(fresh);

        // When
        sink.fetches(null);

        // Then
        until(
                "it is fresh",
                () -> registry.get("turnkeep_replication_freshness").timer().count() > fresh);
        assertThat(pipeline.report().state()).isEqualTo("streaming");
        assertThat(gauge("restoring_seconds")).isZero();
    }

    @Test
    void agesWhileNothingComesThrough() {
        // Given
        streaming(sink);
        until(
                "a heartbeat passes",
                () -> registry.get("turnkeep_replication_freshness").timer().count() > 0);

        // When: a row waits, and every heartbeat behind it
        sink.mode(Mode.HOLDS);
        database.insertEvents(1);

        // Then
        until("it is two seconds old", () -> gauge("heartbeat_age_seconds") > 2);

        // When
        sink.release();

        // Then
        until("it is new", () -> gauge("heartbeat_age_seconds") < 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {-2, 2})
    void tellsTheLagByTheServersClockWhateverItsOwnShows(long hours) {
        // Given
        Clock wrong = Clock.offset(Clock.systemUTC(), Duration.ofHours(hours));
        Pipeline pipeline = start(sink, TestStreamConfig.QUICK, wrong);
        until("the stream flows", () -> pipeline.status() instanceof StreamStatus.Streaming);
        assertThat(pipeline.trouble()).isEmpty();

        // When: a row waits, and every heartbeat behind it
        sink.mode(Mode.HOLDS);
        database.insertEvents(1);

        // Then
        until("it lags", () -> pipeline.report().lag().toMillis() > 1_000);
        until("it ages", () -> pipeline.report().heartbeatAge().toMillis() > 1_000);
        assertThat(pipeline.report().lag()).isLessThan(Duration.ofHours(1));
        assertThat(pipeline.report().heartbeatAge()).isLessThan(Duration.ofHours(1));
        assertThat(pipeline.trouble()).isEmpty();
    }

    private double gauge(String name) {
        return registry.get("turnkeep_replication_" + name).gauge().value();
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"STORES_SILENTLY", "HOLDS"})
    void losesNothingInACrashBeforeOrAfterTheSinkHasStored(Mode moment) throws InterruptedException, SQLException {
        // Given
        Pipeline first = streaming(sink);
        database.insertEvents(10);
        until("the first rows are stored", () -> sink.rows().size() == 10);
        sink.mode(moment);
        database.insertEvents(10);
        until(
                "the next are under way",
                () -> sink.unanswered() == 10 || sink.rows().size() == 20);

        // When
        first.crash();
        CollectingSink after = new CollectingSink();
        streaming(after);
        database.insertEvents(10);

        // Then
        // What a crash left unconfirmed comes again from its first row: the end is what tells.
        until(
                "the rest arrives, in its order",
                () -> endsWith(after.rows(), inserted().subList(10, 30)));
    }

    @Test
    void losesNothingInFiveCrashesUnderLoad() throws InterruptedException, SQLException {
        // Given
        CollectingSink all = new CollectingSink();

        // When
        for (int crash = 0; crash < 5; crash++) {
            Pipeline pipeline = streaming(all);
            int before = all.rows().size();
            for (int i = 0; i < 20; i++) {
                database.insertEvents(13);
            }
            until("some of it arrives", () -> all.rows().size() > before);
            pipeline.crash();
        }
        streaming(all);

        // Then
        until("all rows arrive", () -> new HashSet<>(all.rows()).size() >= 5 * 20 * 13);
        assertThat(new HashSet<>(all.rows())).isEqualTo(new HashSet<>(inserted()));
    }

    @Test
    void waitsForASinkThatIsDownWithBoundedMemoryAndWithoutLosingItsConnection() {
        // Given: the server would cut a connection that is silent for two seconds.
        Pipeline pipeline = start(sink, new TestStreamConfig(2_000, Duration.ofSeconds(2), Duration.ofMillis(300)));
        until("the stream flows", () -> pipeline.status() instanceof StreamStatus.Streaming);
        sink.mode(Mode.HOLDS);
        String sender = sender();

        // When
        database.insertEvents(20_000);
        until("the stream reads no more", () -> sink.unanswered() >= 2_000);
        until("the server would have lost its patience", () -> !database.column(
                        "SELECT 1 FROM pg_stat_replication WHERE pid = %s AND backend_start < clock_timestamp() - interval '5 s'"
                                .formatted(sender))
                .isEmpty());

        // Then
        assertThat(sink.unanswered()).isBetween(2_000L, 2_500L);
        Lsn confirmed = confirmed();
        assertThat(sender()).isEqualTo(sender);
        sink.release();
        until("all rows arrive", () -> sink.rows().size() >= 20_000);
        assertThat(sink.rows()).containsExactlyElementsOf(inserted());
        assertThat(sender()).isEqualTo(sender);
        assertThat(confirmed)
                .as("before the commit of what the sink held")
                .isLessThan(sink.versions().getFirst().commit());
    }

    private static boolean endsWith(List<String> rows, List<String> last) {
        return rows.size() >= last.size()
                && rows.subList(rows.size() - last.size(), rows.size()).equals(last);
    }

    private String sender() {
        return database.column("SELECT active_pid FROM pg_replication_slots WHERE slot_name = '%s'".formatted(slot))
                .getFirst();
    }

    @Test
    void bringsATransactionOf200000ChangesWithoutHoldingIt() {
        // Given: a sink that stores nothing before it has as much as the stream may read
        int most = 2_000;
        sink.holdUntil(most);
        Pipeline pipeline = start(sink, new TestStreamConfig(most, Duration.ofSeconds(10), Duration.ofMillis(300)));
        until("the stream flows", () -> pipeline.status() instanceof StreamStatus.Streaming);

        // When
        database.insertEvents(200_000);

        // Then
        until("all rows arrive", Duration.ofMinutes(2), () -> sink.stored() + sink.unanswered() >= 200_000);
        sink.release();
        until("all rows are stored", () -> sink.stored() >= 200_000);
        assertThat(sink.peak()).isEqualTo(most);
        assertThat(sink.rows()).hasSize(200_000).doesNotHaveDuplicates();
        assertThat(sink.versions()).isSorted();
    }

    @Test
    void letsAStandbyTakeOverWhenTheLeaderDies() throws InterruptedException, SQLException {
        // Given
        Pipeline leader = streaming(sink);
        CollectingSink standbySink = new CollectingSink();
        Pipeline standby = start(standbySink, TestStreamConfig.QUICK);
        database.insertEvents(10);
        until("the leader brings it", () -> sink.rows().size() == 10);
        assertThat(standby.status()).isInstanceOf(StreamStatus.Standby.class);
        assertThat(standby.trouble()).isEmpty();

        // When
        leader.crash();
        database.insertEvents(10);

        // Then
        until(
                "the standby brings the rest, in its order",
                () -> endsWith(standbySink.rows(), inserted().subList(10, 20)));
    }

    @Test
    void stopsAtOnceWhenTheConnectionOfItsLockBreaksAndThenLeadsAgain() {
        // Given
        Pipeline pipeline = streaming(sink);
        String sender = sender();

        // When
        database.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'turnkeep-leader-events'"
                        + " AND datname = current_database()");

        // Then
        until("another connection reads", () -> !Objects.equals(sender(), sender) && !sender().equals("null"));
        database.insertEvents(3);
        until("it flows again", () -> new HashSet<>(sink.rows()).size() == 3);
        assertThat(pipeline.trouble()).isEmpty();
    }

    @Test
    void confirmsWhatItHasReadWhenItIsStopped() throws InterruptedException {
        // Given
        Pipeline pipeline = streaming(sink);
        database.insertEvents(1_000);
        until("all of it arrives", () -> sink.rows().size() == 1_000);

        // When
        pipeline.stop();
        streaming(sink);
        database.insertEvents(1);

        // Then: nothing comes twice
        until("what follows arrives", () -> sink.rows().size() >= 1_001);
        assertThat(sink.rows()).containsExactlyElementsOf(inserted());
    }

    @Test
    void goesOnWhereItWasAfterEachOfManyStops() throws InterruptedException {
        // When
        for (int stop = 0; stop < 8; stop++) {
            Pipeline pipeline = streaming(sink);
            // Enough to be worth a write of the position, so that it and the last one are under way at once.
            database.insertEvents(500 + 100 * stop);
            pipeline.stop();
        }
        streaming(sink);

        // Then
        until("all rows arrive", () -> new HashSet<>(sink.rows()).containsAll(inserted()));
        assertThat(sink.restores()).as("the first start's").isEqualTo(1);
    }

    @Test
    void movesAnIdleSlotOnWhileOthersWrite() {
        // Given: no heartbeat does it
        Pipeline pipeline = start(sink, new TestStreamConfig(20_000, Duration.ofSeconds(10), Duration.ofHours(1)));
        until("the stream flows", () -> pipeline.status() instanceof StreamStatus.Streaming);
        Lsn before = confirmed();

        // When
        database.execute(
                "CREATE TABLE IF NOT EXISTS noise (n int)", "INSERT INTO noise SELECT generate_series(1, 20000)");
        Lsn written =
                Lsn.parse(database.column("SELECT pg_current_wal_flush_lsn()").getFirst());

        // Then
        until("the slot has moved on", () -> confirmed().compareTo(written) >= 0);
        assertThat(written.isAfter(before)).isTrue();
        assertThat(sink.rows()).isEmpty();
    }

    @Test
    void stopsLoudlyOnAnotherPublicationAndRestoresWhatItLeftOutOnceItIsMended() throws InterruptedException {
        // Given
        streaming(sink).stop();
        database.execute(NARROW);
        try {
            // When: what is committed now is not sent in full, whatever is mended later
            database.insertEvents(3);
            CollectingSink after = new CollectingSink();
            Pipeline pipeline = start(after, TestStreamConfig.QUICK);
            until("it stops", () -> pipeline.status() instanceof StreamStatus.Stopped);

            // Then
            String trouble = pipeline.trouble().orElseThrow();
            assertThat(trouble).contains("run: ALTER PUBLICATION turnkeep_events_v1 SET TABLE ");
            database.execute(trouble.substring(trouble.indexOf("run: ") + "run: ".length()));
            until("it flows", () -> pipeline.status() instanceof StreamStatus.Streaming);
            assertThat(after.restores()).isEqualTo(1);
        } finally {
            mendPublication();
        }
    }

    private static final String NARROW =
            "ALTER PUBLICATION turnkeep_events_v1 SET TABLE session_events (id, org_id, environment, session_id, epoch,"
                    + " occurred_at), replication_heartbeat";

    private static void mendPublication() {
        database.execute(
                "ALTER PUBLICATION turnkeep_events_v1 SET TABLE session_events (id, position, org_id, environment,"
                        + " session_id, epoch, type, occurred_at, payload, traceparent),"
                        + " replication_heartbeat (stream, beat, beat_at, oldest_xid)",
                "ALTER PUBLICATION turnkeep_events_v1 SET (publish = 'insert, update')");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                NARROW,
                "ALTER PUBLICATION turnkeep_events_v1 DROP TABLE session_events",
                "ALTER PUBLICATION turnkeep_events_v1 SET TABLE session_events WHERE (epoch > 100), replication_heartbeat",
                "ALTER PUBLICATION turnkeep_events_v1 SET (publish = 'update')"
            })
    void restoresWhatAPublicationLeftOutThatSomebodyChangedMeanwhile(String change) {
        // Given
        Pipeline pipeline = streaming(sink);
        database.insertEvents(3);
        until("the watermark has passed them", () -> !database.column(
                        "SELECT 1 FROM replication_state WHERE watermark::text::bigint > (SELECT max(xid::text::bigint) FROM session_events)")
                .isEmpty());

        // When
        database.execute(change);
        try {
            database.insertEvents(4);
            String left = database.column("SELECT xid FROM session_events ORDER BY position DESC LIMIT 1")
                    .getFirst();
            until("it stops", () -> pipeline.status() instanceof StreamStatus.Stopped);
            String trouble = pipeline.trouble().orElseThrow();
            database.execute(trouble.substring(trouble.indexOf("run: ") + "run: ".length()));

            // Then
            until("it flows", () -> pipeline.status() instanceof StreamStatus.Streaming);
            assertThat(sink.restores()).as("the first start's, and this").isEqualTo(2);
            assertThat(sink.watermark())
                    .as("before what was left out")
                    .isNotNull()
                    .isLessThanOrEqualTo(Long.valueOf(left));
        } finally {
            mendPublication();
        }
    }

    @Test
    void goesOnAtAPublicationThatSendsMoreAndRestoresNothing() throws InterruptedException {
        // Given
        streaming(sink).stop();
        database.execute("ALTER PUBLICATION turnkeep_events_v1 ADD TABLE prices");
        try {
            // When
            CollectingSink after = new CollectingSink();
            Pipeline pipeline = start(after, TestStreamConfig.QUICK);
            until("it stops", () -> pipeline.status() instanceof StreamStatus.Stopped);
            database.execute("ALTER PUBLICATION turnkeep_events_v1 DROP TABLE prices");

            // Then
            until("it flows", () -> pipeline.status() instanceof StreamStatus.Streaming);
            assertThat(after.restores()).isZero();
        } finally {
            mendPublication();
        }
    }

    @Test
    void readsNoMoreTransactionsThanItMayHoldBehindOneThatWaits() {
        // Given: one row waits, and what follows does not
        int most = 100;
        Pipeline pipeline = start(sink, new TestStreamConfig(most, Duration.ofSeconds(10), Duration.ofMillis(300)));
        until("the stream flows", () -> pipeline.status() instanceof StreamStatus.Streaming);
        sink.mode(Mode.HOLDS);
        database.insertEvents(1);
        until("it waits", () -> sink.unanswered() == 1);
        sink.mode(Mode.STORES);

        // When
        for (int i = 0; i < 3 * most; i++) {
            database.insertEvents(1);
        }
        until("it reads them", () -> sink.stored() > most / 2);
        long beat = beat();
        until("it has had its time", () -> beat() > beat + 3);

        // Then
        assertThat(sink.stored()).isLessThan(most);
        sink.release();
        until("all rows arrive", () -> sink.stored() == 3 * most + 1);
    }

    private static long beat() {
        return Long.parseLong(database.column("SELECT beat FROM replication_heartbeat WHERE stream = 'events'")
                .getFirst());
    }

    @Test
    void beginsAgainAfterAnErrorThatNobodyExpects() {
        // Given
        streaming(sink);
        sink.failOnce();

        // When
        database.insertEvents(5);

        // Then
        until("all rows arrive", () -> sink.rows().size() == 5);
        assertThat(sink.rows()).containsExactlyElementsOf(inserted());
    }

    @Test
    void flowsOnWhenTheServerRefusesItsHeartbeatsAndSaysSo() {
        // Given
        Pipeline pipeline = streaming(sink);
        String sender = sender();

        // When
        database.execute("REVOKE UPDATE ON replication_heartbeat FROM turnkeep_replicator");
        try {
            until("it says so", () -> pipeline.trouble()
                    .filter(reason -> reason.contains("does not take the heartbeats"))
                    .isPresent());
            database.insertEvents(10);
            until("rows flow", () -> sink.rows().size() == 10);
            assertThat(sender()).as("the same connection").isEqualTo(sender);
        } finally {
            database.execute("GRANT UPDATE ON replication_heartbeat TO turnkeep_replicator");
        }

        // Then
        until("it is well again", () -> pipeline.trouble().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT pg_create_logical_replication_slot('%s', 'pgoutput')",
                "SELECT pg_replication_slot_advance('%s', pg_current_wal_lsn())"
            })
    void restoresAfterASlotOfTheSameNameThatSomebodyElseMadeOrMoved(String statement) throws InterruptedException {
        // Given
        streaming(sink).stop();
        until("nobody reads it", () -> sender().equals("null"));

        // When: what happens here is not in the slot
        database.insertEvents(10);
        if (statement.contains("create")) {
            database.dropSlot(slot);
        }
        database.execute(statement.formatted(slot));
        CollectingSink after = new CollectingSink();
        streaming(after);

        // Then
        assertThat(after.restores()).isEqualTo(1);
    }

    @Test
    void takesARoleThatIsNotShownEveryRowForAnError() {
        // Given
        database.execute("ALTER POLICY services ON session_events TO turnkeep_consumer, turnkeep_reaper");
        try {
            // When
            Pipeline pipeline = start(sink, TestStreamConfig.QUICK);
            until("it stops", () -> pipeline.status() instanceof StreamStatus.Stopped);

            // Then
            String trouble = pipeline.trouble().orElseThrow();
            assertThat(trouble).contains("does not see every row of session_events");
            database.execute(trouble.substring(trouble.indexOf("run: ") + "run: ".length()));
            until("it flows", () -> pipeline.status() instanceof StreamStatus.Streaming);
        } finally {
            database.execute(
                    "DROP POLICY IF EXISTS replication ON session_events",
                    "ALTER POLICY services ON session_events TO turnkeep_consumer, turnkeep_reaper, turnkeep_replicator");
        }
    }

    @Test
    void asksForARestoreUntilItIsDoneWhenTheSlotIsLost() throws InterruptedException {
        // Given
        Pipeline pipeline = streaming(sink);
        assertThat(sink.restores()).as("nothing was known before").isEqualTo(1);
        pipeline.stop();

        // When
        database.dropSlot(slot);
        CollectingSink interrupted = new CollectingSink();
        interrupted.neverRestores();
        streaming(interrupted).stop();
        CollectingSink again = new CollectingSink();
        streaming(again).stop();
        CollectingSink last = new CollectingSink();
        streaming(last);

        // Then
        assertThat(interrupted.restores()).isEqualTo(1);
        assertThat(again.restores()).isEqualTo(1);
        assertThat(last.restores()).isZero();
    }
}
