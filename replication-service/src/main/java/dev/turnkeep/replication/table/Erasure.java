package dev.turnkeep.replication.table;

import dev.turnkeep.replication.clickhouse.ClickHouse;
import dev.turnkeep.replication.pgoutput.Message.Insert;
import dev.turnkeep.replication.stream.Batch;
import dev.turnkeep.replication.stream.Row;
import dev.turnkeep.replication.stream.RowChange;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Events outlive their rows in Postgres here, but not their session's erasure: what a session's events say of it goes when the
 * event of its deletion comes. That one stays. Running it again does no harm.
 */
final class Erasure {
    private static final String EVENTS = "session_events";
    private static final String DELETED = "session.deleted";

    private final ClickHouse clickHouse;
    private final PostgresLink postgres;
    private final String stream;

    Erasure(ClickHouse clickHouse, PostgresLink postgres, String stream) {
        this.clickHouse = clickHouse;
        this.postgres = postgres;
        this.stream = stream;
    }

    /** A session that was erased. */
    record Erased(UUID org, String environment, UUID session) {}

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
     * Removes what else the events of a session say, from a table and from the quarantine.
     *
     * @throws Retry.Again when Postgres did not answer
     * @throws dev.turnkeep.replication.clickhouse.ClickHouseAway when ClickHouse did not
     */
    void erase(String target, Erased erased) {
        clickHouse.execute(
                "DELETE FROM %s WHERE org_id = '%s' AND environment = %s AND session_id = '%s' AND type != '%s'"
                        .formatted(
                                clickHouse.qualified(target),
                                erased.org(),
                                Literal.quoted(erased.environment().replace("\\", "\\\\")),
                                erased.session(),
                                DELETED));
        postgres.with(connection -> {
            try (PreparedStatement forget = connection.prepareStatement("""
                    DELETE FROM replication_quarantine q
                    WHERE q.stream = ?
                      AND EXISTS (SELECT FROM json_array_elements(q.row_content) AS c
                                  WHERE c ->> 'hex' = ?
                                    AND c ->> 'name' = CASE q.table_name WHEN 'sessions' THEN 'id' ELSE 'session_id' END)
                    """)) {
                forget.setString(1, stream);
                forget.setString(2, erased.session().toString().replace("-", ""));
                return forget.executeUpdate();
            }
        });
    }
}
