package dev.turnkeep.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.platform.postgres.PostgresConfig;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.flywaydb.core.Flyway;
import org.postgresql.PGConnection;

/** A migrated database of a test's own, with one organisation. */
public final class TestDatabase {
    private static final int WIDE_AT_ONCE = 500;

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final TestSpace space;
    private final UUID org = UUID.randomUUID();

    public TestDatabase(TestSpace space) {
        this.space = space;
        Flyway.configure()
                .dataSource(
                        space.postgres().jdbcUrl(),
                        space.postgres().user(),
                        space.postgres().password())
                .locations("classpath:db/migration")
                .load()
                .migrate();
        execute("INSERT INTO orgs (id, name) VALUES ('%s', 'test')".formatted(org));
        execute("INSERT INTO environments (id, org_id, name) VALUES (gen_random_uuid(), '%s', 'test')".formatted(org));
    }

    /** A slot name of this database's own: slots belong to the whole server. */
    public String slot(String name) {
        return space.postgres().database() + "_" + name;
    }

    public PostgresConfig config() {
        return new TestPostgresConfig(space);
    }

    public UUID org() {
        return org;
    }

    /** Events of one session each, in one transaction. */
    public void insertEvents(int count) {
        execute("""
                INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
                SELECT gen_random_uuid(), '%s', 'test', ('00000000-0000-7000-8000-' || lpad((n %% 7)::text, 12, '0'))::uuid, n,
                       'session.started', now(), json_build_object('kind', 'new', 'n', n), now()
                FROM generate_series(1, %d) n
                """.formatted(org, count));
    }

    /** The same, for a request with this trace. */
    public void insertEvents(int count, String traceparent) {
        execute("""
                SELECT set_config('app.traceparent', '%s', false);
                INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
                SELECT gen_random_uuid(), '%s', 'test', gen_random_uuid(), 1, 'session.started', now(), '{"kind":"new"}', now()
                FROM generate_series(1, %d) n
                """.formatted(traceparent, org, count));
    }

    /** One event of an environment that nobody made. */
    public void insertEvent(String environment) {
        execute("""
                INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
                VALUES (gen_random_uuid(), '%s', '%s', gen_random_uuid(), 1, 'session.started', now(), '{}', now())
                """.formatted(org, environment));
    }

    /** Sessions in one transaction, with two changes each. */
    public void insertSessions(int changes) {
        execute("""
                BEGIN;
                INSERT INTO sessions (id, friendly_id, org_id, environment, harness_id, type, task_identifier, state, name,
                    tags, created_at, updated_at)
                SELECT id, 'session_' || id, '%1$s', 'test', 'claude', 'agent', 'task', 'created', 'large', '{t}',
                    timestamptz '2026-01-01' + n * interval '1 second', now()
                FROM (SELECT gen_random_uuid() AS id, n FROM generate_series(1, %2$d) n) AS fresh;
                UPDATE sessions SET turn_count = 7 WHERE name = 'large';
                COMMIT
                """.formatted(org, changes / 2));
    }

    /** One session. */
    public void insertSession(String name) {
        execute("""
                INSERT INTO sessions (id, friendly_id, org_id, environment, harness_id, type, task_identifier, state, name,
                    created_at, updated_at)
                SELECT id, 'session_' || id, '%1$s', 'test', 'claude', 'agent', 'task', 'created', '%2$s', now(), now()
                FROM (SELECT gen_random_uuid() AS id) AS fresh
                """.formatted(org, name));
    }

    /** Sessions with 20 KB each that cannot be compressed, in one transaction. */
    public void insertWideSessions(int count) {
        // In pieces, each of which is answered: a single one would outlast the connection's patience.
        execute(IntStream.iterate(1, from -> from <= count, from -> from + WIDE_AT_ONCE)
                .mapToObj(from -> wideSessions(from, Math.min(count, from + WIDE_AT_ONCE - 1)))
                .collect(Collectors.joining(";\n", "BEGIN;\n", ";\nCOMMIT")));
    }

    private String wideSessions(int from, int to) {
        return """
                INSERT INTO sessions (id, friendly_id, org_id, environment, harness_id, type, task_identifier, state, name,
                    metadata, created_at, updated_at)
                SELECT id, 'session_' || id, '%1$s', 'test', 'claude', 'agent', 'task', 'created', 'wide',
                    (SELECT jsonb_build_object('x', string_agg(gen_random_uuid()::text, ''), 'n', n) FROM generate_series(1, 560)),
                    timestamptz '2026-01-01' + n * interval '1 second', now()
                FROM (SELECT gen_random_uuid() AS id, n FROM generate_series(%2$d, %3$d) n) AS fresh
                """.formatted(org, from, to);
    }

    /** Runs work while somebody holds what a query locks. */
    public void whileLocked(String query, Runnable work) {
        try (Connection connection = space.postgres().connect();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(query);
            work.run();
            connection.rollback();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads a slot, as another one would, until it is closed. */
    public AutoCloseable reading(String slot, String publication) throws SQLException {
        Properties login = new Properties();
        login.setProperty("user", space.postgres().user());
        login.setProperty("password", space.postgres().password());
        login.setProperty("replication", "database");
        login.setProperty("preferQueryMode", "simple");
        login.setProperty("assumeMinServerVersion", "17");
        Connection connection = DriverManager.getConnection(space.postgres().jdbcUrl(), login);
        connection
                .unwrap(PGConnection.class)
                .getReplicationAPI()
                .replicationStream()
                .logical()
                .withSlotName(slot)
                .withSlotOption("proto_version", 2)
                .withSlotOption("publication_names", publication)
                .withStatusInterval(1, TimeUnit.SECONDS)
                .start();
        return () -> connection.abort(Runnable::run);
    }

    public void execute(String... statements) {
        try (Connection connection = space.postgres().connect();
                var statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first column of the rows, as text. */
    public List<String> column(String sql) {
        try (Connection connection = space.postgres().connect();
                var statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (result.next()) {
                values.add(String.valueOf(result.getString(1)));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until something is so, by looking. */
    public static void until(String what, BooleanSupplier so) {
        until(what, PATIENCE, so);
    }

    /**
     * An engine that refuses to answer, because it is about to start or has too much to do, is asked again.
     *
     * @param patience far longer than it takes on a machine that is not stuck
     */
    public static void until(String what, Duration patience, BooleanSupplier so) {
        Instant deadline = Instant.now().plus(patience);
        while (true) {
            String refusal = "";
            try {
                if (so.getAsBoolean()) return;
            } catch (IllegalStateException e) {
                if (!(e.getCause() instanceof SQLException) && !(e.getCause() instanceof IOException)) throw e;
                refusal = ": " + e.getCause().getMessage();
            }
            assertThat(Instant.now()).as("waiting for " + what + refusal).isBefore(deadline);
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /** Drops a slot, once the server has noticed that its reader is gone; nothing if there is none. */
    public void dropSlot(String slot) {
        execute(dropping(slot));
    }

    /** The statement that does so. */
    public static String dropping(String slot) {
        return """
                DO $$
                BEGIN
                    FOR i IN 1..600 LOOP
                        EXIT WHEN NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '%1$s' AND active);
                        PERFORM pg_sleep(0.05);
                    END LOOP;
                    PERFORM pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '%1$s';
                END $$
                """.formatted(slot);
    }
}
