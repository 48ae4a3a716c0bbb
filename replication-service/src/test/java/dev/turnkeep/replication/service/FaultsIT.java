package dev.turnkeep.replication.service;

import static dev.turnkeep.replication.TestDatabase.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.localstack.run.ServiceProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Strikes against the replication under load; afterwards Postgres, ClickHouse and Kafka agree. In small with every build, and
 * in full with {@code make faults}.
 */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
class FaultsIT {
    private static final boolean FULL = Installation.FULL;
    private static final int KILLS = FULL ? 50 : Moment.values().length;
    private static final Duration OUTAGE = FULL ? Duration.ofMinutes(2) : Duration.ofSeconds(2);
    private static final int BACKLOG = FULL ? 1_000_000 : 20_000;
    private static final int TRANSACTION = FULL ? 200_000 : 10_000;
    private static final int WIDE = FULL ? 20_000 : 500;
    // In small far more than that: what else the machine does is nobody's promise.
    private static final Duration TAKEOVER = Duration.ofSeconds(FULL ? 5 : 30);
    /** Four seconds until the server misses a frozen leader's questions, one until a standby asks, and what a start takes. */
    private static final Duration FROZEN_TAKEOVER = TAKEOVER.multipliedBy(2);

    private static final int TABLES = 4;
    private static final int TAKEOVERS = FULL ? 5 : 1;
    private static final int POISON = FULL ? 50 : 3;
    private static final int MORE = FULL ? 10 : 5;
    // Beside the heap: a JVM, its code, and what the drivers and codecs take.
    private static final long RESIDENT = (256 + 256) * 1024L * 1024;

    // Where the random moments come from: a run that failed is begun again with the seed that it printed.
    private static final long SEED = Optional.ofNullable(System.getenv("FAULTS_SEED"))
            .map(Long::parseLong)
            .orElseGet(System::nanoTime);

    private final Random random = new Random(SEED);
    private Installation installation;
    private Books books;
    private Activity activity;
    private int struckCopies;

    /** When the service is killed. */
    private enum Moment {
        ANY,
        /** Both sinks have a transaction, and the server has not been told. */
        STORED_AND_NOT_ACKNOWLEDGED,
        CLICKHOUSE_FROZEN,
        KAFKA_FROZEN,
        /** The tables are being made anew. */
        COPYING
    }

    @BeforeAll
    void startEngines(@TempDir Path data) {
        tell((FULL ? "in full" : "in small") + ", FAULTS_SEED=" + SEED);
        installation = new Installation(data);
        // As much as is under way at a strike, and no more: what has piled up is copied by every strike that follows.
        activity = new Activity(installation.database, Duration.ofMillis(FULL ? 50 : 100), FULL ? 10 : 4);
        books = new Books(installation, activity);
    }

    @AfterAll
    void stopEngines() {
        if (installation != null) {
            installation.close();
        }
    }

    @BeforeEach
    void work() {
        activity.start();
    }

    @AfterEach
    void rest() {
        activity.stop();
    }

    private void balance() {
        activity.stop();
        Instant rested = Instant.now();
        books.agree();
        tell("all agree after " + activity.steps() + " steps of work: " + Duration.between(rested, Instant.now()));
    }

    private void moreHappens(int steps) {
        int before = activity.steps();
        until("more happens", () -> activity.steps() > before + steps);
    }

    /** For whoever watches half an hour of strikes, and reads what the last one was. */
    private static void tell(String what) {
        System.out.println(Instant.now() + " faults: " + what);
    }

    @Test
    void agreesAfterKillsUnderLoad() {
        // Given
        ServiceProcess service = installation.flowing();

        // When
        for (int kill = 0; kill < KILLS; kill++) {
            service.start();
            installation.awaitFlow(service);
            moreHappens(MORE);
            Moment moment = Moment.values()[kill % Moment.values().length];
            tell("kill %d of %d: %s, %d rows and %d events in flight"
                    .formatted(kill + 1, KILLS, moment, waiting(service, "tables"), waiting(service, "events")));
            killAt(moment, service);
            assertThat(service.running()).isFalse();
        }
        service.start();

        // Then
        balance();
        tell("copies that were struck before their end: " + struckCopies);
        assertThat(struckCopies).isPositive();
        assertThat(installation.database.column("SELECT session_id FROM erased_sessions"))
                .as("sessions that were erased meanwhile")
                .isNotEmpty();
    }

