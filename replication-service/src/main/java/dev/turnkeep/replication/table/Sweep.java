package dev.turnkeep.replication.table;

import dev.turnkeep.replication.clickhouse.ClickHouse;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Removes from the disk what erased sessions left in the tables, their shadows included. The views hide it already, so nothing
 * waits for this: it looks again and again, at what was erased lately, and at the start and now and then at everything. Of each
 * table it has one removal running at a time, however many sessions were erased.
 */
final class Sweep {
    private static final Logger LOG = Logger.getLogger(Sweep.class);
    private static final int AT_ONCE = 1_000;
    private static final Duration WHOLE = Duration.ofHours(1);
    // What is late comes minutes late, or as late as a copy is: that is found when everything is looked at.
    private static final String LATELY = " WHERE at > now64(3) - toIntervalHour(2)";

    private static final List<Swept> TABLES = List.of(
            new Swept("sessions_v1", "id", "_is_deleted = 0"),
            new Swept("turns_v1", "session_id", "_is_deleted = 0"),
            new Swept("session_events_v1", "session_id", "type != '" + Erasure.DELETED + "'"));

    private final ClickHouse clickHouse;
    private final Erasure erasure;
    private final Duration period;
    private final Thread thread;
    private volatile long gotOnAt = System.nanoTime();
    private volatile boolean stopped;
    // Of the thread's own round.
    private boolean held;

    /** @param condition of rows that say something about the session */
    private record Swept(String table, String session, String condition) {}

    Sweep(ClickHouse clickHouse, Erasure erasure, Duration period) {
        this.clickHouse = clickHouse;
        this.erasure = erasure;
        this.period = period;
        this.thread = Thread.ofVirtual().name("clickhouse-sweep").start(this::run);
    }

    /** For how long nothing could be removed: a removal does not end, or a store refuses. By any thread. */
    Duration stuck() {
        return Duration.ofNanos(System.nanoTime() - gotOnAt);
    }

    void stop() {
        stopped = true;
        thread.interrupt();
    }

    private void run() {
        boolean learned = false;
        boolean whole = true;
        long nextWhole = System.nanoTime();
        try {
            while (!stopped) {
                if (System.nanoTime() - nextWhole >= 0) {
                    nextWhole = System.nanoTime() + WHOLE.toNanos();
                    learned = false;
                    whole = true;
                }
                held = false;
                learned = learned || learned();
                if (swept(whole) && learned) whole = false;
                if (!held) gotOnAt = System.nanoTime();
                Thread.sleep(period);
            }
        } catch (InterruptedException ended) {
            LOG.debug("stopped");
        }
    }

    /** What ClickHouse does not know as erased, it would show. */
    private boolean learned() {
        try {
            erasure.learn();
            return true;
        } catch (RuntimeException e) {
            if (!stopped) LOG.debugf("erasures not learned: %s", e.getMessage());
            held = true;
            return false;
        }
    }

    /** Whether nothing is left. */
    private boolean swept(boolean whole) {
        try {
            boolean clean = !whole || replaced();
            String erased = "SELECT org_id, environment, session_id FROM " + clickHouse.qualified(Erasure.TABLE)
                    + (whole ? "" : LATELY);
            if (clickHouse.rows(erased + " LIMIT 1").isEmpty()) return clean;
            erasure.forget();
            for (Swept swept : TABLES) for (String table : alike(swept.table)) clean &= swept(swept, table, erased);
            return clean;
        } catch (RuntimeException e) {
            // Nothing waits for it, and what is wrong with a store the writers say.
            if (!stopped) LOG.debugf("not swept: %s", e.getMessage());
            held = true;
            return false;
        }
    }

    /** Whether no state of a node is left that was replaced; what is wrong there holds up nothing else. */
    private boolean replaced() {
        try {
            boolean clean = true;
            for (String table : alike(TableDefinition.NODES.target())) clean &= replaced(table);
            return clean;
        } catch (RuntimeException e) {
            if (!stopped) LOG.debugf("nodes not swept: %s", e.getMessage());
            held = true;
            return false;
        }
    }

