package dev.turnkeep.replication.table;

import com.clickhouse.client.api.query.GenericRecord;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.replication.TestDatabase;
import dev.turnkeep.replication.clickhouse.ClickHouse;
import dev.turnkeep.replication.clickhouse.ClickHouseConfig;
import dev.turnkeep.replication.pgoutput.Decoder;
import dev.turnkeep.replication.pgoutput.Lsn;
import dev.turnkeep.replication.pgoutput.Message;
import dev.turnkeep.replication.pgoutput.Message.Relation;
import dev.turnkeep.replication.stream.Batch;
import dev.turnkeep.replication.stream.RowChange;
import dev.turnkeep.replication.stream.SlotStart;
import dev.turnkeep.replication.stream.Timelines;
import dev.turnkeep.replication.stream.Version;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/**
 * Postgres with the real schema, ClickHouse, and the sink between them, fed by hand from a real slot: what is read, what comes
 * again and what is acknowledged is the test's choice.
 */
final class Replica implements AutoCloseable {
    private static final List<String> PUBLICATIONS = List.of("turnkeep_clickhouse_v1", "turnkeep_clickhouse_nodes_v1");
    private static final int BATCH = 1_000;
    private static final int PATIENCE_SECONDS = 60;

    final TestSpace space;
    final Gate gate;
    final ClickHouse clickHouse;
    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    final UUID org = UUID.randomUUID();
    private final String slot;
    private TableSink sink;
    private final ClickHouse viaGate;
    private @Nullable Lsn consistentPoint;
    volatile boolean restored;

    Replica(TestSpace space) {
        this.space = space;
        this.slot = space.postgres().database() + "_tables";
        Flyway.configure()
                .dataSource(
                        space.postgres().jdbcUrl(),
                        space.postgres().user(),
                        space.postgres().password())
                .locations("classpath:db/migration")
                .load()
                .migrate();
        gate = new Gate(space.clickhouse().endpoint());
        clickHouse = new ClickHouse(config(space.clickhouse().endpoint().toString()));
        viaGate = new ClickHouse(config(gate.url()));
        sink = sink(true);
        execute("INSERT INTO orgs (id, name) VALUES ('%s', 'test')".formatted(org));
        execute("INSERT INTO environments (id, org_id, name) VALUES (gen_random_uuid(), '%s', 'test')".formatted(org));
        execute(
                "INSERT INTO replication_state (stream, system_identifier, restoring, updated_at) VALUES ('tables', 'x', true, now()) ON CONFLICT DO NOTHING");
    }

    private TableSink sink(boolean nodes) {
        return new TableSink(
                viaGate,
                config(gate.url()),
                () -> {
                    Connection connection = space.postgres().connect();
                    try (var role = connection.createStatement()) {
                        role.execute("SET ROLE turnkeep_replicator");
                    }
                    return connection;
                },
                new TableSink.Names("tables", PUBLICATIONS.subList(0, nodes ? 2 : 1)),
                new TestTablesConfig(slot, nodes),
                metrics);
    }

    /** From the next begin on, in another process as it were. */
    void wantNodes(boolean wanted) {
        sink.end();
        sink = sink(wanted);
    }

    private ClickHouseConfig config(String url) {
        return new TestClickHouseConfig(space.clickhouse(), url);
    }

