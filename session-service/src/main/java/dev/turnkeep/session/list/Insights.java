package dev.turnkeep.session.list;

import com.clickhouse.client.api.query.GenericRecord;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.clickhouse.ClickHouse;
import dev.turnkeep.session.clickhouse.ClickHouseAway;
import dev.turnkeep.session.clickhouse.Sql;
import dev.turnkeep.session.event.Times;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Numbers over many sessions, from ClickHouse: as of a second ago, without placeholders and what is superseded or deleted. */
@Singleton
class Insights {
    private static final List<String> SUMS = List.of(
            "input_tokens",
            "output_tokens",
            "cache_read_tokens",
            "cache_write_tokens",
            "reasoning_tokens",
            "tool_calls",
            "tool_errors");

    private final ClickHouse clickHouse;
    private final Clock clock;

    Insights(ClickHouse clickHouse, Clock clock) {
        this.clickHouse = clickHouse;
        this.clock = clock;
    }

    long count(Scope scope, Filter filter) {
        ClickHouseQuery query = new ClickHouseQuery(scope);
        query.add("SELECT toInt64(count()) AS sessions FROM sessions WHERE " + query.scope())
                .matching(filter, clock.instant());
        return rows(query.text()).getFirst().getLong("sessions");
    }

    /**
     * Tags in use, in the order of their bytes.
     *
     * @param containing part of the tags that are wanted, in whatever case
     * @param after the last tag of the page before
     */
    List<Map<String, @Nullable Object>> tags(
            Scope scope, Filter filter, @Nullable String containing, @Nullable String after, int limit) {
        ClickHouseQuery query = new ClickHouseQuery(scope);
        query.add("SELECT tag, toInt64(count()) AS sessions FROM (SELECT arrayJoin(arrayDistinct(tags)) AS tag"
                        + " FROM sessions WHERE " + query.scope())
                .matching(filter, clock.instant())
                .add(") WHERE true");
        if (containing != null) {
            query.add(" AND positionCaseInsensitiveUTF8(tag, " + Sql.text(containing) + ") > 0");
        }
        if (after != null) {
            query.add(" AND tag > " + Sql.text(after));
        }
        query.add(" GROUP BY tag ORDER BY tag LIMIT " + limit);
        return rows(query.text()).stream()
                .map(row -> {
                    Map<String, @Nullable Object> tag = new LinkedHashMap<>();
                    tag.put("tag", row.getString("tag"));
                    tag.put("session_count", row.getLong("sessions"));
                    return tag;
                })
                .toList();
    }

    /** How fine the totals over time are. */
    enum Bucket {
        HOUR("toStartOfHour(event_at)", ChronoUnit.HOURS),
        DAY("toStartOfDay(event_at)", ChronoUnit.DAYS);

        private final String sql;
        private final ChronoUnit unit;

        Bucket(String sql, ChronoUnit unit) {
            this.sql = sql;
            this.unit = unit;
        }

        long count(Instant since, Instant until) {
            return unit.between(since, until) + 1;
        }
    }

    /** Which turns are summed up: those of the window [since, until) by the time at which they happened. */
    record Window(
            Instant since,
            Instant until,
            Bucket bucket,
            @Nullable String harness,
            @Nullable String model,
            @Nullable String authSubject) {}

    Map<String, Object> stats(Scope scope, Window window) {
        String turns = "FROM turns WHERE " + conditions(scope, window);
        Map<String, Object> totals =
                totals(rows("SELECT " + sums() + " " + turns).getFirst());
        List<Map<String, Object>> models = rows(
                        "SELECT ifNull(model, '') AS model, provider, " + sums() + " " + turns
                                + " GROUP BY model, provider ORDER BY cost_nano_usd DESC, turn_count DESC, model, provider LIMIT 200")
                .stream()
                .map(row -> named(row, "model", row.getString("model"), "provider", row.getString("provider")))
                .toList();
        List<Map<String, Object>> series = rows("SELECT toInt64(toUnixTimestamp(" + window.bucket().sql + ")) AS at, "
                        + sums() + " " + turns + " GROUP BY at ORDER BY at")
                .stream()
                .map(row -> named(row, "at", Times.text(Instant.ofEpochSecond(row.getLong("at")))))
                .toList();
        return Map.of(
                "since", Times.text(window.since()),
                "until", Times.text(window.until()),
                "totals", totals,
                "models", models,
                "series", series);
    }

    private static String conditions(Scope scope, Window window) {
        ClickHouseQuery query = new ClickHouseQuery(scope);
        query.add(query.scope())
                .add(" AND event_at >= " + Sql.time(window.since()))
                .add(" AND event_at < " + Sql.time(window.until()));
        if (window.model() != null) {
            query.add(" AND model = " + Sql.text(window.model()));
        }
        if (window.harness() != null || window.authSubject() != null) {
            query.add(" AND session_id IN (SELECT id FROM sessions WHERE " + query.scope());
            if (window.harness() != null) {
                query.add(" AND harness_id = " + Sql.text(window.harness()));
            }
            if (window.authSubject() != null) {
                query.add(" AND auth_subject = " + Sql.text(window.authSubject()));
            }
            query.add(")");
        }
        return query.text();
    }

    private static String sums() {
        StringBuilder sql =
                new StringBuilder("toInt64(uniqExact(session_id)) AS session_count, toInt64(count()) AS turn_count");
        SUMS.forEach(column ->
                sql.append(", toInt64(sum(").append(column).append(")) AS ").append(column));
        return sql.append(", toInt64(ifNull(sum(cost_nano_usd), 0)) AS cost_nano_usd")
                .append(", toInt64(countIf(cost_source = 'unpriced')) AS unpriced_turns")
                .append(", toInt64(ifNull(sum(latency_nanos), 0)) AS latency_nanos")
                .toString();
    }

    private static Map<String, Object> named(GenericRecord row, String... names) {
        Map<String, Object> members = new LinkedHashMap<>();
        for (int i = 0; i < names.length; i += 2) {
            members.put(names[i], names[i + 1]);
        }
        members.putAll(totals(row));
        return members;
    }

    private static Map<String, Object> totals(GenericRecord row) {
        Map<String, Object> totals = new LinkedHashMap<>();
        totals.put("session_count", row.getLong("session_count"));
        totals.put("turn_count", row.getLong("turn_count"));
        SUMS.forEach(column -> totals.put(column, row.getLong(column)));
        totals.put("cost_nano_usd", row.getLong("cost_nano_usd"));
        totals.put("unpriced_turns", row.getLong("unpriced_turns"));
        totals.put("latency_nanos", row.getLong("latency_nanos"));
        return totals;
    }

    private List<GenericRecord> rows(String sql) {
        try {
            return clickHouse.rows(sql);
        } catch (ClickHouseAway e) {
            throw RetryLater.unavailable("ClickHouse does not answer");
        }
    }
}
