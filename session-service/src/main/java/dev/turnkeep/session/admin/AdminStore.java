package dev.turnkeep.session.admin;

import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.KeyId;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.session.store.Database;
import dev.turnkeep.session.store.Database.Work;
import dev.turnkeep.session.store.Statement;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The statements of administration. */
@Singleton
class AdminStore {
    private static final String INSERT_ORG = "INSERT INTO orgs (id, name) VALUES ($1, $2)";

    private static final String ORG = "SELECT o.id FROM orgs o WHERE o.id = $1";

    private static final String ORGS = """
        SELECT o.id AS org_id, o.name, o.created_at FROM orgs o
        WHERE o.id > $1
        ORDER BY o.id
        LIMIT $2
        """;

    private static final String ENVIRONMENTS = """
        SELECT e.id AS environment_id, e.org_id, e.name AS environment,
               extract(epoch FROM e.idle_timeout)::bigint AS idle_seconds,
               e.harness_idle_timeouts::text AS harness_idle_timeouts,
               extract(epoch FROM e.channel_retention)::bigint AS retention_seconds, e.rate_limit, e.public_rate_limit,
               e.created_at, e.updated_at
        FROM environments e
        WHERE e.org_id = $1
        ORDER BY e.name
        LIMIT 1000
        """;

    private static final String KEYS = """
        SELECT k.id AS key_id, k.org_id, k.environment, k.name, k.scopes, k.created_at, k.expires_at, k.revoked_at,
               k.replaced_by
        FROM api_keys k
        WHERE k.org_id = $1 AND ($2::text IS NULL OR k.environment = $2)
        ORDER BY k.created_at, k.id
        LIMIT 1000
        """;

    private static final String LIVE_KEYS = """
        SELECT (SELECT count(*) FROM api_keys k
                WHERE k.org_id = e.org_id AND k.environment = e.name AND k.revoked_at IS NULL
                  AND (k.expires_at IS NULL OR k.expires_at > now())) AS live
        FROM environments e
        WHERE e.org_id = $1 AND e.name = $2
        """;

    /** Locked, so that keys are counted one maker at a time: a public token is tried with each of them. */
    private static final String LOCK_ENVIRONMENT =
            "SELECT e.id FROM environments e WHERE e.org_id = $1 AND e.name = $2 FOR UPDATE";

    private static final String LIVE_KEY = """
        SELECT k.org_id, k.environment, k.name, k.scopes
        FROM api_keys k
        WHERE k.id = $1 AND k.revoked_at IS NULL AND k.replaced_by IS NULL
          AND (k.expires_at IS NULL OR k.expires_at > now())
        """;

    private static final String EXPIRE = """
        UPDATE api_keys SET
            expires_at = LEAST(expires_at, now() + $3::text::interval),
            replaced_by = $2
        WHERE id = $1 AND revoked_at IS NULL AND replaced_by IS NULL
        RETURNING expires_at
        """;

    private static final String ENSURE_ENVIRONMENT = """
        INSERT INTO environments (id, org_id, name) VALUES ($1, $2, $3)
        ON CONFLICT (org_id, name) DO NOTHING
        """;

    private static final String SET_ENVIRONMENT = """
        UPDATE environments SET
            idle_timeout = coalesce($3::text::interval, idle_timeout),
            harness_idle_timeouts = coalesce($4::text::jsonb, harness_idle_timeouts),
            channel_retention = coalesce($5::text::interval, channel_retention),
            rate_limit = nullif(coalesce($6, rate_limit), 0),
            public_rate_limit = nullif(coalesce($7, public_rate_limit), 0),
            updated_at = now()
        WHERE org_id = $1 AND name = $2
        """;

