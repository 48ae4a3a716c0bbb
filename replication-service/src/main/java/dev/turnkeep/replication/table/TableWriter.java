package dev.turnkeep.replication.table;

import dev.turnkeep.replication.clickhouse.ClickHouse;
import dev.turnkeep.replication.clickhouse.ClickHouseAway;
import dev.turnkeep.replication.clickhouse.ClickHouseRefusal;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes batches of one table to ClickHouse, one after the other. A batch is done when each of its rows is stored, in ClickHouse
 * or, if ClickHouse cannot take it, in the quarantine.
 */
final class TableWriter {
    private final ClickHouse clickHouse;
    private final String source;
    private final String target;
    private final TableMapping mapping;
    private final CurrentRows current;
    private final Quarantine quarantine;
    private final Retry retry;
    private final TableMetrics metrics;

    TableWriter(
            ClickHouse clickHouse,
            String source,
            String target,
            TableMapping mapping,
            CurrentRows current,
            Quarantine quarantine,
            Retry retry,
            TableMetrics metrics) {
        this.clickHouse = clickHouse;
        this.source = source;
        this.target = target;
        this.mapping = mapping;
        this.current = current;
        this.quarantine = quarantine;
        this.retry = retry;
        this.metrics = metrics;
    }

    /**
     * Stores rows, however long it takes.
     *
     * @throws InterruptedException when the service stops; whether they are stored is unknown
     */
    void write(List<TableRow> rows) throws InterruptedException {
        storeAll(rows.stream().filter(row -> !row.incomplete()).toList());
        List<TableRow> rest = rows.stream().filter(TableRow::incomplete).toList();
        while (!rest.isEmpty()) {
            List<TableRow> left = rest;
            CurrentRows.Piece piece = retry.untilItWorks(() -> current.complete(left));
            storeAll(piece.rows());
            // Their deletion follows in the stream.
            metrics.gone(piece.gone());
            rest = left.subList(piece.taken(), left.size());
        }
    }

    /**
     * Rows with the large values that their updates left alone may be newer than their version: then a newer version follows in
     * the stream.
     */
    private void storeAll(List<TableRow> rows) throws InterruptedException {
        if (rows.isEmpty()) return;
        List<Poison> poison = new ArrayList<>();
        List<Sifting.EncodedRow> encoded = encode(rows, poison);
        long begun = System.nanoTime();
        if (!encoded.isEmpty()) poison.addAll(retry.untilItWorks(() -> store(encoded)));
        if (!poison.isEmpty()) {
            retry.untilItWorks(() -> {
                quarantine.keep(source, mapping.published(), poison);
                return true;
            });
            metrics.quarantined(poison.size());
        }
        metrics.flushed(rows.size(), System.nanoTime() - begun);
    }

    private List<Sifting.EncodedRow> encode(List<TableRow> rows, List<Poison> poison) {
        List<Sifting.EncodedRow> encoded = new ArrayList<>(rows.size());
        for (TableRow row : rows) {
            try {
                encoded.add(new Sifting.EncodedRow(row, mapping.encode(row)));
            } catch (Unrepresentable e) {
                poison.add(new Poison(row, String.valueOf(e.getMessage())));
            }
        }
        return encoded;
    }

    private List<Poison> store(List<Sifting.EncodedRow> rows) {
        try {
            return new Sifting(this::insert).sift(rows);
        } catch (ClickHouseAway e) {
            throw new Retry.Again(String.valueOf(e.getMessage()), e);
        }
    }

    private void insert(List<Sifting.EncodedRow> rows) throws ClickHouseRefusal {
        clickHouse.insert(
                target,
                mapping.columnNames(),
                rows.stream().map(Sifting.EncodedRow::bytes).toList());
    }
}
