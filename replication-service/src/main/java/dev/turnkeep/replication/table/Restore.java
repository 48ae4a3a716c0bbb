package dev.turnkeep.replication.table;

import dev.turnkeep.replication.clickhouse.ClickHouseAway;
import dev.turnkeep.replication.pgoutput.Lsn;
import dev.turnkeep.replication.stream.Restoring;
import dev.turnkeep.replication.stream.SlotStart;
import dev.turnkeep.replication.stream.StoppedException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Makes the tables anew beside the ones that are read, while the stream feeds the new ones already; and exchanges them once they
 * have everything. On a thread of its own; a crash anywhere is mended by running it again.
 */
final class Restore {
    private static final Logger LOG = Logger.getLogger(Restore.class);
    private static final Duration STOPPED = Duration.ofSeconds(10);

    private final SlotStart slot;
    private final String generation;
    private final List<TableCopy> copies;
    private final List<Lane> lanes;
    private final Generations generations;
    private final Exchange exchange;
    private final HandOver handOver;
    private final Runnable anew;
    private final PostgresLink postgres;
    private final Retry retry;
    private final Duration poll;
    private final Thread thread;
    private final Instant begun = Instant.now();
    private volatile @Nullable String stopped;
    private volatile boolean complete;
    private volatile boolean astray;

    /** Gives a table's successor what Postgres has forgotten. */
    interface HandOver {
        void to(TableDefinition table) throws InterruptedException;
    }

    /**
     * @param lanes of the tables that are still to be exchanged; they write into the shadows
     * @param anew has everything made anew; durable when it returns
     */
    Restore(
            SlotStart slot,
            String generation,
            List<TableCopy> copies,
            List<Lane> lanes,
            Generations generations,
            Exchange exchange,
            HandOver handOver,
            Runnable anew,
            PostgresLink postgres,
            Retry retry,
            Duration poll) {
        this.slot = slot;
        this.generation = generation;
        this.copies = copies;
        this.lanes = lanes;
        this.generations = generations;
        this.exchange = exchange;
        this.handOver = handOver;
        this.anew = anew;
        this.postgres = postgres;
        this.retry = retry;
        this.poll = poll;
        this.thread = Thread.ofVirtual().name("clickhouse-restore").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    void stop() {
        thread.interrupt();
    }

    boolean complete() {
        return complete;
    }

    /** Since when this instance is at it, and how far; empty when it is complete. */
    Optional<Restoring> progress() {
        if (complete) return Optional.empty();
        Map<String, Long> rows = new TreeMap<>();
        for (TableCopy copy : copies) rows.put(copy.table(), copy.rows());
        return Optional.of(new Restoring(begun, rows));
    }

    /** What was acknowledged meanwhile is not in the tables: only beginning anew helps. */
    boolean astray() {
        return astray;
    }

    /** What an operator has to do before it can go on. */
    Optional<String> stopped() {
        return Optional.ofNullable(stopped);
    }

    private void run() {
        try {
            while (!attempt()) Thread.sleep(STOPPED);
        } catch (InterruptedException e) {
            LOG.infof("restore interrupted, it goes on at the next start: generation=%s", generation);
        }
    }

    private boolean attempt() throws InterruptedException {
        try {
            for (TableCopy copy : copies) copy.run(this::goesOn);
            goesOn();
            Lsn end = retry.untilItWorks(() -> postgres.with(Restore::logEnd));
            awaitConfirmed(end);
            exchange();
            retry.untilItWorks(() -> {
                try {
                    slot.done().restored();
                    return true;
                } catch (Exception e) {
                    throw new Retry.Again("cannot note that the restore is complete", e);
                }
            });
            complete = true;
            LOG.infof("restored: generation=%s", generation);
            return true;
        } catch (Exchange.Replaced e) {
            stopped = e.getMessage();
            LOG.errorf("restore stopped: %s", e.getMessage());
            // Nothing that is left shows it to whoever begins again.
            retry.untilItWorks(() -> {
                anew.run();
                return true;
            });
            return false;
        } catch (Exchange.Astray e) {
            stopped = e.getMessage();
            astray = true;
            LOG.errorf("restore stopped: %s", e.getMessage());
            return false;
        } catch (StoppedException e) {
            stopped = e.getMessage();
            LOG.errorf("restore stopped: %s", e.getMessage());
            return false;
        } catch (RuntimeException | Error e) {
            stopped = "restore failed: " + e.getMessage();
            LOG.errorf(e, "restore failed, it is tried again: generation=%s", generation);
            return false;
        }
    }

    /** What stopped an attempt before is mended. */
    private void goesOn() {
        stopped = null;
    }

    /** Until then the shadows may be older than some row of theirs says. */
    private void awaitConfirmed(Lsn position) throws InterruptedException {
        while (position.isAfter(retry.untilItWorks(() -> postgres.with(this::confirmed)))) Thread.sleep(poll);
    }

    private static Lsn logEnd(Connection connection) throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement("SELECT pg_current_wal_lsn()::text");
                ResultSet row = ask.executeQuery()) {
            row.next();
            return Lsn.parse(row.getString(1));
        }
    }

    private Lsn confirmed(Connection connection) throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement(
                "SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = ?")) {
            ask.setString(1, slot.slot());
            try (ResultSet row = ask.executeQuery()) {
                return row.next() ? Lsn.parse(row.getString(1)) : Lsn.ZERO;
            }
        }
    }

    /** Between two batches: what is written before goes into the shadow, what is written after into the table it has become. */
    private void exchange() throws InterruptedException {
        for (Lane lane : lanes) {
            String table = lane.table().target();
            if (!lane.table().deletes()) handOver.to(lane.table());
            lane.pause();
            boolean made = false;
            try {
                exchange.make(table);
                made = true;
            } finally {
                lane.resume(made);
            }
        }
        // Last, so that one that cannot be dropped keeps no other from its exchange.
        for (Lane lane : lanes) retry.untilItWorks(() -> dropped(lane.table().target()));
        for (Lane lane : lanes) exchange.requireRead(lane.table().target());
    }

    private boolean dropped(String table) {
        try {
            generations.dropLeftover(table, generation);
            return true;
        } catch (ClickHouseAway e) {
            throw new Retry.Again(String.valueOf(e.getMessage()), e);
        }
    }
}