    /**
     * Of nodes, the states that a deletion or an erasure has replaced: as long as their part is not merged, and one that is large
     * enough never is, the disk has what was said.
     */
    private boolean replaced(String table) {
        if (removing(table)) return false;
        List<String> left = clickHouse
                .rows("""
                        SELECT toString(org_id) AS org, toString(environment) AS env, hex(hash) AS node,
                               toString(arrayJoin(arrayPopBack(arraySort(groupUniqArray(_version))))) AS old
                        FROM %1$s
                        WHERE (org_id, environment, hash) IN (
                            SELECT org_id, environment, hash FROM %1$s
                            WHERE _is_deleted = 1
                               OR (org_id, environment, session_id) IN (SELECT org_id, environment, session_id FROM %2$s))
                        GROUP BY org_id, environment, hash LIMIT %3$d %4$s
                        """.formatted(
                                clickHouse.qualified(table),
                                clickHouse.qualified(Erasure.TABLE),
                                AT_ONCE / 2,
                                clickHouse.bounded()))
                .stream()
                .map(row -> "('%s', %s, unhex('%s'), toUInt128('%s'))"
                        .formatted(
                                row.getString("org"),
                                Literal.quoted(row.getString("env").replace("\\", "\\\\")),
                                row.getString("node"),
                                row.getString("old")))
                .toList();
        if (left.isEmpty()) return true;
        clickHouse.execute(
                "DELETE FROM %s WHERE (org_id, environment, hash, _version) IN (%s) SETTINGS lightweight_deletes_sync = 0"
                        .formatted(clickHouse.qualified(table), String.join(", ", left)));
        LOG.infof("states of nodes that were replaced are removed: table=%s states=%d", table, left.size());
        return false;
    }

    /** A table, and its shadow while there is one. */
    private List<String> alike(String table) {
        return clickHouse
                .rows(
                        "SELECT name FROM system.tables WHERE database = '%s' AND startsWith(name, '%s') AND engine LIKE '%%MergeTree'"
                                .formatted(clickHouse.database(), table))
                .stream()
                .map(row -> row.getString("name"))
                .toList();
    }

    private boolean swept(Swept swept, String table, String erased) {
        if (removing(table)) return false;
        List<Erasure.Erased> left = clickHouse
                .rows("""
                        SELECT DISTINCT toString(org_id) AS org, toString(environment) AS env, toString(%2$s) AS session
                        FROM %1$s WHERE %3$s AND (org_id, environment, %2$s) IN (%4$s) LIMIT %5$d
                        """.formatted(clickHouse.qualified(table), swept.session, swept.condition, erased, AT_ONCE))
                .stream()
                .map(row -> new Erasure.Erased(
                        UUID.fromString(row.getString("org")),
                        row.getString("env"),
                        UUID.fromString(row.getString("session"))))
                .toList();
        if (left.isEmpty()) return true;
        clickHouse.execute(
                "DELETE FROM %s WHERE %s AND (org_id, environment, %s) IN (%s) SETTINGS lightweight_deletes_sync = 0"
                        .formatted(
                                clickHouse.qualified(table),
                                swept.condition,
                                swept.session,
                                left.stream().map(Erasure.Erased::literal).collect(Collectors.joining(", "))));
        LOG.infof("rows of erased sessions are removed: table=%s sessions=%d", table, left.size());
        return false;
    }

    /** Whether a removal is under way; other mutations of the table are no reason to wait. */
    private boolean removing(String table) {
        boolean removing =
                !clickHouse.rows("""
                        SELECT 1 FROM system.mutations
                        WHERE database = '%s' AND table = '%s' AND NOT is_done AND command LIKE '%%_row_exists%%' LIMIT 1
                        """.formatted(clickHouse.database(), table)).isEmpty();
        held |= removing;
        return removing;
    }
}