    /** Makes a new slot and begins the sink with it, as after the old one was lost. */
    void beginAnew() {
        dropSlot();
        consistentPoint = Lsn.parse(
                text("SELECT lsn::text FROM pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(slot)));
        restored = false;
        begin();
    }

    void dropSlot() {
        execute(TestDatabase.dropping(slot));
    }

    /** Begins the sink with the slot as it is. */
    void begin() {
        begin(java.util.Objects.requireNonNull(consistentPoint));
    }

    /** The same, when the server was told that everything up to {@code from} is stored. */
    void begin(Lsn from) {
        begin(from, logEnd());
    }

    /** The same, when the log had this end as the stream began. */
    void begin(Lsn from, Lsn serverEnd) {
        Lsn point = java.util.Objects.requireNonNull(consistentPoint);
        sink.begin(new SlotStart(
                slot,
                text("SELECT system_identifier::text FROM pg_control_system()"),
                Timelines.first(),
                point,
                from,
                !restored,
                null,
                serverEnd,
                () -> restored = true));
    }

    /** A new slot, and everything copied and exchanged. */
    void beginAndRestore() {
        beginAnew();
        restoreToTheEnd();
    }

    void restoreToTheEnd() {
        await("the restore", () -> {
            drain();
            return restored && sink.restoring().isEmpty();
        });
    }

    Lsn logEnd() {
        return Lsn.parse(text("SELECT pg_current_wal_lsn()::text"));
    }

    void end() {
        sink.end();
    }

    TableSink sink() {
        return sink;
    }

    Lsn consistentPoint() {
        return java.util.Objects.requireNonNull(consistentPoint);
    }

    /** Sends everything that the slot has, waits until it is stored, and acknowledges it. */
    void drain() {
        Lsn end = Lsn.parse(text("SELECT pg_current_wal_lsn()::text"));
        send();
        execute("SELECT pg_replication_slot_advance('%s', '%s')".formatted(slot, end));
    }

    /** Sends everything and waits until it is stored, but acknowledges nothing: as when the service dies right then. */
    void send() {
        List<CompletableFuture<Void>> stored = submit();
        try {
            CompletableFuture.allOf(stored.toArray(CompletableFuture[]::new)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("not stored", e);
        }
    }

    /** Hands everything to the sink. */
    List<CompletableFuture<Void>> submit() {
        List<CompletableFuture<Void>> stored = new ArrayList<>();
        List<RowChange> open = new ArrayList<>();
        for (RowChange change : changes()) {
            if (!open.isEmpty()
                    && (open.size() == BATCH || !open.getLast().relation().equals(change.relation()))) {
                stored.add(write(open));
                open = new ArrayList<>();
            }
            open.add(change);
        }
        if (!open.isEmpty()) stored.add(write(open));
        return stored;
    }

    private CompletableFuture<Void> write(List<RowChange> rows) {
        return sink.write(new Batch(rows.getFirst().relation(), rows, 0)).toCompletableFuture();
    }

    private List<RowChange> changes() {
        List<RowChange> changes = new ArrayList<>();
        Decoder decoder = new Decoder();
        Message.@Nullable Begin transaction = null;
        long index = 0;
        try (Connection connection = space.postgres().connect();
                PreparedStatement peek = connection.prepareStatement("""
                        SELECT lsn::text, data FROM pg_logical_slot_peek_binary_changes(?, NULL, NULL,
                            'proto_version', '2', 'publication_names', ?, 'binary', 'true')
                        """)) {
            peek.setString(1, slot);
            peek.setString(2, String.join(",", PUBLICATIONS));
            try (ResultSet rows = peek.executeQuery()) {
                while (rows.next()) {
                    Message message = decoder.decode(rows.getBytes(2), Lsn.parse(rows.getString(1)));
                    if (message instanceof Message.Begin begin) {
                        transaction = begin;
                        index = 0;
                    }
                    if (message instanceof Message.Change change && transaction != null) {
                        Relation relation = decoder.relation(change.relation());
                        Version version = new Version(transaction.commit(), ++index);
                        if (!relation.table().equals("replication_heartbeat"))
                            changes.add(new RowChange(
                                    relation, change, version, transaction.committedAt(), transaction.xid(), 0));
                    }
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return changes;
    }

    /** A session with nothing special about it. */
    UUID session(String name) {
        UUID id = UUID.randomUUID();
        execute("""
                INSERT INTO sessions (id, friendly_id, org_id, environment, harness_id, type, task_identifier, state, name,
                    tags, metadata, created_at, updated_at)
                VALUES ('%s', 'session_%s', '%s', 'test', 'claude', 'agent', 'task', 'created', '%s',
                    '{one,"tw o"}', '{"a": 1}', '2026-03-04 05:06:07.000008+00', now())
                """.formatted(id, id, org, name));
        return id;
    }

    /** Runs a statement in ClickHouse as the sink would. */
    void throughGate(String sql) {
        viaGate.execute(sql);
    }

    void execute(String sql) {
        try (Connection connection = space.postgres().connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** The first column of the first row, in Postgres. */
    String text(String sql) {
        try (Connection connection = space.postgres().connect();
                var statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            if (!row.next()) throw new IllegalStateException("no row: " + sql);
            return row.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** The first column of all rows, in Postgres. */
    List<String> column(String sql) {
        List<String> values = new ArrayList<>();
        try (Connection connection = space.postgres().connect();
                var statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) values.add(rows.getString(1));
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
        return values;
    }

    /** All rows, in ClickHouse; {@code $} stands for the database and its dot. */
    List<Map<String, Object>> rows(String sql) {
        return clickHouse.rows(sql.replace("$", clickHouse.database() + ".")).stream()
                .map(GenericRecord::getValues)
                .toList();
    }

    /** The first column of the first row, in ClickHouse. */
    String one(String sql) {
        return clickHouse
                .rows(sql.replace("$", clickHouse.database() + "."))
                .getFirst()
                .getString(1);
    }

    interface Condition {
        boolean met();
    }

    static void await(String what, Condition condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.met()) {
            if (System.nanoTime() > deadline) throw new AssertionError("never came: " + what);
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        sink.end();
        gate.close();
        viaGate.close();
        clickHouse.close();
    }
}
