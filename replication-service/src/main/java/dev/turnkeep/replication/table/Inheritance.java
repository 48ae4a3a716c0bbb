package dev.turnkeep.replication.table;

import com.clickhouse.client.api.query.GenericRecord;
import dev.turnkeep.replication.clickhouse.ClickHouse;
import dev.turnkeep.replication.clickhouse.ClickHouseAway;
import dev.turnkeep.replication.clickhouse.ClickHouseSchema;
import dev.turnkeep.replication.pgoutput.Lsn;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What Postgres has forgotten by now, and the table that is read still has: its successor gets it before it takes its place. A
 * row has the version that it had, so that what the successor knows of it better stays, and to do it again does no harm.
 */
final class Inheritance {
    private static final String ENDS = "common_ends";
    // So far from what is too long that twice as much is none of it.
    private static final Duration QUICK = Duration.ofSeconds(5);

    private final ClickHouse clickHouse;
    private final ClickHouseSchema schema;
    private final Generations generations;
    private final String system;
    private final Retry retry;

    /** @param system whose rows are inherited: another server's are of another history */
    Inheritance(ClickHouse clickHouse, ClickHouseSchema schema, Generations generations, String system, Retry retry) {
        this.clickHouse = clickHouse;
        this.schema = schema;
        this.generations = generations;
        this.system = system;
        this.retry = retry;
    }

    /**
     * A part of a day, by what its sessions' ids hash to: one of 2 to the power of {@code bits}, counted from 0. What takes too long is
     * cut in half, and what went quickly is put together again.
     */
    record Piece(int bits, long number) {
        static final Piece WHOLE = new Piece(0, 0);
        private static final int SMALLEST = 16;

        /** The first half of it; a piece that is small already stays as it is. */
        Piece half() {
            return bits == SMALLEST ? this : new Piece(bits + 1, number * 2);
        }

        /** What comes after a try that failed: smaller when it asked for too much, and the same when ClickHouse was away. */
        Piece after(ClickHouseAway failure) {
            return failure.tooMuch() ? half() : this;
        }

        /** Twice of it, where that begins here: what made it small may be over. */
        Piece grown() {
            return bits == 0 || number % 2 == 1 || isBehindTheLast() ? this : new Piece(bits - 1, number / 2);
        }

        /** What follows; {@link #isBehindTheLast} when nothing does. */
        Piece next() {
            return new Piece(bits, number + 1);
        }

        boolean isBehindTheLast() {
            return number == 1L << bits;
        }

        private String condition() {
            return bits == 0
                    ? ""
                    : "AND bitShiftRight(cityHash64(session_id), %d) = %d".formatted(Long.SIZE - bits, number);
        }
    }

    /** Postgres is on another history than a generation's: what comes behind {@code position} is nobody's. */
    static void ends(ClickHouse clickHouse, String generation, Lsn position) {
        clickHouse.execute("INSERT INTO %s (generation, position) VALUES (%s, %s)"
                .formatted(
                        clickHouse.qualified(ENDS),
                        Literal.quoted(generation),
                        Long.toUnsignedString(position.value())));
    }

    /** How far a table's successor has got it. */
    static String progress(TableDefinition table) {
        return table.source() + " inherited";
    }

    /**
     * Day by day, each tried until it is there: what is done stays done, also through a crash.
     *
     * @param heir the generation that follows
     * @param key under which its progress is kept
     * @param commons up to where the server and the tables of a generation have the same history
     */
    void handOver(TableDefinition of, String heir, String key, Function<String, Lsn> commons)
            throws InterruptedException {
        String table = of.target();
        String generation = patiently(() -> generations.of(table));
        if (generation.equals(heir) || !generation.startsWith(system + "@")) return;
        Lsn end = patiently(() -> end(generation, commons.apply(generation)));
        CopyProgress done = patiently(() -> CopyProgress.load(clickHouse, key, progress(of)));
        for (String month : patiently(() -> months(table))) {
            for (String day : patiently(() -> days(table, month))) {
                String cursor = day.replace("-", "");
                if (cursor.compareTo(done.cursor()) <= 0) continue;
                bring(table, month, day, end);
                CopyProgress next = done.moved(cursor, 0);
                patiently(() -> {
                    next.save(clickHouse, key, progress(of));
                    return true;
                });
                done = next;
            }
        }
    }

    private void bring(String table, String month, String day, Lsn end) throws InterruptedException {
        AtomicReference<Piece> piece = new AtomicReference<>(Piece.WHOLE);
        while (!piece.get().isBehindTheLast()) {
            patiently(() -> {
                long begun = System.nanoTime();
                try {
                    clickHouse.execute(inserting(table, month, day, end, piece.get()));
                } catch (ClickHouseAway e) {
                    piece.updateAndGet(failed -> failed.after(e));
                    throw e;
                }
                boolean quick = System.nanoTime() - begun < QUICK.toNanos();
                return piece.updateAndGet(done -> quick ? done.next().grown() : done.next());
            });
        }
    }

    private String inserting(String table, String month, String day, Lsn end, Piece piece) {
        String columns = schema.columns(table).keySet().stream()
                .map(column -> "`" + column + "`")
                .collect(Collectors.joining(", "));
        return """
                INSERT INTO %1$s (%2$s) SELECT %2$s FROM %3$s
                WHERE _partition_id = '%4$s' AND toDate32(occurred_at) = toDate32('%5$s')
                  AND bitShiftRight(_version, 64) <= toUInt128('%6$s') %7$s
                %8$s
                """.formatted(
                        clickHouse.qualified(Generations.shadow(table)),
                        columns,
                        clickHouse.qualified(table),
                        month,
                        day,
                        Long.toUnsignedString(end.value()),
                        piece.condition(),
                        clickHouse.bounded());
    }

    private <T> T patiently(Supplier<T> attempt) throws InterruptedException {
        return retry.untilItWorks(() -> {
            try {
                return attempt.get();
            } catch (ClickHouseAway e) {
                throw new Retry.Again(String.valueOf(e.getMessage()), e);
            }
        });
    }

    private Lsn end(String generation, Lsn common) {
        List<GenericRecord> found = clickHouse.rows(
                "SELECT toString(min(position)) AS first, toInt64(count()) AS ends FROM %s WHERE generation = %s"
                        .formatted(clickHouse.qualified(ENDS), Literal.quoted(generation)));
        Lsn written = new Lsn(Long.parseUnsignedLong(found.getFirst().getString("first")));
        return found.getFirst().getLong("ends") > 0 && common.isAfter(written) ? written : common;
    }

    private List<String> months(String table) {
        return clickHouse.rows("""
                        SELECT DISTINCT partition_id AS month FROM system.parts
                        WHERE database = '%s' AND table = '%s' AND active ORDER BY month
                        """.formatted(clickHouse.database(), table)).stream()
                .map(row -> row.getString("month"))
                .toList();
    }

    private List<String> days(String table, String month) {
        return clickHouse.rows("""
                        SELECT DISTINCT toString(toDate32(occurred_at)) AS day FROM %s
                        WHERE _partition_id = '%s' ORDER BY day %s
                        """.formatted(clickHouse.qualified(table), month, clickHouse.bounded())).stream()
                .map(row -> row.getString("day"))
                .toList();
    }
}
