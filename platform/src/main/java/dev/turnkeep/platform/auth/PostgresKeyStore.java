package dev.turnkeep.platform.auth;

import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.KeyId;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.platform.postgres.PostgresPools;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Looks a key up through the one function that may, before the organisation is known. */
@Singleton
class PostgresKeyStore implements KeyStore<KeyHash, Principal> {
    private static final String FIND =
            "SELECT key_id, org_id, environment, scopes, expires_at, rate_limit FROM api_key($1)";

    private final Pool pool;

    PostgresKeyStore(PostgresPools pools, KeysConfig config) {
        this.pool = pools.pool(config.postgresRole(), config.poolSize());
    }

    @Override
    public CompletionStage<Optional<Principal>> find(KeyHash hash) {
        // With a connection of its own: the pool's short cut leaves a timer behind when it cannot connect, and that
        // timer
        // then fails loudly.
        return pool.withConnection(
                        connection -> connection.preparedQuery(FIND).execute(Tuple.of(Buffer.buffer(hash.bytes()))))
                .map(PostgresKeyStore::principal)
                .toCompletionStage();
    }

    private static Optional<Principal> principal(RowSet<Row> rows) {
        for (Row row : rows) {
            Scope scope = new Scope(new OrgId(row.getUUID(1)), new EnvironmentName(row.getString(2)));
            OffsetDateTime expiresAt = row.getOffsetDateTime(4);
            return Optional.of(new Principal(
                    new KeyId(row.getUUID(0)),
                    scope,
                    Set.of(row.getArrayOfStrings(3)),
                    expiresAt == null ? null : expiresAt.toInstant(),
                    row.getInteger(5)));
        }
        return Optional.empty();
    }
}