    private void killAt(Moment moment, ServiceProcess service) {
        switch (moment) {
            case ANY -> {
                pause(random.nextInt(1_500));
                service.kill();
            }
            case STORED_AND_NOT_ACKNOWLEDGED -> killBeforeTheAcknowledgement(service);
            case CLICKHOUSE_FROZEN -> {
                installation.stack.clickhouse().suspend();
                try {
                    until("rows wait", () -> waiting(service, "tables") > 0);
                    service.kill();
                } finally {
                    installation.stack.clickhouse().resume();
                }
            }
            case KAFKA_FROZEN -> {
                installation.stack.kafka().suspend();
                try {
                    until("events wait", () -> waiting(service, "events") > 0);
                    service.kill();
                } finally {
                    installation.stack.kafka().resume();
                }
            }
            case COPYING -> {
                assertThat(installation.ask(service, "POST", "/resnapshot").status())
                        .isEqualTo(200);
                String before = installation.generation();
                until("a part is copied", () -> !installation
                        .clickHouse("SELECT 1 FROM $snapshot_progress WHERE rows > 0 AND generation LIKE '%@"
                                + consistentPoint() + "' AND generation != '" + before + "'")
                        .isEmpty());
                service.kill();
                struckCopies += installation
                                        .clickHouse(
                                                "SELECT 1 FROM $snapshot_progress FINAL WHERE finished AND generation LIKE '%@"
                                                        + consistentPoint() + "'")
                                        .size()
                                < TABLES
                        ? 1
                        : 0;
            }
        }
    }

    private String consistentPoint() {
        return installation
                .database
                .column("SELECT consistent_point FROM replication_state WHERE stream = 'tables'")
                .getFirst();
    }

    /** A position is written down before the server is told of it: who holds those rows holds up the acknowledgement alone. */
    private void killBeforeTheAcknowledgement(ServiceProcess service) {
        installation.database.whileLocked("SELECT 1 FROM replication_state FOR UPDATE", () -> {
            String before = installation
                    .database
                    .column("SELECT pg_current_wal_insert_lsn()")
                    .getFirst();
            installation.database.insertEvents(3);
            awaitEverythingStored();
            service.kill();
            assertThat(installation.database.column(
                            "SELECT slot_name FROM pg_replication_slots WHERE confirmed_flush_lsn <= '%s'"
                                    .formatted(before)))
                    .as("slots that were not told")
                    .contains(installation.slot("events"), installation.slot("tables"));
        });
    }

    /** What is committed by now is in both sinks, whatever has been acknowledged. */
    private void awaitEverythingStored() {
        var events = installation.database.column("SELECT id FROM session_events");
        until("the events are on Kafka", () -> installation.topic.distinctIds().containsAll(events));
        until(
                "they are in ClickHouse",
                () -> Long.parseLong(installation
                                .clickHouse("SELECT count() FROM $session_events")
                                .getFirst())
                        >= events.size());
    }

    private long waiting(ServiceProcess service, String stream) {
        return installation.status(service, stream).path("rows_in_flight").asLong();
    }

    @Test
    void letsTheEventsFlowWhileClickHouseIsDown() {
        // Given
        ServiceProcess service = installation.flowing();

        // When
        installation.stack.clickhouse().kill();
        Instant down = Instant.now();
        until("it is not ready", () -> !service.ready());
        moreHappens(MORE);
        var events = installation.database.column("SELECT id FROM session_events");

        // Then
        until("the events flow", () -> installation.topic.distinctIds().containsAll(events));
        pause(Duration.between(Instant.now(), down.plus(OUTAGE)).toMillis());
        installation.stack.clickhouse().start();
        balance();
        until("it is ready", service::ready);
    }

    @Test
    void letsTheTablesFlowWhileKafkaIsDown() {
        // Given
        ServiceProcess service = installation.flowing();

        // When
        installation.stack.kafka().kill();
        Instant down = Instant.now();
        until("it is not ready", () -> !service.ready());
        installation.database.insertEvents(1);
        String last = installation
                .database
                // Of a session that nobody erases: that would hide it again.
                .column("SELECT id FROM session_events WHERE session_id::text LIKE '00000000-0000-7000-8000-%'"
                        + " ORDER BY position DESC LIMIT 1")
                .getFirst();

        // Then
        until("the tables flow", () -> !installation
                .clickHouse("SELECT 1 FROM $session_events WHERE id = '%s'".formatted(last))
                .isEmpty());
        pause(Duration.between(Instant.now(), down.plus(OUTAGE)).toMillis());
        installation.stack.kafka().start();
        balance();
        until("it is ready", service::ready);
    }

