package dev.turnkeep.reaper.expire;

import dev.turnkeep.reaper.ending.Postgres;

/** Leases that keep nothing any more. */
public final class ExpiredLeases {
    /** Compared again at the row: a heartbeat that was at it meanwhile keeps it. */
    private static final String REMOVE = """
            DELETE FROM session_leases l
            WHERE (l.session_id, l.holder) IN (
                SELECT e.session_id, e.holder FROM session_leases e
                WHERE e.expires_at < clock_timestamp()
                ORDER BY e.expires_at
                LIMIT $1)
              AND l.expires_at < clock_timestamp()
            """;

    private final Postgres postgres;
    private final int batch;

    public ExpiredLeases(Postgres postgres, int batch) {
        this.postgres = postgres;
        this.batch = batch;
    }

    /** Answers how many there were. */
    public int removeExpired() {
        int all = 0;
        int removed;
        do {
            removed = postgres.count(REMOVE, batch);
            all += removed;
        } while (removed == batch);
        return all;
    }
}
