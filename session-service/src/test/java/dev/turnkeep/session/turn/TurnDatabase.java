package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.price.Overrides;
import dev.turnkeep.contracts.price.Prices;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.platform.time.UuidSource;
import dev.turnkeep.session.price.PriceSource;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.flywaydb.core.Flyway;

/** A migrated database with the turn transaction on it, seen from outside by a superuser. */
final class TurnDatabase implements AutoCloseable {
    static final Prices PRICES = new Prices(Overrides.NONE, PriceSource.published());
    private final TestSpace space;
    private final Vertx vertx = Vertx.vertx();
    final Pool pool;
    final TurnTransaction transaction;

    TurnDatabase(TestSpace space) {
        this.space = space;
        Flyway.configure()
                .dataSource(
                        space.postgres().jdbcUrl(),
                        space.postgres().user(),
                        space.postgres().password())
                .locations("classpath:db/migration")
                .load()
                .migrate();
        this.pool = pool("turnkeep_consumer");
        this.transaction = transaction(PRICES);
    }

    /** Another one, at these prices. */
    TurnTransaction transaction(Prices prices) {
        UuidSource uuids = new UuidSource(Clock.systemUTC());
        return new TurnTransaction(
                pool, Clock.systemUTC(), () -> new SessionId(uuids.next()), prices, TurnTransaction.Tally.NONE);
    }

    Pool pool(String role) {
        PgConnectOptions options = new PgConnectOptions()
                .setHost(space.postgres().host())
                .setPort(space.postgres().port())
                .setDatabase(space.postgres().database())
                .setUser(space.postgres().user())
                .setPassword(space.postgres().password())
                .addProperty("role", role)
                .setPipeliningLimit(64)
                .setCachePreparedStatements(true);
        return PgBuilder.pool()
                .connectingTo(options)
                .with(new PoolOptions().setMaxSize(8))
                .using(vertx)
                .build();
    }

    /** A new organisation with one environment. */
    Scope scope() {
        UUID org = UUID.randomUUID();
        execute("INSERT INTO orgs (id, name) VALUES ('%s', 'test')".formatted(org));
        execute("INSERT INTO environments (id, org_id, name) VALUES ('%s', '%s', 'test')"
                .formatted(UUID.randomUUID(), org));
        return new Scope(new OrgId(org), new EnvironmentName("test"));
    }

    /** One transaction with these turns. */
    Outcome store(SampleTurn... turns) {
        return transaction.store(
                List.of(turns).stream().map(SampleTurn::pending).toList());
    }

    void execute(String sql) {
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The rows, their values as text with {@code |} between them. */
    List<String> rows(String sql) {
        try (Connection connection = connect();
                var statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (result.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    values.add(String.valueOf(result.getString(i)));
                }
                rows.add(String.join("|", values));
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How Postgres finds the rows where it has the choice: a small table would be read as a whole. */
    String plan(String sql) {
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            statement.execute("SET enable_seqscan = off");
            List<String> lines = new ArrayList<>();
            try (ResultSet plan = statement.executeQuery("EXPLAIN " + sql)) {
                while (plan.next()) {
                    lines.add(plan.getString(1));
                }
            }
            return String.join("\n", lines);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Everything that is stored for tenants, to the last column. */
    List<String> dump() {
        List<String> dump = new ArrayList<>();
        for (String table :
                List.of("sessions", "turns", "nodes", "node_variants", "blobs", "session_events", "session_threads")) {
            dump.addAll(rows("SELECT '%s', t::text FROM %s t ORDER BY 2".formatted(table, table)));
        }
        return dump;
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(
                space.postgres().jdbcUrl(),
                space.postgres().user(),
                space.postgres().password());
    }

    @Override
    public void close() {
        pool.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