    @Test
    void agreesAfterPostgresWasKilled() {
        // Given
        ServiceProcess service = installation.flowing();

        // When
        installation.stack.postgres().kill();
        installation.stack.postgres().start();
        moreHappens(MORE);

        // Then
        balance();
        until("it is ready", service::ready);
    }

    @Test
    void letsAnotherReplicaTakeOverWhenTheLeaderFreezesAndWhenItIsKilled() {
        // Given
        ServiceProcess service = installation.flowing();
        ServiceProcess other = installation.service("standby");
        List<Duration> killed = new ArrayList<>();
        List<Duration> frozen = new ArrayList<>();

        // When
        for (int i = 0; i < TAKEOVERS; i++) {
            other.start();
            awaitBoth(other, "standby");
            frozen.add(takeOverFromTheFrozen(service, other));
            killed.add(takeOverFromTheKilled(other, service));
        }

        // Then
        tell("takeovers from killed leaders: " + killed + ", from frozen ones: " + frozen);
        balance();
        assertThat(killed).hasSize(TAKEOVERS).allSatisfy(each -> assertThat(each)
                .isLessThanOrEqualTo(TAKEOVER));
        assertThat(frozen).hasSize(TAKEOVERS).allSatisfy(each -> assertThat(each)
                .isLessThanOrEqualTo(FROZEN_TAKEOVER));
    }

    /** It thaws with batches in its hands, and with a lock that it no longer has. */
    private Duration takeOverFromTheFrozen(ServiceProcess leader, ServiceProcess standby) {
        Duration takeover;
        Instant frozen = Instant.now();
        leader.suspend();
        try {
            awaitBoth(standby, "streaming");
            takeover = Duration.between(frozen, Instant.now());
            moreHappens(MORE);
        } finally {
            leader.resume();
        }
        awaitBoth(leader, "standby");
        awaitBoth(standby, "streaming");
        return takeover;
    }

    private Duration takeOverFromTheKilled(ServiceProcess leader, ServiceProcess standby) {
        Instant killed = Instant.now();
        leader.kill();
        awaitBoth(standby, "streaming");
        return Duration.between(killed, Instant.now());
    }

    private void awaitBoth(ServiceProcess service, String state) {
        installation.awaitState(service, "events", state);
        installation.awaitState(service, "tables", state);
    }

    /** Beside the rest, which flows on. */
    @Test
    void putsBackWhatClickHouseRefusedUnderLoad() {
        // Given
        ServiceProcess service = installation.flowing();
        installation.clickHouse(
                "ALTER TABLE $sessions_v1 ADD CONSTRAINT harmless CHECK coalesce(name, '') != 'poison'");

        // When
        for (int i = 0; i < POISON; i++) {
            installation.database.insertSession("poison");
            moreHappens(1);
        }
        until("all of it is in quarantine", () -> installation
                .database
                .column(
                        "SELECT count(*) FROM replication_quarantine WHERE stream = 'tables' AND table_name = 'sessions'")
                .equals(List.of(Integer.toString(POISON))));

        // Then
        assertThat(requeued(service, "refused")).isEqualTo(POISON);

        // When: one has changed meanwhile
        installation.clickHouse("ALTER TABLE $sessions_v1 DROP CONSTRAINT harmless");
        installation.database.execute("UPDATE sessions SET name = 'newer' WHERE id = "
                + "(SELECT id FROM sessions WHERE name = 'poison' ORDER BY id LIMIT 1)");

        // Then
        assertThat(requeued(service, "stored")).isEqualTo(POISON);
        assertThat(installation.database.column("SELECT 1 FROM replication_quarantine"))
                .isEmpty();
        balance();
    }

    private int requeued(ServiceProcess service, String what) {
        return installation.ask(service, "POST", "/requeue").body().path(what).asInt();
    }

