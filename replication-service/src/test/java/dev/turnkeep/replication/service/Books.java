package dev.turnkeep.replication.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.replication.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** Compares what Postgres has with what came of it in ClickHouse, through the analysts' views, and on Kafka. */
final class Books {
    /** For what depends on how many rows there are. */
    static final Duration PATIENCE = Duration.ofMinutes(10);

    /** A row as text in both engines' SQL: every column that is published. */
    private record Line(String key, String postgres, String clickHouse) {}

    private static final Map<String, String> KEYS =
            Map.of("sessions", "id", "turns", "turn_id", "session_events", "id", "nodes", "hash");

    private final Map<String, Line> lines = new TreeMap<>();
    private final Installation installation;
    private final Activity activity;

    Books(Installation installation, Activity activity) {
        this.installation = installation;
        this.activity = activity;
        for (String table : KEYS.keySet()) {
            lines.put(table, line(table, installation.database.column("""
                    SELECT a.attname || ' ' || t.typname
                    FROM pg_publication_tables p
                    JOIN pg_attribute a ON a.attrelid = p.tablename::regclass AND a.attname = ANY (p.attnames)
                    JOIN pg_type t ON t.oid = a.atttypid
                    WHERE p.pubname IN ('turnkeep_clickhouse_v1', 'turnkeep_clickhouse_nodes_v1') AND p.tablename = '%s'
                    ORDER BY a.attnum
                    """.formatted(table))));
        }
    }

    private static Line line(String table, List<String> columns) {
        List<String> postgres = new ArrayList<>();
        List<String> clickHouse = new ArrayList<>();
        for (String described : columns) {
            String column = described.substring(0, described.indexOf(' '));
            postgres.add("coalesce(" + inPostgres(column, described.substring(column.length() + 1)) + ", 'none')");
            clickHouse.add("ifNull(" + inClickHouse(column, described.substring(column.length() + 1)) + ", 'none')");
        }
        String key = Objects.requireNonNull(KEYS.get(table));
        assertThat(columns).as(table).hasSizeGreaterThan(5).anyMatch(column -> column.startsWith(key + " "));
        return new Line(
                key,
                "concat_ws('|', %s)".formatted(String.join(", ", postgres)),
                "concatWithSeparator('|', %s)".formatted(String.join(", ", clickHouse)));
    }

    /** Times to the microsecond, documents by their digests. */
    private static String inPostgres(String column, String type) {
        return switch (type) {
            case "timestamptz" -> "to_char(" + column + " AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')";
            case "json", "jsonb" -> "md5(" + column + "::text)";
            case "bytea" -> "encode(" + column + ", 'hex')";
            case "_text" -> "array_to_string(" + column + ", ',')";
            default -> column + "::text";
        };
    }

    private static String inClickHouse(String column, String type) {
        return switch (type) {
            case "json", "jsonb" -> "lower(hex(MD5(" + column + ")))";
            case "bytea" -> column;
            case "_text" -> "arrayStringConcat(" + column + ", ',')";
            default -> "toString(" + column + ")";
        };
    }

    /** Waits until all has come, and compares: tables as a whole, then row by row, turns by session too, and the events. */
    void agree() {
        tablesAgree();
        eventsArePublished();
    }

    void tablesAgree() {
        for (String table : KEYS.keySet()) {
            TestDatabase.until("ClickHouse has what Postgres has of " + table, PATIENCE, () -> sumInClickHouse(table)
                    .equals(sumInPostgres(table)));
        }
        for (String table : KEYS.keySet()) {
            assertThat(rowsInClickHouse(table)).as(table).isNotEmpty().isEqualTo(rowsInPostgres(table));
        }
        assertThat(sessionsOfTurnsInClickHouse()).isEqualTo(sessionsOfTurnsInPostgres());
    }

    /** Only the sums: for more rows than a test should hold in memory. */
    void agreeInSum() {
        for (String table : KEYS.keySet()) {
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
        Set<String> erased = activity.erasedEvents();
        assertThat(installation.topic.distinctIds().stream()
                        .filter(id -> !installation.forgotten.contains(id) && !erased.contains(id)))
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

    private Line line(String table) {
        return Objects.requireNonNull(lines.get(table));
    }
}
