package dev.turnkeep.session.channel.log;

import dev.turnkeep.session.channel.log.Streams.Deletion;
import dev.turnkeep.session.store.Database.Work;
import dev.turnkeep.session.store.Statement;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Deletes a stream, and with the last fork of a hidden source that source as well, and so up the chain. The chain never
 * changes, so it is read first and then locked in the order of the appender.
 */
final class StreamRemoval {
    private static final String TARGET = """
            SELECT s.id FROM streams s
            WHERE s.session_id = $1 AND s.name = $2 AND s.org_id = $3 AND s.environment = $4 AND s.deleted_at IS NULL
            """;

    private static final String CHAIN = """
            WITH RECURSIVE chain AS (
                SELECT s.id, s.forked_from FROM streams s WHERE s.id = $1
                UNION
                SELECT s.id, s.forked_from FROM chain c JOIN streams s ON s.id = c.forked_from
            )
            SELECT c.id FROM chain c
            """;

    private static final String LOCK = """
            SELECT s.id, s.forked_from, s.fork_count, s.hidden_at IS NOT NULL AS hidden, s.deleted_at IS NOT NULL AS deleted,
                   coalesce(s.deadline <= clock_timestamp(), false) AS expired
            FROM streams s WHERE s.id = ANY ($1::bigint[])
            ORDER BY s.id
            FOR UPDATE
            """;

    private static final String HIDE = "UPDATE streams s SET hidden_at = clock_timestamp() WHERE s.id = $1";

    private static final String DELETE = "UPDATE streams s SET deleted_at = clock_timestamp() WHERE s.id = $1";

    private static final String LOSE_FORK =
            "UPDATE streams s SET fork_count = GREATEST(s.fork_count - 1, 0) WHERE s.id = $1";

    private StreamRemoval() {}

    /** @param ids of the streams that can no longer be read */
    record Removed(Deletion deletion, List<Long> ids) {}

    static Removed remove(Work work, StreamAddress stream) {
        List<Row> target = work.rows(Statement.of(
                TARGET,
                stream.owner().value(),
                stream.name(),
                stream.scope().org().value(),
                stream.scope().environment().value()));
        return target.isEmpty()
                ? new Removed(Deletion.MISSING, List.of())
                : remove(work, target.getFirst().getLong("id"), false);
    }

    /** @param evenExpired or an expired stream counts as missing */
    static Removed remove(Work work, long id, boolean evenExpired) {
        Long[] chain = work.rows(Statement.of(CHAIN, id)).stream()
                .map(row -> row.getLong("id"))
                .toArray(Long[]::new);
        Map<Long, Row> rows = new HashMap<>();
        for (Row row : work.rows(Statement.of(LOCK, (Object) chain))) {
            rows.put(row.getLong("id"), row);
        }
        Row target = rows.get(id);
        if (target == null || target.getBoolean("deleted") || (target.getBoolean("expired") && !evenExpired)) {
            return new Removed(Deletion.MISSING, List.of());
        }
        if (target.getBoolean("hidden") && !evenExpired) {
            return new Removed(Deletion.GONE, List.of());
        }
        if (target.getInteger("fork_count") > 0 && !evenExpired) {
            work.rows(Statement.of(HIDE, id));
            return new Removed(Deletion.DELETED, List.of(id));
        }
        return new Removed(Deletion.DELETED, cascade(work, rows, target));
    }

    private static List<Long> cascade(Work work, Map<Long, Row> rows, Row target) {
        List<Long> removed = new ArrayList<>();
        Row doomed = target;
        while (doomed != null) {
            long id = doomed.getLong("id");
            work.rows(Statement.of(DELETE, id));
            removed.add(id);
            Long source = doomed.getLong("forked_from");
            doomed = null;
            Row parent = source == null ? null : rows.get(source);
            if (parent != null) {
                work.rows(Statement.of(LOSE_FORK, source));
                boolean last = parent.getInteger("fork_count") <= 1;
                doomed = last && parent.getBoolean("hidden") && !parent.getBoolean("deleted") ? parent : null;
            }
        }
        return removed;
    }
}