    @Test
    void agreesAfterSlotsWereDroppedWithChangesAndDeletionsInTheGap() {
        // Given
        ServiceProcess service = installation.flowing();
        service.stop();

        // When
        installation.database.dropSlot(installation.slot("events"));
        installation.database.dropSlot(installation.slot("tables"));
        // Nobody sees this, nor whom it erases.
        moreHappens(2 * MORE);
        service.start();

        // Then
        installation.awaitFlow(service);
        balance();
    }

    /** What a session's updates leave alone is not in the stream, and read when it is needed: that is no reason to hold it all. */
    @Order(Integer.MAX_VALUE - 1)
    @Test
    void bringsManyLargeValuesWithinItsMemory() {
        // Given
        ServiceProcess service = installation.flowing();
        activity.stop();

        // When: more than the heap, once in a transaction that leaves them alone and once in a copy
        installation.database.insertWideSessions(WIDE);
        installation.database.execute("UPDATE sessions SET turn_count = turn_count + 1 WHERE name = 'wide'");
        books.agreeInSum();
        String before = installation.generation();
        assertThat(installation.ask(service, "POST", "/resnapshot").status()).isEqualTo(200);
        until("another copy is read", () -> !installation.generation().equals(before));
        installation.awaitFlow(service);

        // Then
        books.agreeInSum();
        long peak = Installation.peakResident(service);
        tell("%d sessions with 20 KB each: at most %d MiB".formatted(WIDE, peak >> 20));
        assertThat(peak).isLessThan(RESIDENT);
        assertThat(service.logTail()).doesNotContain("OutOfMemoryError");
        installation.database.execute("DELETE FROM sessions WHERE name = 'wide'");
    }

    // Last: what it leaves would have to be copied by every other.
    @Order(Integer.MAX_VALUE)
    @Test
    void bringsABacklogAndALargeTransactionWithinItsMemory() {
        // Given
        ServiceProcess service = installation.flowing();
        service.stop();
        activity.stop();

        // When
        for (int i = 0; i < BACKLOG / 10_000; i++) {
            installation.database.insertEvents(10_000);
        }
        // Not ready before all has come: with a backlog this old it says so.
        service.launch();
        installation.database.insertSessions(TRANSACTION);

        // Then
        books.agreeInSum();
        long peak = Installation.peakResident(service);
        tell("a backlog of %d events and a transaction of %d changes: at most %d MiB"
                .formatted(BACKLOG, TRANSACTION, peak >> 20));
        assertThat(peak).isLessThan(RESIDENT);
        // With the memory that it has to have it begins again: that is no bound.
        assertThat(service.logTail()).doesNotContain("OutOfMemoryError");
        until("it is ready", service::ready);
    }

    /** A backup of ClickHouse brought back, or what a failed power left of it: Postgres has forgotten what is missing. */
    @Test
    void makesTheTablesAnewWhenClickHouseWentBackInTime() {
        // Given
        ServiceProcess service = installation.flowing();
        installation.backUpClickHouse();
        moreHappens(2 * MORE);
        balance();
        String before = installation.generation();

        // When
        installation.restoreClickHouse();
        installation.database.insertEvents(5);

        // Then
        until("another copy is read", () -> !installation.generation().equals(before));
        installation.awaitFlow(service);
        books.agree();
    }

    /** A backup brought back: positions are given out once more, for other transactions. */
    @ParameterizedTest
    @MethodSource("promotions")
    void makesTheTablesAnewWhenPostgresWentBackInTime(boolean promoted) {
        // Given
        ServiceProcess service = installation.flowing();
        activity.stop();
        installation.backUpPostgres();
        // Whoever is erased stays erased in ClickHouse, whatever a backup says.
        activity.erases(false);
        activity.start();
        moreHappens(2 * MORE);
        balance();
        service.stop();

        // When
        installation.restorePostgres(promoted);
        if (promoted) {
            // Past what ClickHouse has: only the history of the log tells now.
            installation.database.execute(
                    "CREATE TABLE filler AS SELECT md5(n::text) FROM generate_series(1, 200000) n");
        }
        installation.database.insertEvents(5);
        service.start();

        // Then
        installation.awaitFlow(service);
        activity.stop();
        books.tablesAgree();
        installation.forgetEvents();
        activity.erases(true);
    }

    /** Beside every build the harder one: positions alone do not tell it. */
    static List<Boolean> promotions() {
        return FULL ? List.of(false, true) : List.of(true);
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(Math.max(0, millis));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
