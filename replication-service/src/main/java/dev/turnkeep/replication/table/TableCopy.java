package dev.turnkeep.replication.table;

import dev.turnkeep.replication.clickhouse.ClickHouse;
import dev.turnkeep.replication.clickhouse.ClickHouseAway;
import dev.turnkeep.replication.stream.StoppedException;
import dev.turnkeep.replication.stream.Version;
import dev.turnkeep.replication.stream.Visibility;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Copies one table from Postgres into its shadow, range by range in the order of its primary key.
 *
 * <p>Each range is a statement of its own and sees the table as it is by then, so no transaction is held open. That is safe: a
 * copied row has the slot's consistent point as its version, and whatever changed it later comes through the slot with a greater
 * one. A row that appears behind the cursor comes through the slot as well.
 */
final class TableCopy {
    private static final Logger LOG = Logger.getLogger(TableCopy.class);

    private final TableDefinition table;
    private final List<PublishedColumn> columns;
    private final String progressKey;
    private final Version version;
    private final PostgresLink postgres;
    private final ClickHouse clickHouse;
    private final TableWriter writer;
    private final Retry retry;
    private final int rangeRows;
    private final long rangeBytes;
    private volatile long copied;

    TableCopy(
            TableDefinition table,
            List<PublishedColumn> columns,
            String progressKey,
            Version version,
            PostgresLink postgres,
            ClickHouse clickHouse,
            TableWriter writer,
            Retry retry,
            int rangeRows,
            long rangeBytes) {
        this.table = table;
        this.columns = columns;
        this.progressKey = progressKey;
        this.version = version;
        this.postgres = postgres;
        this.clickHouse = clickHouse;
        this.writer = writer;
        this.retry = retry;
        this.rangeRows = rangeRows;
        this.rangeBytes = rangeBytes;
    }

    /** Its name in Postgres. */
    String table() {
        return table.source();
    }

    /** How many rows are copied; by any thread. */
    long rows() {
        return copied;
    }

    /**
     * Copies what is not copied yet.
     *
     * @param stored told after each range
     * @throws StoppedException when the role sees nothing of a table that is not empty
     */
    void run(Runnable stored) throws InterruptedException {
        CopyProgress progress = patiently(() -> CopyProgress.load(clickHouse, progressKey, table.source()));
        copied = progress.rows();
        while (!progress.finished()) {
            CopyProgress from = progress;
            Range range = retry.untilItWorks(() -> range(from));
            List<TableRow> rows = range.rows();
            writer.write(rows);
            CopyProgress to = rows.isEmpty() ? from : from.moved(cursor(rows.getLast()), rows.size());
            CopyProgress next = range.last() ? to.complete() : to;
            if (next.finished() && next.rows() == 0) refuseBlindness();
            patiently(() -> {
                next.save(clickHouse, progressKey, table.source());
                return true;
            });
            progress = next;
            copied = progress.rows();
            stored.run();
        }
        LOG.infof("table copied: table=%s rows=%d progress=%s", table.source(), progress.rows(), progressKey);
    }

    private <T> T patiently(Retry.Attempt<T> attempt) throws InterruptedException {
        return retry.untilItWorks(() -> {
            try {
                return attempt.run();
            } catch (ClickHouseAway e) {
                throw new Retry.Again(String.valueOf(e.getMessage()), e);
            }
        });
    }

    /** @param last nothing comes after it */
    private record Range(List<TableRow> rows, boolean last) {}

    /** The next rows, as many as are held in memory without regret. */
    private Range range(CopyProgress from) {
        String key = String.join(", ", table.primaryKey());
        String query = "SELECT %s FROM %s %s ORDER BY %s LIMIT %d"
                .formatted(
                        columns.stream().map(PublishedColumn::name).collect(Collectors.joining(", ")),
                        table.source(),
                        from.cursor().isEmpty() ? "" : "WHERE (%s) > (%s)".formatted(key, literals(from.cursor())),
                        key,
                        rangeRows);
        return postgres.with(connection -> {
            List<TableRow> rows = new ArrayList<>();
            long bytes = 0;
            try (BinaryCopy copy = new BinaryCopy(connection, query)) {
                for (List<Cell> cells = copy.next(); cells != null; cells = copy.next()) {
                    rows.add(new TableRow(RowKey.of(columns, cells), version, false, cells));
                    bytes += size(cells);
                    if (bytes >= rangeBytes) return new Range(rows, false);
                }
            }
            return new Range(rows, rows.size() < rangeRows);
        });
    }

    private static long size(List<Cell> cells) {
        long size = 0;
        for (Cell cell : cells) if (cell instanceof Cell.Present(ByteBuffer bytes)) size += bytes.remaining();
        return size;
    }

    private String cursor(TableRow row) {
        return table.primaryKey().stream()
                .map(this::position)
                .map(i -> {
                    if (row.cells().get(i) instanceof Cell.Present(ByteBuffer bytes)) return Literal.hex(bytes);
                    throw new IllegalStateException("a primary key of " + table.source() + " has no value");
                })
                .collect(Collectors.joining("."));
    }

    private String literals(String cursor) {
        String[] values = cursor.split("\\.", -1);
        List<String> literals = new ArrayList<>();
        for (int i = 0; i < values.length; i++)
            literals.add(Literal.of(
                    columns.get(position(table.primaryKey().get(i))),
                    ByteBuffer.wrap(HexFormat.of().parseHex(values[i]))));
        return String.join(", ", literals);
    }

    private int position(String column) {
        for (int i = 0; i < columns.size(); i++) if (columns.get(i).name().equals(column)) return i;
        throw new IllegalStateException("the primary key of " + table.source() + " is not published");
    }

    /** Row-level security shows an empty table to a role that it knows no policy for. */
    private void refuseBlindness() throws InterruptedException {
        retry.untilItWorks(() -> postgres.with(connection -> Visibility.fault(connection, List.of(table.source()))))
                .ifPresent(fault -> {
                    throw new StoppedException(fault);
                });
    }
}
