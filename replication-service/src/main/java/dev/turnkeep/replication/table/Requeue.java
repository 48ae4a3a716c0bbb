package dev.turnkeep.replication.table;

import dev.turnkeep.replication.clickhouse.ClickHouse;
import dev.turnkeep.replication.clickhouse.ClickHouseRefusal;
import dev.turnkeep.replication.stream.Requeued;
import java.util.List;
import java.util.function.BiFunction;
import org.jboss.logging.Logger;

/** Tries the rows in quarantine once more, one by one: whatever is wrong with one says nothing about the next. */
final class Requeue {
    private static final Logger LOG = Logger.getLogger(Requeue.class);
    private static final int AT_ONCE = 100;

    private final PostgresQuarantine quarantine;
    private final ClickHouse clickHouse;
    private final BiFunction<String, List<PublishedColumn>, TableMapping> mappings;
    private int stored;
    private int refused;

    Requeue(
            PostgresQuarantine quarantine,
            ClickHouse clickHouse,
            BiFunction<String, List<PublishedColumn>, TableMapping> mappings) {
        this.quarantine = quarantine;
        this.clickHouse = clickHouse;
        this.mappings = mappings;
    }

    Requeued run() {
        int dropped = quarantine.forgetOtherGenerations();
        long last = 0;
        List<PostgresQuarantine.Waiting> waiting = quarantine.waiting(last, AT_ONCE);
        while (!waiting.isEmpty()) {
            waiting.forEach(this::put);
            last = waiting.getLast().id();
            waiting = quarantine.waiting(last, AT_ONCE);
        }
        LOG.infof("quarantine requeued: stored=%d refused=%d dropped=%d", stored, refused, dropped);
        return new Requeued(stored, refused, dropped);
    }

    /** Removed only after it is stored: a crash in between stores it twice, and both have one version. */
    private void put(PostgresQuarantine.Waiting row) {
        TableDefinition table = TableDefinition.of(row.source()).orElse(null);
        if (table == null) {
            refused++;
            return;
        }
        try {
            TableMapping mapping = mappings.apply(table.target(), row.document().columns());
            byte[] encoded = mapping.encode(row.document().row());
            clickHouse.insert(table.target(), mapping.columnNames(), List.of(encoded));
            quarantine.remove(row.id());
            stored++;
        } catch (Unrepresentable | ClickHouseRefusal e) {
            LOG.warnf("still refused: table=%s row=%d", row.source(), row.id());
            refused++;
        }
    }
}
