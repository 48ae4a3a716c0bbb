package dev.turnkeep.session.access;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.store.Database;
import dev.turnkeep.session.store.Statement;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The names of a session that exists, of which a scope may hold either. */
@Singleton
class SessionNames {
    private static final String BY_ID = """
            SELECT s.id, s.external_id
            FROM sessions s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3 AND NOT s.is_placeholder
            """;

    private static final String BY_EXTERNAL_ID = """
            SELECT s.id, s.external_id
            FROM sessions s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.external_id = $3 AND s.retired_at IS NULL
              AND NOT s.is_placeholder
            """;

    private final Database database;

    SessionNames(Database database) {
        this.database = database;
    }

    record Names(SessionId id, @Nullable String externalId) {
        Resource[] resources() {
            Resource friendly = Resource.session(id.friendly());
            return externalId == null
                    ? new Resource[] {friendly}
                    : new Resource[] {friendly, Resource.session(externalId)};
        }
    }

    Optional<Names> of(Scope scope, SessionRef session) {
        return switch (session) {
            case SessionRef.ById(SessionId id) -> look(scope, BY_ID, id.value());
            case SessionRef.ByExternalId(String name) ->
                name.indexOf('\0') >= 0 ? Optional.empty() : look(scope, BY_EXTERNAL_ID, name);
            case SessionRef.Unknown _ -> Optional.empty();
        };
    }

    private Optional<Names> look(Scope scope, String sql, Object name) {
        return database.inOrg(scope.org(), work -> work.row(Statement.of(
                        sql, scope.org().value(), scope.environment().value(), name))
                .map(row -> new Names(new SessionId(row.getUUID(0)), row.getString(1))));
    }
}
