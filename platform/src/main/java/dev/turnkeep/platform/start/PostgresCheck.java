package dev.turnkeep.platform.start;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.platform.postgres.PostgresConfig;
import dev.turnkeep.platform.postgres.PostgresPools;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Whether Postgres lets the service in, is new enough, and has the schema and the roles that it works with. The schema may be
 * newer than the service: migrations only add.
 */
@Singleton
final class PostgresCheck implements EngineCheck {
    private static final int OLDEST = 17;
    private static final int PER_VERSION = 10_000;
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final String SERVER = """
            SELECT current_setting('server_version_num')::int AS version,
                   to_regclass('flyway_schema_history') IS NOT NULL AS migrated,
                   COALESCE(has_table_privilege(to_regclass('flyway_schema_history'), 'SELECT'), false) AS readable,
                   ARRAY(SELECT wanted FROM unnest($1::text[]) wanted
                         WHERE NOT EXISTS (SELECT FROM pg_roles r
                                           WHERE r.rolname = wanted AND pg_has_role(current_user, r.oid, 'SET'))) AS roles
            """;
    private static final String MIGRATED = """
            SELECT count(*) FILTER (WHERE version = $1) > 0 AS there, max(version) AS newest
            FROM flyway_schema_history WHERE success
            """;

    private final PostgresPools pools;
    private final PostgresConfig config;
    private final List<String> roles;
    private final String schema;

    PostgresCheck(
            PostgresPools pools,
            PostgresConfig config,
            @ConfigProperty(name = "turnkeep.start.roles") List<String> roles,
            @ConfigProperty(name = "turnkeep.start.schema") String schema) {
        this.pools = pools;
        this.config = config;
        this.roles = roles;
        this.schema = schema;
    }

    @Override
    public String engine() {
        return "Postgres at " + PostgresPools.place(config.url());
    }

    @Override
    public boolean needed() {
        return true;
    }

    @Override
    public Optional<Trouble> look() {
        try {
            SqlConnection connection =
                    await(pools.connector(config.user(), Map.of()).get(), ANSWER);
            try {
                return look(connection);
            } finally {
                connection.close();
            }
        } catch (PgException e) {
            return Optional.of(refusal(e));
        } catch (RuntimeException e) {
            return Optional.of(new Trouble(
                    "does not answer", "start it, or correct TURNKEEP_POSTGRES_URL if it is somewhere else"));
        }
    }

    private Optional<Trouble> look(SqlConnection connection) {
        Row server = await(connection.preparedQuery(SERVER).execute(Tuple.of(roles.toArray(String[]::new))), ANSWER)
                .iterator()
                .next();
        int version = server.getInteger("version") / PER_VERSION;
        if (version < OLDEST) {
            return Optional.of(new Trouble("is version " + version, "upgrade it to version " + OLDEST + " or newer"));
        }
        if (!server.getBoolean("migrated")) {
            return Optional.of(new Trouble(
                    "has no schema yet",
                    "start session-service, which makes it, or the job of the migrations; wait until that is done"));
        }
        String[] missing = server.getArrayOfStrings("roles");
        if (missing.length > 0) {
            return Optional.of(new Trouble(
                    "the login is no member of " + String.join(", ", missing),
                    "GRANT " + String.join(", ", missing) + " TO the login of TURNKEEP_POSTGRES_USER"));
        }
        return server.getBoolean("readable") ? migrated(connection) : Optional.empty();
    }

    private Optional<Trouble> migrated(SqlConnection connection) {
        Row history = await(connection.preparedQuery(MIGRATED).execute(Tuple.of(schema)), ANSWER)
                .iterator()
                .next();
        return history.getBoolean("there")
                ? Optional.empty()
                : Optional.of(new Trouble(
                        "has schema " + history.getString("newest") + ", and this service needs " + schema,
                        "upgrade session-service first, or run the job of the migrations, of this version"));
    }

    private static Trouble refusal(PgException refused) {
        String state = refused.getSqlState() == null ? "" : refused.getSqlState();
        return switch (state) {
            case "28P01", "28000" ->
                new Trouble(
                        "refuses the login",
                        "correct TURNKEEP_POSTGRES_USER and TURNKEEP_POSTGRES_PASSWORD, or pg_hba.conf");
            case "3D000" -> new Trouble("has no such database", "create it, or correct TURNKEEP_POSTGRES_URL");
            case "53300" ->
                new Trouble("has no connection left", "raise max_connections, or lower the services' pools");
            case "57P03" -> new Trouble("is starting or recovering", "wait");
            default -> new Trouble("refuses with SQLSTATE " + state, "see Postgres' log");
        };
    }
}
