package dev.turnkeep.replication.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import dev.turnkeep.replication.pgoutput.Lsn;
import dev.turnkeep.replication.stream.StoppedException;
import dev.turnkeep.replication.stream.Version;
import dev.turnkeep.replication.table.CurrentRows.Piece;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithLocalStack
class PostgresRowsIT {
    private static final long MOST = 1 << 20;
    private static final int TEXT = 25;
    private static final int UUID_OID = 2950;
    private static final List<PublishedColumn> COLUMNS = List.of(
            new PublishedColumn("id", UUID_OID, true),
            new PublishedColumn("name", TEXT, false),
            new PublishedColumn("large", TEXT, false));

    private final TestSpace space;
    private final PostgresLink link;
    private final PostgresRows rows;

    PostgresRowsIT(TestSpace space) {
        this.space = space;
        this.link = new PostgresLink(() -> space.postgres().connect());
        this.rows = new PostgresRows(link, "wide", COLUMNS, MOST);
    }

    @BeforeEach
    void table() {
        execute("DROP TABLE IF EXISTS wide; CREATE TABLE wide (id uuid PRIMARY KEY, name text, large text)");
    }

    @AfterEach
    void close() {
        link.close();
    }

    @Test
    void readsOnlyAsMuchAtATimeAsMayBeHeld() throws InterruptedException {
        // Given: ten of them are too many
        List<TableRow> wanted =
                Stream.generate(UUID::randomUUID).limit(40).map(this::inserted).toList();

        // When
        List<Piece> pieces = new ArrayList<>();
        for (List<TableRow> rest = wanted; !rest.isEmpty(); ) {
            Piece piece = rows.complete(rest);
            pieces.add(piece);
            rest = rest.subList(piece.taken(), rest.size());
        }

        // Then
        assertThat(pieces).hasSizeGreaterThan(4).allSatisfy(piece -> assertThat(piece.rows())
                .hasSizeLessThan(10));
        assertThat(pieces.stream().flatMap(piece -> piece.rows().stream()))
                .extracting(TableRow::key)
                .containsExactlyElementsOf(wanted.stream().map(TableRow::key).toList());
        assertThat(pieces.stream().flatMap(piece -> piece.rows().stream())).noneMatch(TableRow::incomplete);
    }

    @Test
    void waitsForTheRowsOwnTransaction() throws Exception {
        // Given: as between its place in the log and its end
        UUID id = UUID.randomUUID();
        try (Connection writer = space.postgres().connect();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            writer.setAutoCommit(false);
            int xid = xid(writer);
            try (var insert = writer.createStatement()) {
                insert.execute("INSERT INTO wide VALUES ('%s', 'it', 'long')".formatted(id));
            }

            // When
            CompletableFuture<Piece> found = CompletableFuture.supplyAsync(() -> patiently(row(id, xid)), threads);
            Replica.await("it has looked", () -> looks() || found.isDone());
            assertThat(found).isNotDone();
            writer.commit();

            // Then
            assertThat(found.join().rows()).singleElement().satisfies(row -> assertThat(row.cells())
                    .last()
                    .isEqualTo(Cell.Present.of(PostgresBytes.text("long"))));
            assertThat(found.join().gone()).isZero();
        }
    }

    @Test
    void doesNotWaitForTheTransactionsOfOthers() throws Exception {
        // Given: somebody has begun something, and went to lunch
        try (Connection idle = space.postgres().connect();
                Connection deleting = space.postgres().connect()) {
            idle.setAutoCommit(false);
            xid(idle);
            deleting.setAutoCommit(false);
            int xid = xid(deleting);
            deleting.commit();

            // When
            Piece piece = rows.complete(List.of(row(UUID.randomUUID(), xid)));

            // Then
            assertThat(piece.gone()).isEqualTo(1);
            idle.rollback();
        }
    }

    private static int xid(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT pg_current_xact_id()::text")) {
            row.next();
            return (int) Long.parseLong(row.getString(1));
        }
    }

    @Test
    void countsWhatIsDeleted() throws InterruptedException {
        // Given
        TableRow there = inserted(UUID.randomUUID());
        TableRow deleted = row(UUID.randomUUID());

        // When
        Piece piece = rows.complete(List.of(deleted, there));

        // Then
        assertThat(piece.rows()).extracting(TableRow::key).containsExactly(there.key());
        assertThat(piece.taken()).isEqualTo(2);
        assertThat(piece.gone()).isEqualTo(1);
    }

    @Test
    void doesNotAskForAColumnThatIsNotThereAnyMore() throws InterruptedException {
        // Given
        TableRow row = inserted(UUID.randomUUID());
        execute("ALTER TABLE wide RENAME COLUMN large TO larger");

        // When
        Piece piece = rows.complete(List.of(row));

        // Then
        assertThat(piece.rows())
                .singleElement()
                .satisfies(known -> assertThat(known.cells()).last().isEqualTo(Cell.Absent.GONE));
    }

    @Test
    void callsAnOperatorWhenTheTableIsNotThere() {
        // Given
        execute("DROP TABLE wide");

        // Then
        assertThatExceptionOfType(StoppedException.class)
                .isThrownBy(() -> rows.complete(List.of(row(UUID.randomUUID()))))
                .withMessageContaining("\"wide\" does not exist")
                .withMessageContaining("42P01");
    }

    private Piece patiently(TableRow row) {
        while (true) {
            try {
                return rows.complete(List.of(row));
            } catch (Retry.Again again) {
                assertThat(again).hasMessageContaining("cannot be seen yet");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private boolean looks() {
        try (Connection connection = space.postgres().connect();
                var statement = connection.createStatement();
                var row = statement.executeQuery("""
                        SELECT EXISTS (SELECT FROM pg_stat_activity
                        WHERE datname = current_database() AND query LIKE '%pg_visible_in_snapshot%' AND pid <> pg_backend_pid())
                        """)) {
            return row.next() && row.getBoolean(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private TableRow inserted(UUID id) {
        execute(
                "INSERT INTO wide SELECT '%s', 'it', string_agg(gen_random_uuid()::text, '') FROM generate_series(1, 3600)"
                        .formatted(id));
        return row(id);
    }

    /** As the stream tells of it when its large value was left alone. */
    private static TableRow row(UUID id) {
        return row(id, 0);
    }

    private static TableRow row(UUID id, int xid) {
        List<Cell> cells = List.of(
                Cell.Present.of(PostgresBytes.uuid(id)),
                Cell.Present.of(PostgresBytes.text("it")),
                Cell.Absent.UNCHANGED);
        return new TableRow(RowKey.of(COLUMNS, cells), new Version(new Lsn(7), 1), false, cells, xid);
    }

    private void execute(String sql) {
        try (Connection connection = space.postgres().connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
