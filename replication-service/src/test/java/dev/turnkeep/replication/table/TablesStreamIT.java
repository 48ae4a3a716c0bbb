package dev.turnkeep.replication.table;

import static dev.turnkeep.replication.TestDatabase.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import dev.turnkeep.replication.TestDatabase;
import dev.turnkeep.replication.clickhouse.ClickHouse;
import dev.turnkeep.replication.stream.Pipeline;
import dev.turnkeep.replication.stream.StreamStatus;
import dev.turnkeep.replication.stream.Streams;
import dev.turnkeep.replication.stream.TestStreamConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The whole way, as the service goes it: slot, stream, sink. */
@WithLocalStack
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TablesStreamIT {
    private final TestSpace space;
    private final TestDatabase database;
    private final TestClickHouseConfig clickHouseConfig;
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private @Nullable Streams streams;
    private @Nullable TablesStream tables;

    TablesStreamIT(TestSpace space) {
        this.space = space;
        this.database = new TestDatabase(space);
        this.clickHouseConfig = new TestClickHouseConfig(
                space.clickhouse(), space.clickhouse().endpoint().toString());
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (streams != null) streams.stop();
        if (tables != null) tables.stop(new ShutdownEvent());
        streams = null;
        tables = null;
    }

    private Pipeline start() {
        Streams all = new Streams();
        TablesStream started = new TablesStream(
                new TestTablesConfig(database.slot("tables"), true),
                clickHouseConfig,
                TestStreamConfig.QUICK,
                database.config(),
                metrics,
                Clock.systemUTC(),
                all);
        started.start(new StartupEvent());
        streams = all;
        tables = started;
        Pipeline pipeline = all.all().getFirst();
        until("the stream flows", () -> pipeline.status() instanceof StreamStatus.Streaming);
        until("the tables are whole", () -> database.column(
                        "SELECT restoring FROM replication_state WHERE stream = 'tables'")
                .equals(List.of("f")));
        return pipeline;
    }

    private void insertSessions(int count) {
        database.execute("""
                INSERT INTO sessions (id, friendly_id, org_id, environment, harness_id, type, task_identifier, state, name,
                    created_at, updated_at)
                SELECT id, 'session_' || id, '%s', 'test', 'claude', 'agent', 'task', 'created', 'n' || n, now(), now()
                FROM (SELECT gen_random_uuid() AS id, n FROM generate_series(1, %d) n) AS fresh
                """.formatted(database.org(), count));
    }

    private List<String> inPostgres() {
        return database.column(
                "SELECT concat_ws('|', id, name, turn_count) FROM sessions ORDER BY id::text COLLATE \"C\"");
    }

    private List<String> inClickHouse() {
        try (ClickHouse client = new ClickHouse(clickHouseConfig)) {
            return client
                    .rows(
                            "SELECT concat(toString(id), '|', name, '|', toString(turn_count)) FROM %s ORDER BY toString(id)"
                                    .formatted(client.qualified("sessions")))
                    .stream()
                    .map(row -> row.getString(1))
                    .toList();
        }
    }

    private void untilBothAgree() {
        until("ClickHouse agrees with Postgres", () -> inClickHouse().equals(inPostgres()));
    }

    @Test
    void bringsWhatWasThereAndWhatHappensThenAlsoAfterARestart() throws InterruptedException {
        // Given
        insertSessions(120);

        // When
        start();
        insertSessions(30);
        database.execute("UPDATE sessions SET turn_count = 5 WHERE name < 'n2'");
        database.execute("DELETE FROM sessions WHERE name = 'n7'");

        // Then
        untilBothAgree();

        // When
        stop();
        insertSessions(10);
        database.execute("DELETE FROM sessions WHERE name = 'n8'");
        start();

        // Then
        untilBothAgree();
        assertThat(metrics.get("turnkeep.replication.table.freshness").timer().count())
                .isPositive();
    }

    @Test
    void makesTheTablesAnewOnRequest() {
        // Given
        insertSessions(20);
        Pipeline pipeline = start();
        untilBothAgree();
        String before = generation();

        // When
        try (PostgresLink link = new PostgresLink(() -> space.postgres().connect())) {
            Resnapshot.request(link, TablesStream.NAME);
            Resnapshot.interrupt(link, database.slot("tables"));
        }

        // Then
        until("another generation is read", () -> !generation().equals(before));
        insertSessions(5);
        until(
                "it is whole",
                () -> pipeline.trouble().isEmpty()
                        && database.column("SELECT restoring FROM replication_state WHERE stream = 'tables'")
                                .equals(List.of("f")));
        untilBothAgree();
    }

    @Test
    void makesTheTablesAnewAlsoWhenNobodyBreaksTheStreamOff() {
        // Given
        insertSessions(20);
        start();
        untilBothAgree();
        String before = generation();

        // When: as while the one that leads makes ready, and no connection reads the slot
        try (PostgresLink link = new PostgresLink(() -> space.postgres().connect())) {
            Resnapshot.request(link, TablesStream.NAME);
        }

        // Then
        until("another generation is read", () -> !generation().equals(before));
        untilBothAgree();
    }

    @Test
    void makesTheTablesAnewAfterATableWasNotPublishedForAWhile() {
        // Given
        insertSessions(5);
        Pipeline pipeline = start();
        untilBothAgree();

        // When: nobody sends this
        database.execute("ALTER PUBLICATION turnkeep_clickhouse_v1 DROP TABLE sessions");
        insertSessions(3);
        database.execute("UPDATE sessions SET turn_count = 9 WHERE name = 'n1'");
        until("it stops", () -> pipeline.status() instanceof StreamStatus.Stopped);
        String trouble = pipeline.trouble().orElseThrow();
        database.execute(trouble.substring(trouble.indexOf("run: ") + "run: ".length()));

        // Then
        untilBothAgree();
        until("the tables are whole", () -> database.column(
                        "SELECT restoring FROM replication_state WHERE stream = 'tables'")
                .equals(List.of("f")));
    }

    @Test
    void tellsHowManyRowsWaitInQuarantine() {
        // Given
        Pipeline pipeline = start();
        assertThat(pipeline.report().quarantined()).isZero();

        // When
        database.execute("""
                INSERT INTO replication_quarantine
                    (stream, table_name, generation, commit_lsn, change_index, is_deleted, row_content, error)
                VALUES ('tables', 'turns', 'any', '0/1', 1, false, '[]', 'any'),
                    ('tables', 'turns', 'any', '0/1', 2, false, '[]', 'any'),
                    ('events', 'session_events', 'any', '0/1', 3, false, '[]', 'any')
                """);

        // Then
        until("it is counted", () -> pipeline.report().quarantined() == 2);
        database.execute("DELETE FROM replication_quarantine");
    }

    private String generation() {
        try (ClickHouse client = new ClickHouse(clickHouseConfig)) {
            return new Generations(client).of("sessions_v1");
        }
    }
}
