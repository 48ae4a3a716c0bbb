package dev.turnkeep.replication.table;

import dev.turnkeep.replication.clickhouse.ClickHouse;
import dev.turnkeep.replication.pgoutput.Message.Insert;
import dev.turnkeep.replication.stream.Batch;
import dev.turnkeep.replication.stream.Row;
import dev.turnkeep.replication.stream.RowChange;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Rows outlive an erasure here: events by design, rows of tables that are being made anew, what a copy or a requeue has in its
 * hands. So which sessions are erased is written down, for good, and the views leave out what is theirs but the news of their
 * deletion, whenever it comes. {@link Sweep} removes it from the disk.
 */
final class Erasure {
    static final String TABLE = "erased_sessions";
    static final String DELETED = "session.deleted";
    private static final String EVENTS = "session_events";
    // A statement stays below the server's bound of 256 KiB.
    private static final int AT_ONCE = 1_000;
    private static final UUID FIRST = new UUID(0, 0);

    /** The quarantine's rows of sessions; but the news of a deletion, which stays. */
    private static final String FORGET = """
            DELETE FROM replication_quarantine q
            WHERE q.stream = ? AND %s
              AND NOT (q.table_name = 'session_events'
                       AND EXISTS (SELECT FROM json_array_elements(q.row_content) AS c
                                   WHERE c ->> 'name' = 'type' AND c ->> 'hex' = encode('session.deleted', 'hex')))
            """;

    private static final String FORGET_THESE = FORGET.formatted("q.session_id = ANY (?)");
    private static final String FORGET_ALL =
            FORGET.formatted("EXISTS (SELECT FROM erased_sessions e WHERE e.session_id = q.session_id)");

    private final ClickHouse clickHouse;
    private final PostgresLink postgres;
    private final String stream;

    Erasure(ClickHouse clickHouse, PostgresLink postgres, String stream) {
        this.clickHouse = clickHouse;
        this.postgres = postgres;
        this.stream = stream;
    }

    /** A session that was erased. */
    record Erased(UUID org, String environment, UUID session) {
        /** As a tuple of ClickHouse's SQL. */
        String literal() {
            return "('%s', %s, '%s')".formatted(org, Literal.quoted(environment.replace("\\", "\\\\")), session);
        }
    }

    /** The sessions whose deletion a batch tells of. */
    static List<Erased> in(Batch batch) {
        List<Erased> erased = new ArrayList<>();
        if (batch.relation().table().equals(EVENTS)) {
            for (RowChange change : batch.rows()) {
                if (change.change() instanceof Insert insert) {
                    Row row = new Row(batch.relation(), insert.row());
                    if (row.text("type").equals(DELETED))
                        erased.add(new Erased(row.uuid("org_id"), row.text("environment"), row.uuid("session_id")));
                }
            }
        }
        return erased;
    }

    /**
     * From now on the views show nothing else of these sessions, and nothing of them waits in quarantine. Again does no harm.
     *
     * @throws Retry.Again when Postgres did not answer
     * @throws dev.turnkeep.replication.clickhouse.ClickHouseAway when ClickHouse did not
     */
    void erase(List<Erased> erased) {
        for (int from = 0; from < erased.size(); from += AT_ONCE) {
            List<Erased> some = erased.subList(from, Math.min(erased.size(), from + AT_ONCE));
            clickHouse.execute("INSERT INTO %s (org_id, environment, session_id) VALUES %s"
                    .formatted(
                            clickHouse.qualified(TABLE),
                            some.stream().map(Erased::literal).collect(Collectors.joining(", "))));
        }
        postgres.with(connection -> {
            try (PreparedStatement forget = connection.prepareStatement(FORGET_THESE)) {
                forget.setString(1, stream);
                forget.setArray(
                        2,
                        connection.createArrayOf(
                                "uuid", erased.stream().map(Erased::session).toArray()));
                return forget.executeUpdate();
            }
        });
    }

    /** What other lanes put into quarantine after its session was erased. */
    void forget() {
        postgres.with(connection -> {
            try (PreparedStatement forget = connection.prepareStatement(FORGET_ALL)) {
                forget.setString(1, stream);
                return forget.executeUpdate();
            }
        });
    }

    /** Writes down what Postgres knows as erased, and ClickHouse does not: of those the stream does not tell any more. */
    void learn() {
        UUID last = FIRST;
        List<Erased> some = after(last);
        while (!some.isEmpty()) {
            Set<UUID> known = known(some);
            List<Erased> unknown =
                    some.stream().filter(one -> !known.contains(one.session())).toList();
            if (!unknown.isEmpty()) erase(unknown);
            last = some.getLast().session();
            some = after(last);
        }
    }

    private Set<UUID> known(List<Erased> some) {
        return clickHouse
                .rows("SELECT toString(session_id) AS session FROM %s WHERE (org_id, environment, session_id) IN (%s)"
                        .formatted(
                                clickHouse.qualified(TABLE),
                                some.stream().map(Erased::literal).collect(Collectors.joining(", "))))
                .stream()
                .map(row -> UUID.fromString(row.getString("session")))
                .collect(Collectors.toSet());
    }

    private List<Erased> after(UUID last) {
        return postgres.with(connection -> {
            try (PreparedStatement ask = connection.prepareStatement("""
                    SELECT org_id, environment, session_id FROM erased_sessions
                    WHERE session_id > ? ORDER BY session_id LIMIT ?
                    """)) {
                ask.setObject(1, last);
                ask.setInt(2, AT_ONCE);
                List<Erased> erased = new ArrayList<>();
                try (ResultSet rows = ask.executeQuery()) {
                    while (rows.next())
                        erased.add(new Erased(
                                rows.getObject(1, UUID.class), rows.getString(2), rows.getObject(3, UUID.class)));
                }
                return erased;
            }
        });
    }
}
