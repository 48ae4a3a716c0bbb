package dev.turnkeep.session.access;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.session.store.Database;
import dev.turnkeep.session.store.Statement;
import jakarta.inject.Singleton;
import java.util.concurrent.ConcurrentHashMap;

/** The ids of environments, which never change. State: those that were asked for. */
@Singleton
public class Environments {
    private static final String ID = "SELECT e.id FROM environments e WHERE e.org_id = $1 AND e.name = $2";

    private final Database database;
    private final ConcurrentHashMap<Scope, EnvironmentId> known = new ConcurrentHashMap<>();

    Environments(Database database) {
        this.database = database;
    }

    /** The id of a caller's environment, which exists because its key does. */
    public EnvironmentId of(Scope scope) {
        EnvironmentId found = known.get(scope);
        if (found != null) {
            return found;
        }
        EnvironmentId id = database.inOrg(scope.org(), work -> work.row(Statement.of(
                        ID, scope.org().value(), scope.environment().value()))
                .map(row -> new EnvironmentId(row.getUUID(0)))
                .orElseThrow());
        known.put(scope, id);
        return id;
    }
}
