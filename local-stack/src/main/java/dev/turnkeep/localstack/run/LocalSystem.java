package dev.turnkeep.localstack.run;

import dev.turnkeep.localstack.ClickHouseAddress;
import dev.turnkeep.localstack.EngineException;
import dev.turnkeep.localstack.LocalStack;
import dev.turnkeep.localstack.PostgresAddress;
import dev.turnkeep.localstack.Sources;
import dev.turnkeep.localstack.Sources.External;
import dev.turnkeep.localstack.Sources.Packaged;
import dev.turnkeep.localstack.StackAddresses;
import dev.turnkeep.localstack.clickhouse.ClickHouseSql;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The engines and the services, started in order and stopped in the opposite one. For one thread. */
final class LocalSystem implements AutoCloseable {

    private static final String DATABASE = "turnkeep";

    private final Home home;
    private final Sources sources;
    private final Progress progress;
    private final LocalStack stack;
    private final List<ServiceProcess> services = new ArrayList<>();

    LocalSystem(Home home, Sources sources, Progress progress) {
        this.home = home;
        this.sources = sources;
        this.progress = progress;
        this.stack = LocalStack.of(home.data(), sources);
    }

    /** Returns where the engines answer, with the databases of the services in place. */
    StackAddresses startEngines() {
        stack.start(engine -> progress.say(engine.name() + " is up at " + engine.address()));
        StackAddresses engines = StackAddresses.of(stack);
        // Somebody else's database is chosen by its URL; in ours we make one.
        boolean ownPostgres = !(sources.postgres() instanceof External);
        boolean ownClickHouse = !(sources.clickhouse() instanceof External);
        return new StackAddresses(
                engines.kafka(),
                ownPostgres ? createDatabase(engines.postgres()) : engines.postgres(),
                engines.redis(),
                ownClickHouse ? createDatabase(engines.clickhouse()) : engines.clickhouse());
    }

    /**
     * Our own Postgres asks for no password: without one its URL needs no quotes, in whatever reads it. The URL of our
     * own ClickHouse is that of its HTTP interface and nothing more, which any HTTP client takes as it is.
     */
    StackAddresses forTools(StackAddresses engines) {
        PostgresAddress own = engines.postgres();
        boolean trusting = sources.postgres() instanceof Packaged;
        return new StackAddresses(
                engines.kafka(),
                trusting ? new PostgresAddress(own.host(), own.port(), own.database(), own.user(), "") : own,
                engines.redis(),
                sources.clickhouse() instanceof External
                        ? engines.clickhouse()
                        : engines.clickhouse().withDatabase(ClickHouseAddress.DEFAULT));
    }

    /** The first one alone, since it migrates the schema; then the others together. */
    void startServices(List<Service> wanted, ServiceEnvironment environment, Map<String, String> caller) {
        for (Service service : wanted) {
            var process = new ServiceProcess(
                    service, home.checkout(), environment.of(service, caller), home.log(service.name()));
            services.add(process);
            process.launch();
            if (services.size() == 1) await(process);
        }
        services.stream().skip(1).forEach(this::await);
    }

    /** The services that were started and run no longer. */
    List<Service> dead() {
        return services.stream()
                .filter(process -> !process.running())
                .map(ServiceProcess::service)
                .toList();
    }

    @Override
    public void close() {
        for (ServiceProcess process : services.reversed()) {
            process.close();
            progress.say(process.service().name() + " is stopped");
        }
        stack.close();
        progress.say("the engines are stopped");
    }

    private void await(ServiceProcess process) {
        process.awaitReady();
        progress.say(
                process.service().name() + " is ready at " + process.service().url());
    }

    private static PostgresAddress createDatabase(PostgresAddress server) {
        try (var connection = server.connect();
                var exists = connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?");
                var create = connection.createStatement()) {
            exists.setString(1, DATABASE);
            try (var rows = exists.executeQuery()) {
                if (!rows.next()) create.execute("CREATE DATABASE " + DATABASE);
            }
            return server.withDatabase(DATABASE);
        } catch (SQLException e) {
            throw new EngineException("cannot create the database " + DATABASE + ": " + e.getMessage(), e);
        }
    }

    private static ClickHouseAddress createDatabase(ClickHouseAddress server) {
        try {
            ClickHouseSql.run(server, "CREATE DATABASE IF NOT EXISTS " + DATABASE);
            return server.withDatabase(DATABASE);
        } catch (IOException e) {
            throw new EngineException("cannot create the ClickHouse database " + DATABASE + ": " + e.getMessage(), e);
        }
    }
}
