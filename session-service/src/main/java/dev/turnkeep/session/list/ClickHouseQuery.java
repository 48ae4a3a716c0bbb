package dev.turnkeep.session.list;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.session.clickhouse.Sql;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The same conditions as {@link PostgresQuery}, on ClickHouse's view of sessions. */
final class ClickHouseQuery {
    private final StringBuilder sql = new StringBuilder(1024);
    private final String scope;

    ClickHouseQuery(Scope scope) {
        this.scope = "org_id = " + Sql.uuid(scope.org().value()) + " AND environment = "
                + Sql.text(scope.environment().value());
    }

    /** What every query looks at first. */
    String scope() {
        return scope;
    }

    ClickHouseQuery add(String text) {
        sql.append(text);
        return this;
    }

    String text() {
        return sql.toString();
    }

    /** {@code AND} the key is ahead of the walk. Ids are compared as text: ClickHouse orders UUIDs by their second half. */
    ClickHouseQuery ahead(Walk walk) {
        Key after = walk.after();
        if (after == null) {
            return this;
        }
        Sort sort = walk.sort();
        if (sort == Sort.CREATED_AT) {
            // What the primary key can be searched with.
            add(" AND created_at " + (walk.descending() ? "<= " : ">= ") + Sql.time(after.number()));
        }
        return add(" AND (" + key(sort) + ") " + (walk.descending() ? "<" : ">") + " (toInt64(" + after.number() + "), "
                + Sql.text(after.text()) + ", '" + after.id() + "')");
    }

    ClickHouseQuery inOrder(Walk walk) {
        String direction = walk.descending() ? " DESC" : " ASC";
        return add(" ORDER BY " + walk.sort().clickHouseNumber() + direction + ", "
                + walk.sort().clickHouseText() + direction + ", toString(id)" + direction);
    }

    private static String key(Sort sort) {
        return sort.clickHouseNumber() + ", " + sort.clickHouseText() + ", toString(id)";
    }

    /** {@code AND} every condition of the filter. */
    ClickHouseQuery matching(Filter filter, Instant now) {
        add(" AND NOT is_placeholder");
        if (!filter.retired()) {
            add(" AND retired_at IS NULL");
        }
        any("type", filter.types());
        any("task_identifier", filter.tasks());
        any("state", filter.states());
        any("status", filter.outcomes());
        any("harness_id", filter.harnesses());
        if (!filter.tags().isEmpty()) {
            add(" AND hasAny(tags, [" + Sql.texts(filter.tags()) + "])");
        }
        equal("external_id", filter.externalId());
        equal("auth_subject", filter.authSubject());
        if (!filter.models().isEmpty()) {
            add(" AND id IN (SELECT session_id FROM turns WHERE " + scope + " AND model IN ("
                    + Sql.texts(filter.models()) + "))");
        }
        if (filter.text() != null) {
            add(" AND positionCaseInsensitiveUTF8(concat(ifNull(display_name, ''), '\\n', ifNull(name, ''), '\\n',"
                    + " ifNull(derived_title, ''), '\\n', ifNull(external_id, ''), '\\n', ifNull(harness_session_id, ''),"
                    + " '\\n', ifNull(cwd, '')), " + Sql.text(filter.text()) + ") > 0");
        }
        time("created_at >=", filter.createdFrom());
        time("created_at <=", filter.createdTo());
        time("coalesce(last_event_at, created_at) >=", filter.activeSince());
        time("coalesce(started_at, created_at) <", filter.activeUntil());
        if (!filter.statuses().isEmpty()) {
            add(" AND multiIf(ifNull(expires_at <= coalesce(closed_at, " + Sql.time(now) + "), 0), 'EXPIRED',"
                    + " isNotNull(closed_at), 'CLOSED', 'ACTIVE') IN ("
                    + Sql.texts(
                            filter.statuses().stream().map(Filter.Status::name).toList()) + ")");
        }
        return this;
    }

    private void any(String column, Set<String> values) {
        if (!values.isEmpty()) {
            add(" AND " + column + " IN (" + Sql.texts(values) + ")");
        }
    }

    private void equal(String column, @Nullable String value) {
        if (value != null) {
            add(" AND " + column + " = " + Sql.text(value));
        }
    }

    private void time(String condition, @Nullable Instant value) {
        if (value != null) {
            add(" AND " + condition + " " + Sql.time(value));
        }
    }
}
