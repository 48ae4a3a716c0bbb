package dev.turnkeep.session.access;

import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.KeyId;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.platform.auth.KeyMemory;
import dev.turnkeep.platform.auth.KeyStore;
import dev.turnkeep.platform.auth.KeyWatch;
import dev.turnkeep.platform.auth.KeysConfig;
import dev.turnkeep.platform.auth.Principal;
import dev.turnkeep.platform.postgres.PostgresPools;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** The live keys of environments, remembered sealed, and forgotten with every change of keys. */
@Singleton
class SigningKeys {
    private static final String FIND = """
            SELECT key_id, org_id, environment, key_sealed, scopes, expires_at, rate_limit FROM api_signing_keys($1)
            """;

    private static final Duration MOMENT = Duration.ofMillis(50);

    private final Clock clock;
    private final KeyMemory<EnvironmentId, List<SigningKey>> memory;

    SigningKeys(PostgresPools pools, KeysConfig config, KeyWatch watch, Clock clock) {
        this.clock = clock;
        this.memory = watch.memoryOf(new Stored(pools.pool(config.postgresRole(), config.poolSize())));
    }

    /** The keys that are valid now, the newest first; none for an environment that does not exist. */
    List<SigningKey> of(EnvironmentId environment) {
        return valid(memory.find(environment));
    }

    /** The same, looked up once more unless that was a moment ago: guesses of tokens must not become a load on Postgres. */
    List<SigningKey> lookedUpAgain(EnvironmentId environment) {
        return valid(memory.findAgain(environment, MOMENT));
    }

    private List<SigningKey> valid(Optional<List<SigningKey>> keys) {
        Instant now = clock.instant();
        return keys.orElse(List.of()).stream()
                .filter(key -> key.owner().validAt(now))
                .toList();
    }

    private record Stored(Pool pool) implements KeyStore<EnvironmentId, List<SigningKey>> {
        @Override
        public CompletionStage<Optional<List<SigningKey>>> find(EnvironmentId environment) {
            return pool.withConnection(
                            connection -> connection.preparedQuery(FIND).execute(Tuple.of(environment.value())))
                    .map(Stored::keys)
                    .toCompletionStage();
        }

        private static Optional<List<SigningKey>> keys(RowSet<Row> rows) {
            List<SigningKey> keys = new ArrayList<>();
            for (Row row : rows) {
                Scope scope = new Scope(new OrgId(row.getUUID(1)), new EnvironmentName(row.getString(2)));
                Buffer sealed = row.getBuffer(3);
                OffsetDateTime expiresAt = row.getOffsetDateTime(5);
                keys.add(new SigningKey(
                        new Principal(
                                new KeyId(row.getUUID(0)),
                                scope,
                                Set.of(row.getArrayOfStrings(4)),
                                expiresAt == null ? null : expiresAt.toInstant(),
                                row.getInteger(6)),
                        sealed.getBytes()));
            }
            return keys.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(keys));
        }
    }
}
