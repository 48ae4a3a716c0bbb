package dev.turnkeep.session.list;

import dev.turnkeep.localstack.clickhouse.ClickHouseSql;
import dev.turnkeep.localstack.junit.TestSpace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** ClickHouse's tables as replication makes them, filled by hand: so a test decides how far behind they are. */
final class Projection implements AutoCloseable {
    private static final Path SCHEMA = Path.of("..", "replication-service", "src", "main", "resources", "clickhouse");
    private static final String SESSIONS = """
            id, friendly_id, org_id, environment, harness_id, harness_session_id, external_id, actor_id, auth_subject,
            parent_session_id, is_placeholder, type, task_identifier, name, derived_title, display_name, cwd,
            harness_version, harness_metadata::text AS harness_metadata, tags, metadata::text AS metadata, state, epoch,
            started_at, last_event_at, last_received_at, ended_at, end_reason, suspended_at, closed_at, closed_reason,
            expires_at, retired_at, version, created_at, updated_at, turn_count, late_turn_count, input_tokens,
            output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, tool_calls, tool_errors,
            cost_nano_usd, unpriced_turns, status, model, model_usage::text AS model_usage""";

    /** Databases that have the schema. */
    private static final Set<String> MADE = new HashSet<>();

    private final TestSpace space;
    private final Connection postgres;
    private long version;

    Projection(TestSpace space) throws SQLException {
        this.space = space;
        this.postgres = space.postgres().connect();
        if (!MADE.contains(space.clickhouse().database())) {
            try (Stream<Path> files = Files.list(SCHEMA)) {
                files.sorted().forEach(this::apply);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            MADE.add(space.clickhouse().database());
        }
    }

    private void apply(Path file) {
        try {
            String sql = Files.readString(file)
                    .replaceAll("\\$\\{replacing\\(([^)]*)\\)}", "ReplacingMergeTree($1)")
                    .replace("${database}", space.clickhouse().database())
                    .replace("${event_days}", "30");
            Arrays.stream(sql.split(";\n", -1))
                    .filter(statement -> !statement.isBlank())
                    .forEach(this::clickHouse);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String clickHouse(String sql) {
        try {
            return ClickHouseSql.run(space.clickhouse(), sql);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void postgres(String sql) {
        try (Statement statement = postgres.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** The first column. */
    List<String> rows(String sql) {
        try (Statement statement = postgres.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** From now on what is committed is not in ClickHouse, unless {@link #sessions} brings it. */
    void positionIsNow() {
        postgres("""
                INSERT INTO replication_state (stream, system_identifier, restoring, watermark, updated_at)
                VALUES ('tables', 'test', false, pg_snapshot_xmin(pg_current_snapshot()), now())
                ON CONFLICT (stream) DO UPDATE SET restoring = false, watermark = excluded.watermark
                """);
    }

    void restoring() {
        postgres("UPDATE replication_state SET restoring = true");
    }

    /** Brings sessions as they are now. */
    void sessions(String where) {
        copy("sessions_v1", SESSIONS, "sessions WHERE " + where);
    }

    /** Brings turns. */
    void turns(String where) {
        copy("turns_v1", """
                turn_id, org_id, environment, session_id, seq, request_id, provider, model, agent, thread_id,
                repeat('r', 32) AS root_hash, repeat('l', 32) AS leaf_hash, node_count, status, stop_reason, input_tokens,
                output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens, reasoning_tokens,
                cost_nano_usd, cost_source, price_ref, tool_calls, tool_errors, latency_nanos, event_at, received_at, late,
                traceparent, meta::text AS meta, created_at""", "turns WHERE " + where);
    }

    private void copy(String table, String columns, String from) {
        version++;
        List<String> rows = rows("SELECT row_to_json(r) FROM (SELECT %s, '%d' AS _version, 0 AS _is_deleted FROM %s) r"
                .formatted(columns, version, from));
        if (!rows.isEmpty()) {
            clickHouse("INSERT INTO " + space.clickhouse().database() + "." + table
                    + " SETTINGS date_time_input_format = 'best_effort' FORMAT JSONEachRow\n"
                    + String.join("\n", rows));
        }
    }

    @Override
    public void close() throws SQLException {
        postgres.close();
    }
}
