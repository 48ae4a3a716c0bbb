package dev.turnkeep.session.channel.realtime;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.access.Granted;
import dev.turnkeep.session.access.SessionRef;
import dev.turnkeep.session.store.Database;
import dev.turnkeep.session.store.Statement;
import jakarta.inject.Singleton;
import java.util.Optional;

/** The session that a realtime path names: its id, and whether it takes records. For virtual threads. */
@Singleton
class RealtimeSessions {
    private static final String STATE = """
            SELECT s.id, s.closed_at IS NOT NULL OR s.retired_at IS NOT NULL AS over,
                   coalesce(s.expires_at <= clock_timestamp(), false) AS expired
            FROM sessions s
            """;

    private static final String BY_ID =
            STATE + "WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3 AND NOT s.is_placeholder";

    private static final String BY_EXTERNAL_ID = STATE + """
            WHERE s.org_id = $1 AND s.environment = $2 AND s.external_id = $3 AND s.retired_at IS NULL
              AND NOT s.is_placeholder
            """;

    private final Database database;

    RealtimeSessions(Database database) {
        this.database = database;
    }

    /**
     * A session that exists.
     *
     * @param over closed or retired: nothing is written any more
     * @param expired it has outlived its time, and will be closed
     */
    record Known(SessionId id, boolean over, boolean expired) {}

    Optional<Known> find(Granted granted) {
        return switch (granted.session()) {
            case SessionRef.ById(SessionId id) -> look(granted.scope(), BY_ID, id.value());
            case SessionRef.ByExternalId(String name) ->
                name.indexOf('\0') >= 0 ? Optional.empty() : look(granted.scope(), BY_EXTERNAL_ID, name);
            case SessionRef.Unknown _ -> Optional.empty();
        };
    }

    /** @throws Invalid (404) when there is none */
    Known get(Granted granted) {
        return find(granted).orElseThrow(RealtimeSessions::missing);
    }

    static Invalid missing() {
        return new Invalid(Problem.NOT_FOUND, null, "Session not found");
    }

    private Optional<Known> look(Scope scope, String sql, Object name) {
        return database.inOrg(scope.org(), work -> work.row(Statement.of(
                        sql, scope.org().value(), scope.environment().value(), name))
                .map(row -> new Known(
                        new SessionId(row.getUUID("id")), row.getBoolean("over"), row.getBoolean("expired"))));
    }
}
