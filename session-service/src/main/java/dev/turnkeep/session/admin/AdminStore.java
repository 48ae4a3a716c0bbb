package dev.turnkeep.session.admin;

import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.KeyId;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.session.store.Database;
import dev.turnkeep.session.store.Statement;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The statements of administration. */
@Singleton
class AdminStore {
    private static final String INSERT_ORG = "INSERT INTO orgs (id, name) VALUES ($1, $2)";

    private static final String ORG = "SELECT o.id FROM orgs o WHERE o.id = $1";

    private static final String ENSURE_ENVIRONMENT = """
            INSERT INTO environments (id, org_id, name) VALUES ($1, $2, $3)
            ON CONFLICT (org_id, name) DO NOTHING
            """;

    private static final String SET_TIMEOUTS = """
            UPDATE environments SET
                idle_timeout = coalesce($3::text::interval, idle_timeout),
                harness_idle_timeouts = coalesce($4::text::jsonb, harness_idle_timeouts),
                updated_at = now()
            WHERE org_id = $1 AND name = $2
            """;

    private static final String INSERT_KEY = """
            INSERT INTO api_keys (id, org_id, environment, key_hash, key_sealed, scopes)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (key_hash) DO NOTHING
            RETURNING id
            """;

    private static final String REVOKE_KEY = """
            UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1 RETURNING id
            """;

    private final Database database;

    AdminStore(Database database) {
        this.database = database;
    }

    void insertOrg(OrgId id, String name) {
        database.asOperator(work -> work.rows(Statement.of(INSERT_ORG, id.value(), name)));
    }

    boolean exists(OrgId org) {
        return database.asOperator(
                work -> work.row(Statement.of(ORG, org.value())).isPresent());
    }

    /** Makes an environment that is not there, and sets what is given. */
    void setEnvironment(
            UUID newId,
            OrgId org,
            EnvironmentName name,
            @Nullable Duration idle,
            @Nullable Map<String, Duration> byHarness) {
        database.asOperator(work -> {
            work.rows(Statement.of(ENSURE_ENVIRONMENT, newId, org.value(), name.value()));
            return work.rows(Statement.of(
                    SET_TIMEOUTS,
                    org.value(),
                    name.value(),
                    idle == null ? null : idle.toString(),
                    byHarness == null ? null : json(byHarness)));
        });
    }

    /** Makes the key, and its environment when it is not there; false when the same key exists already. */
    boolean insertKey(UUID environmentId, KeyId id, Scope scope, byte[] hash, byte[] sealed, Set<String> scopes) {
        return database.asOperator(work -> {
            UUID org = scope.org().value();
            String environment = scope.environment().value();
            work.rows(Statement.of(ENSURE_ENVIRONMENT, environmentId, org, environment));
            return work.row(Statement.of(
                            INSERT_KEY,
                            id.value(),
                            org,
                            environment,
                            Buffer.buffer(hash),
                            Buffer.buffer(sealed),
                            scopes.toArray(String[]::new)))
                    .isPresent();
        });
    }

    /** False when there is no such key. Revoking twice changes nothing. */
    boolean revoke(KeyId key) {
        return database.asOperator(
                work -> work.row(Statement.of(REVOKE_KEY, key.value())).isPresent());
    }

    private static String json(Map<String, Duration> byHarness) {
        return byHarness.entrySet().stream()
                .map(e -> new com.fasterxml.jackson.databind.node.TextNode(e.getKey()) + ":\"" + e.getValue() + "\"")
                .collect(Collectors.joining(",", "{", "}"));
    }
}
