package dev.turnkeep.replication.table;

import dev.turnkeep.replication.stream.Settled;
import dev.turnkeep.replication.stream.StoppedException;
import dev.turnkeep.replication.stream.Visibility;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads rows of one table by their keys. A batch of the stream is bounded by what was sent, and not by the values that it left
 * out: those are read in pieces. Used by one thread.
 */
final class PostgresRows implements CurrentRows {
    private static final int AT_ONCE = 500;
    // What a value takes in memory besides its bytes.
    private static final int OVERHEAD = 64;
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofSeconds(2);
    private static final int NAMED = 5;

    private final PostgresLink postgres;
    private final String table;
    private final List<PublishedColumn> columns;
    private final long most;
    private int atOnce = AT_ONCE;

    /** @param most bytes of values that are held at a time, unless a single row has more */
    PostgresRows(PostgresLink postgres, String table, List<PublishedColumn> columns, long most) {
        this.postgres = postgres;
        this.table = table;
        this.columns = columns;
        this.most = most;
    }

    /** @param cells by key, one per published column; those that were not asked for are gone */
    private record Found(Map<RowKey, List<Cell>> cells, long bytes) {}

    @Override
    public Piece complete(List<TableRow> rows) throws InterruptedException {
        while (true) {
            List<TableRow> piece = rows.subList(0, Math.min(atOnce, rows.size()));
            Optional<Found> read = postgres.with(connection -> read(connection, piece));
            if (read.isEmpty()) {
                atOnce = Math.max(1, piece.size() / 2);
                continue;
            }
            Map<RowKey, List<Cell>> found = read.get().cells();
            List<TableRow> missing =
                    piece.stream().filter(row -> !found.containsKey(row.key())).toList();
            if (missing.isEmpty() || gone(missing)) {
                if (read.get().bytes() < most / 4) atOnce = Math.min(AT_ONCE, atOnce * 2);
                List<TableRow> completed = new ArrayList<>();
                for (TableRow row : piece) {
                    List<Cell> cells = found.get(row.key());
                    if (cells != null) completed.add(row.completedBy(cells));
                }
                return new Piece(completed, piece.size(), missing.size());
            }
        }
    }

    /** Empty when that is too much at once. */
    private Optional<Found> read(Connection connection, List<TableRow> rows) throws Exception {
        Set<String> existing = existing(connection);
        List<PublishedColumn> wanted = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            int column = i;
            if (columns.get(i).key()
                    || (existing.contains(columns.get(i).name())
                            && rows.stream().anyMatch(row -> row.cells().get(column) == Cell.Absent.UNCHANGED)))
                wanted.add(columns.get(i));
        }
        Map<RowKey, List<Cell>> found = new HashMap<>();
        long bytes = 0;
        String query = "SELECT %s FROM %s WHERE %s".formatted(names(wanted), table, among(rows));
        try (BinaryCopy copy = new BinaryCopy(connection, query)) {
            for (List<Cell> cells = copy.next(); cells != null; cells = copy.next()) {
                bytes += size(cells);
                if (bytes > most && rows.size() > 1) return Optional.empty();
                found.put(RowKey.of(wanted, cells), spread(wanted, cells));
            }
        }
        return Optional.of(new Found(found, bytes));
    }

    /** What a row of the stream calls unchanged may belong to a column that was dropped or renamed since. */
    private Set<String> existing(Connection connection) throws SQLException {
        Set<String> names = new HashSet<>();
        try (PreparedStatement ask = connection.prepareStatement(
                "SELECT attname FROM pg_attribute WHERE attrelid = ?::regclass AND attnum > 0 AND NOT attisdropped")) {
            ask.setString(1, table);
            try (ResultSet rows = ask.executeQuery()) {
                while (rows.next()) names.add(rows.getString(1));
            }
        }
        return names;
    }

    private List<Cell> spread(List<PublishedColumn> wanted, List<Cell> cells) {
        List<Cell> all = new ArrayList<>(columns.size());
        int next = 0;
        for (PublishedColumn column : columns) {
            boolean asked = next < wanted.size() && wanted.get(next).equals(column);
            all.add(asked ? cells.get(next++) : Cell.Absent.GONE);
        }
        return List.copyOf(all);
    }

    private static long size(List<Cell> cells) {
        long size = 0;
        for (Cell cell : cells)
            size += OVERHEAD + (cell instanceof Cell.Present(ByteBuffer bytes) ? bytes.remaining() : 0);
        return size;
    }

    /**
     * Whether rows that were not found are deleted. A transaction is in the log before a query sees what it did, and a policy can hide
     * rows: neither is a deletion, and only of that one does the stream tell later.
     *
     * @return false when some of them have turned up
     * @throws Retry.Again when it takes long: a commit may wait for a standby
     */
    private boolean gone(List<TableRow> missing) throws InterruptedException {
        Set<Integer> xids =
                missing.stream().map(TableRow::xid).filter(xid -> xid != 0).collect(Collectors.toSet());
        long begun = System.nanoTime();
        while (!postgres.with(connection -> Settled.seen(connection, xids))) {
            if (System.nanoTime() - begun > LONG.toNanos())
                throw new Retry.Again("waits for transactions that are in the log and cannot be seen yet: "
                        + xids.stream()
                                .map(Integer::toUnsignedString)
                                .sorted()
                                .limit(NAMED)
                                .toList());
            Thread.sleep(POLL);
        }
        if (postgres.with(connection -> any(connection, missing))) return false;
        postgres.with(connection -> Visibility.fault(connection, List.of(table)))
                .ifPresent(fault -> {
                    throw new StoppedException(fault);
                });
        return true;
    }

    private boolean any(Connection connection, List<TableRow> rows) throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement(
                        "SELECT EXISTS (SELECT FROM %s WHERE %s)".formatted(table, among(rows)));
                ResultSet row = ask.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private String among(List<TableRow> rows) {
        List<PublishedColumn> keys =
                columns.stream().filter(PublishedColumn::key).toList();
        return "(%s) IN (%s)"
                .formatted(
                        names(keys), rows.stream().map(row -> tuple(keys, row)).collect(Collectors.joining(", ")));
    }

    private static String names(List<PublishedColumn> columns) {
        return columns.stream().map(PublishedColumn::name).collect(Collectors.joining(", "));
    }

    private static String tuple(List<PublishedColumn> keys, TableRow row) {
        List<String> literals = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++)
            literals.add(Literal.of(keys.get(i), row.key().values().get(i)));
        return "(" + String.join(", ", literals) + ")";
    }
}