    private static final String INSERT_KEY = """
        INSERT INTO api_keys (id, org_id, environment, key_hash, key_sealed, scopes, name)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
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

    List<Row> orgs(UUID after, int limit) {
        return database.asOperator(work -> work.rows(Statement.of(ORGS, after, limit)));
    }

    List<Row> environments(OrgId org) {
        return database.asOperator(work -> work.rows(Statement.of(ENVIRONMENTS, org.value())));
    }

    List<Row> keys(OrgId org, @Nullable EnvironmentName environment) {
        return database.asOperator(
                work -> work.rows(Statement.of(KEYS, org.value(), environment == null ? null : environment.value())));
    }

    /** Makes an environment that is not there, and sets what is given. */
    void setEnvironment(UUID newId, OrgId org, EnvironmentName name, Settings settings) {
        database.asOperator(work -> {
            work.rows(Statement.of(ENSURE_ENVIRONMENT, newId, org.value(), name.value()));
            return work.rows(Statement.of(
                    SET_ENVIRONMENT,
                    org.value(),
                    name.value(),
                    settings.idle() == null ? null : settings.idle().toString(),
                    settings.byHarness() == null ? null : json(settings.byHarness()),
                    settings.channelRetention() == null
                            ? null
                            : settings.channelRetention().toString(),
                    settings.rateLimit(),
                    settings.publicRateLimit()));
        });
    }

    /** A key to be stored: only its hash and its sealed form are. */
    record StoredKey(
            KeyId id,
            byte[] hash,
            byte[] sealed,
            Set<String> scopes,
            @Nullable String name) {}

    /** How an insert ended. */
    enum Made {
        MADE,
        /** The same key exists already. */
        TAKEN,
        /** The environment has as many live keys as it may have. */
        FULL
    }

    /** Makes the key, and its environment when it is not there. */
    Made insertKey(UUID environmentId, Scope scope, StoredKey key, int most) {
        return database.asOperator(work -> {
            work.rows(Statement.of(
                    ENSURE_ENVIRONMENT,
                    environmentId,
                    scope.org().value(),
                    scope.environment().value()));
            return insertKey(work, scope, key, most);
        });
    }

    private static Made insertKey(Work work, Scope scope, StoredKey key, int most) {
        UUID org = scope.org().value();
        String environment = scope.environment().value();
        work.rows(Statement.of(LOCK_ENVIRONMENT, org, environment));
        long live = work.row(Statement.of(LIVE_KEYS, org, environment))
                .orElseThrow()
                .getLong("live");
        if (live >= most) {
            return Made.FULL;
        }
        boolean made = work.row(Statement.of(
                        INSERT_KEY,
                        key.id().value(),
                        org,
                        environment,
                        Buffer.buffer(key.hash()),
                        Buffer.buffer(key.sealed()),
                        key.scopes().toArray(String[]::new),
                        key.name()))
                .isPresent();
        return made ? Made.MADE : Made.TAKEN;
    }

    /** A live key that has not been replaced. */
    record LiveKey(
            Scope scope, Set<String> scopes, @Nullable String name) {}

    Optional<LiveKey> live(KeyId key) {
        return database.asOperator(work -> work.row(Statement.of(LIVE_KEY, key.value())))
                .map(row -> new LiveKey(
                        new Scope(new OrgId(row.getUUID("org_id")), new EnvironmentName(row.getString("environment"))),
                        Set.of(row.getArrayOfStrings("scopes")),
                        row.getString("name")));
    }

    /** How a rotation ended, and until when the old key works. */
    record Rotated(Made made, @Nullable Instant expiresAt) {}

    /** Makes the new key and lets the old one run out, both or neither. */
    Rotated rotate(KeyId old, Scope scope, StoredKey key, Duration grace, int most) {
        return database.asOperator(work -> {
            // One that stops working now makes room for the one that follows it.
            Made made = insertKey(work, scope, key, grace.isZero() ? most + 1 : most);
            if (made != Made.MADE) {
                return new Rotated(made, null);
            }
            Row expired = work.row(Statement.of(EXPIRE, old.value(), key.id().value(), grace.toString()))
                    .orElseThrow(NotLive::new);
            return new Rotated(made, expired.getOffsetDateTime("expires_at").toInstant());
        });
    }

    /** Somebody else has revoked or replaced the key in the meantime: the new one is not kept. */
    static final class NotLive extends RuntimeException {
        private static final long serialVersionUID = 1L;
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
