package dev.turnkeep.replication.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.replication.TestDatabase;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Compares what Postgres has with what came of it in ClickHouse, through the analysts' views, and on Kafka. */
final class Books {
    /** For what depends on how many rows there are. */
    static final Duration PATIENCE = Duration.ofMinutes(10);

    /** A row as text in both engines' SQL, by table; times to the microsecond, long values by their digests. */
    private record Line(String key, String postgres, String clickHouse) {}

    private static final Map<String, Line> LINES = Map.of(
            "sessions",
            new Line(
                    "id",
                    "concat_ws('|', id, name, state, turn_count, input_tokens, tags[1], md5(metadata::text), "
                            + time("created_at") + ", " + time("updated_at") + ")",
                    "concatWithSeparator('|', toString(id), name, state, toString(turn_count), toString(input_tokens), tags[1],"
                            + " lower(hex(MD5(metadata))), toString(created_at), toString(updated_at))"),
            "turns",
            new Line(
                    "turn_id",
                    "concat_ws('|', turn_id, session_id, seq, input_tokens, output_tokens, cost_nano_usd, encode(leaf_hash, 'hex'), "
                            + time("received_at") + ", " + time("event_at") + ")",
                    "concatWithSeparator('|', toString(turn_id), toString(session_id), toString(seq), toString(input_tokens),"
                            + " toString(output_tokens), toString(cost_nano_usd), leaf_hash, toString(received_at),"
                            + " toString(event_at))"),
            "session_events",
            new Line(
                    "id",
                    "concat_ws('|', id, position, session_id, epoch, type, md5(payload::text), " + time("occurred_at")
                            + ")",
                    "concatWithSeparator('|', toString(id), toString(position), toString(session_id), toString(epoch), type,"
                            + " lower(hex(MD5(payload))), toString(occurred_at))"));

    private final Installation installation;

    Books(Installation installation) {
        this.installation = installation;
    }

    private static String time(String column) {
        return "to_char(" + column + " AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')";
    }

    /** Waits until all has come, and compares: tables as a whole, then row by row, turns by session too, and the events. */
    void agree() {
        tablesAgree();
        eventsArePublished();
    }

    void tablesAgree() {
        for (String table : LINES.keySet()) {
            TestDatabase.until("ClickHouse has what Postgres has of " + table, PATIENCE, () -> sumInClickHouse(table)
                    .equals(sumInPostgres(table)));
        }
        for (String table : LINES.keySet()) {
            assertThat(rowsInClickHouse(table)).as(table).isNotEmpty().isEqualTo(rowsInPostgres(table));
        }
        assertThat(sessionsOfTurnsInClickHouse()).isEqualTo(sessionsOfTurnsInPostgres());
    }

    /** Only the sums: for more rows than a test should hold in memory. */
    void agreeInSum() {
        for (String table : LINES.keySet()) {
            TestDatabase.until("ClickHouse has what Postgres has of " + table, PATIENCE, () -> sumInClickHouse(table)
                    .equals(sumInPostgres(table)));
        }
        eventsArePublished();
    }

    private void eventsArePublished() {
        Set<String> all = new HashSet<>(installation.database.column("SELECT id FROM session_events"));
        TestDatabase.until(
                "every event is published",
                PATIENCE,
                () -> installation.topic.distinctIds().containsAll(all));
        assertThat(installation.topic.distinctIds().stream().filter(id -> !installation.forgotten.contains(id)))
                .as("nothing else is")
                .hasSize(all.size());
    }

    private String sumInPostgres(String table) {
        return installation
                .database
                .column("""
                SELECT count(*) || ' ' || coalesce(sum(('x' || substr(md5(%s), 1, 8))::bit(32)::bigint), 0) FROM %s
                """.formatted(line(table).postgres(), table))
                .getFirst();
    }

    private String sumInClickHouse(String table) {
        return installation
                .clickHouse("""
                SELECT concat(toString(count()), ' ',
                    toString(sum(toUInt64(reinterpretAsUInt32(reverse(substring(MD5(%s), 1, 4)))))))
                FROM $%s
                """.formatted(line(table).clickHouse(), table))
                .getFirst();
    }

    private List<String> rowsInPostgres(String table) {
        return installation.database.column("SELECT %s FROM %s ORDER BY %s::text COLLATE \"C\""
                .formatted(line(table).postgres(), table, line(table).key()));
    }

    private List<String> rowsInClickHouse(String table) {
        return installation.clickHouse("SELECT %s FROM $%s ORDER BY toString(%s)"
                .formatted(line(table).clickHouse(), table, line(table).key()));
    }

    private List<String> sessionsOfTurnsInPostgres() {
        return installation.database.column("""
                SELECT concat_ws(' ', session_id, count(*), sum(input_tokens), sum(cost_nano_usd),
                    sum(('x' || substr(md5(%s), 1, 8))::bit(32)::bigint))
                FROM turns GROUP BY session_id ORDER BY session_id::text COLLATE "C"
                """.formatted(line("turns").postgres()));
    }

    private List<String> sessionsOfTurnsInClickHouse() {
        return installation.clickHouse("""
                SELECT concatWithSeparator(' ', toString(session_id), toString(count()), toString(sum(input_tokens)),
                    toString(sum(cost_nano_usd)), toString(sum(toUInt64(reinterpretAsUInt32(reverse(substring(MD5(%s), 1, 4)))))))
                FROM $turns GROUP BY session_id ORDER BY toString(session_id)
                """.formatted(line("turns").clickHouse()));
    }

    private static Line line(String table) {
        return Objects.requireNonNull(LINES.get(table));
    }
}
