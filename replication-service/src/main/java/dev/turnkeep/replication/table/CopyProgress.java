package dev.turnkeep.replication.table;

import com.clickhouse.client.api.query.GenericRecord;
import dev.turnkeep.replication.clickhouse.ClickHouse;
import java.util.List;

/**
 * How far the copy of one table has come. It is the shadow's that it goes into: what a leader that was deposed still writes of
 * another shadow says nothing about it.
 *
 * @param cursor the greatest primary key that is copied: its columns in Postgres' binary form, as hex with dots between them;
 *     empty at first
 */
record CopyProgress(String cursor, long rows, boolean finished, long step) {
    static final CopyProgress NONE = new CopyProgress("", 0, false, 0);

    private static final String NO_UUID = "00000000-0000-0000-0000-000000000000";
    private static final String TABLE = "snapshot_progress";

    CopyProgress moved(String to, int more) {
        return new CopyProgress(to, rows + more, false, step + 1);
    }

    CopyProgress complete() {
        return new CopyProgress(cursor, rows, true, step + 1);
    }

    /** Under what the progress of a shadow is kept. */
    static String key(String uuid, String generation) {
        return uuid + "/" + generation;
    }

    static CopyProgress load(ClickHouse clickHouse, String key, String table) {
        List<GenericRecord> found = clickHouse.rows("""
                SELECT cursor, toInt64(rows) AS copied, toInt32(finished) AS done, toInt64(step) AS steps
                FROM %s FINAL WHERE generation = '%s' AND table_name = '%s'
                """.formatted(clickHouse.qualified(TABLE), key, table));
        if (found.isEmpty()) return NONE;
        GenericRecord row = found.getFirst();
        return new CopyProgress(
                // Versions before this one wrote the one uuid that keys were then.
                row.getString("cursor").replace("-", ""),
                row.getLong("copied"),
                row.getInteger("done") == 1,
                row.getLong("steps"));
    }

    /** What was copied is not there any more. A shadow with a uuid has a progress of its own; not every database gives one. */
    static void restart(ClickHouse clickHouse, String generation, String table) {
        String key = key(NO_UUID, generation);
        CopyProgress known = load(clickHouse, key, table);
        if (known.step() > 0) new CopyProgress(NONE.cursor(), 0, false, known.step() + 1).save(clickHouse, key, table);
    }

    void save(ClickHouse clickHouse, String key, String table) {
        clickHouse.execute(
                "INSERT INTO %s (generation, table_name, cursor, rows, finished, step) VALUES ('%s', '%s', '%s', %d, %d, %d)"
                        .formatted(clickHouse.qualified(TABLE), key, table, cursor, rows, finished ? 1 : 0, step));
    }
}
