package dev.turnkeep.session.list;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.session.store.Statement;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A statement on {@code sessions s} under construction. Its first two parameters are the organisation and the environment. */
final class PostgresQuery {
    /** What every list looks at first, whatever row security does. */
    static final String SCOPE = "s.org_id = $1 AND s.environment = $2";

    private final StringBuilder sql = new StringBuilder(2048);
    private final Tuple parameters;
    private int count = 2;

    PostgresQuery(Scope scope) {
        parameters = Tuple.of(scope.org().value(), scope.environment().value());
    }

    PostgresQuery add(String text) {
        sql.append(text);
        return this;
    }

    /** The placeholder of a new parameter. */
    String bind(@Nullable Object value) {
        parameters.addValue(value);
        count++;
        return "$" + count;
    }

    Statement statement() {
        return new Statement(sql.toString(), parameters);
    }

    /** {@code AND} the key is ahead of the walk. */
    PostgresQuery ahead(Walk walk) {
        return compared(walk, walk.descending() ? "<" : ">", walk.after());
    }

    /** {@code AND} the walk meets the key before the end, or at it. */
    PostgresQuery notBeyond(Walk walk, @Nullable Key end) {
        return compared(walk, walk.descending() ? ">=" : "<=", end);
    }

    private PostgresQuery compared(Walk walk, String operator, @Nullable Key key) {
        if (key == null) {
            return this;
        }
        Sort sort = walk.sort();
        String bound = sort.postgresBound(bind(sort.isText() ? key.text() : (Object) key.number()));
        return add(" AND (" + sort.postgresOrder() + ", s.id) " + operator + " (" + bound + ", "
                + bind(key.id().value()) + "::uuid)");
    }

    PostgresQuery inOrder(Walk walk) {
        String direction = walk.descending() ? " DESC" : " ASC";
        return add("\nORDER BY " + walk.sort().postgresOrder() + direction + ", s.id" + direction);
    }

    /** {@code AND} it was created in the window of the filter: narrows what is looked through. */
    PostgresQuery created(Filter filter) {
        time(" AND s.created_at >= ", filter.createdFrom());
        time(" AND s.created_at <= ", filter.createdTo());
        return this;
    }

    /** {@code AND} every other condition of the filter. */
    PostgresQuery matching(Filter filter, Instant now) {
        add(" AND NOT s.is_placeholder");
        if (!filter.retired()) {
            add(" AND s.retired_at IS NULL");
        }
        any("s.type", filter.types());
        any("s.task_identifier", filter.tasks());
        any("s.state", filter.states());
        any("s.status", filter.outcomes());
        any("s.harness_id", filter.harnesses());
        if (!filter.tags().isEmpty()) {
            add(" AND s.tags && " + bind(filter.tags().toArray(String[]::new)) + "::text[]");
        }
        equal("s.external_id", filter.externalId());
        equal("s.auth_subject", filter.authSubject());
        if (!filter.models().isEmpty()) {
            add(" AND EXISTS (SELECT 1 FROM turns t WHERE t.org_id = $1 AND t.environment = $2 AND t.session_id = s.id"
                    + " AND t.model = ANY (" + bind(filter.models().toArray(String[]::new)) + "::text[]))");
        }
        if (filter.text() != null) {
            add(
                    " AND position(lower(" + bind(filter.text())
                            + "::text) IN lower(concat(s.display_name, E'\\n', s.name,"
                            + " E'\\n', s.derived_title, E'\\n', s.external_id, E'\\n', s.harness_session_id, E'\\n', s.cwd))) > 0");
        }
        time(" AND coalesce(s.last_event_at, s.created_at) >= ", filter.activeSince());
        time(" AND coalesce(s.started_at, s.created_at) < ", filter.activeUntil());
        statuses(filter.statuses(), now);
        return this;
    }

    private void any(String column, Set<String> values) {
        if (!values.isEmpty()) {
            add(" AND " + column + " = ANY (" + bind(values.toArray(String[]::new)) + "::text[])");
        }
    }

    private void equal(String column, @Nullable String value) {
        if (value != null) {
            add(" AND " + column + " = " + bind(value));
        }
    }

    private void time(String condition, @Nullable Instant value) {
        if (value != null) {
            add(condition + bind(value.atOffset(ZoneOffset.UTC)));
        }
    }

    private void statuses(Set<Filter.Status> statuses, Instant now) {
        if (statuses.isEmpty()) {
            return;
        }
        String at = bind(now.atOffset(ZoneOffset.UTC)) + "::timestamptz";
        add(" AND CASE WHEN s.expires_at <= coalesce(s.closed_at, " + at + ") THEN 'EXPIRED'"
                + " WHEN s.closed_at IS NOT NULL THEN 'CLOSED' ELSE 'ACTIVE' END = ANY ("
                + bind(statuses.stream().map(Filter.Status::name).toArray(String[]::new)) + "::text[])");
    }
}
