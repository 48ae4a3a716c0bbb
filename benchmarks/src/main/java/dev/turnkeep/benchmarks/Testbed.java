package dev.turnkeep.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnkeep.localstack.Folders;
import dev.turnkeep.localstack.LocalStack;
import dev.turnkeep.localstack.Ports;
import dev.turnkeep.localstack.PostgresAddress;
import dev.turnkeep.localstack.Sources;
import dev.turnkeep.localstack.StackAddresses;
import dev.turnkeep.localstack.run.Service;
import dev.turnkeep.localstack.run.ServiceEnvironment;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** Engines and services of one's own, on free ports and on empty data, with one tenant. */
final class Testbed implements AutoCloseable {
    private static final String TOPIC_PREFIX = "bench.";
    private static final String ADMIN_KEY = "tk_admin_of_the_benchmarks";
    private static final String MASTER_KEY = Base64.getEncoder().encodeToString(new byte[32]);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LocalStack stack;
    final StackAddresses engines;
    private final ServiceEnvironment environment;
    final ServiceProcess sessionService;
    final ServiceProcess ingestService;
    final String key;
    private final Connection database;

    private Testbed(Path checkout, Path folder) throws IOException, InterruptedException, SQLException {
        Folders.delete(folder);
        stack = LocalStack.start(folder.resolve("data"), Sources.packages());
        try {
            StackAddresses bare = StackAddresses.of(stack);
            engines = new StackAddresses(bare.kafka(), database(bare.postgres()), bare.redis(), bare.clickhouse());
            environment = new ServiceEnvironment(engines, TOPIC_PREFIX, "bench:", ADMIN_KEY, MASTER_KEY);
            sessionService = service(Service.SESSION, environment, checkout, folder);
            ingestService = service(Service.INGEST, environment, checkout, folder);
            sessionService.start();
            ingestService.start();
            key = tenant();
            database = engines.postgres().connect();
        } catch (RuntimeException | IOException | SQLException e) {
            stack.close();
            throw e;
        }
    }

    /** Returns when all is ready. What was in the folder is gone. */
    static Testbed start(Path checkout, Path folder) throws IOException, InterruptedException, SQLException {
        return new Testbed(checkout, folder);
    }

    private static PostgresAddress database(PostgresAddress server) throws SQLException {
        try (Connection connection = server.connect();
                Statement create = connection.createStatement()) {
            create.execute("CREATE DATABASE turnkeep");
        }
        return server.withDatabase("turnkeep");
    }

    private static ServiceProcess service(Service service, ServiceEnvironment environment, Path checkout, Path folder) {
        Service placed = service.on(Ports.free(), Ports.free());
        // The caller's own settings win: that is how one measures with another batch size, or with a profiler.
        return new ServiceProcess(
                placed, checkout, variables(environment, placed), folder.resolve(service.name() + ".log"));
    }

    private static Map<String, String> variables(ServiceEnvironment environment, Service placed) {
        Map<String, String> variables = new LinkedHashMap<>(environment.of(placed, System.getenv()));
        // One key asks for all there is: what is measured is not how much a key may ask for.
        variables.putIfAbsent("TURNKEEP_SESSION_LIMITS_REQUESTS", Integer.toString(Integer.MAX_VALUE));
        return variables;
    }

    /** One more service, started, with settings of its own; whoever starts it closes it. */
    ServiceProcess instance(Service service, Path checkout, Path folder, Map<String, String> settings) {
        Service placed = service.on(Ports.free(), Ports.free());
        Map<String, String> variables = variables(environment, placed);
        variables.putAll(settings);
        ServiceProcess started =
                new ServiceProcess(placed, checkout, variables, folder.resolve(service.name() + ".log"));
        started.start();
        return started;
    }

    /** Another instance of the session service, which takes no turns; whoever starts it closes it. */
    ServiceProcess secondSessionService(Path checkout, Path folder) {
        Service placed = Service.SESSION.on(Ports.free(), Ports.free());
        Map<String, String> variables = variables(environment, placed);
        variables.put("TURNKEEP_SESSION_TURNS_ENABLED", "false");
        ServiceProcess second =
                new ServiceProcess(placed, checkout, variables, folder.resolve("session-service-2.log"));
        second.start();
        return second;
    }

    private String tenant() throws IOException, InterruptedException {
        String org = administer("/v1/admin/orgs", "{\"name\":\"bench\"}")
                .path("org_id")
                .asText();
        String wanted = "{\"org_id\":\"" + org + "\",\"environment\":\"bench\"}";
        return administer("/v1/admin/keys", wanted).path("key").asText();
    }

    private JsonNode administer(String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        sessionService.service().url().resolve(path))
                .header("Authorization", "Bearer " + ADMIN_KEY)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            var answer = client.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 201) {
                throw new IOException(path + " answered " + answer.statusCode() + ": " + answer.body());
            }
            return JSON.readTree(answer.body());
        }
    }

    URI ingest(String path) {
        return ingestService.service().url().resolve(path);
    }

    Topic topic(String name) {
        return new Topic(engines.kafka().bootstrap(), TOPIC_PREFIX + name);
    }

    Cpu cpu() {
        return cpu(Map.of());
    }

    /** @param others processes of the caller's, by the name to report them under */
    Cpu cpu(Map<String, Long> others) {
        Map<String, Long> pids = new LinkedHashMap<>(others);
        pids.put("load generator", ProcessHandle.current().pid());
        pids.put("ingest-service", ingestService.pid());
        pids.put("session-service", sessionService.pid());
        ProcessHandle.current()
                .children()
                .filter(child -> !pids.containsValue(child.pid()))
                .forEach(child -> pids.put(engine(child), child.pid()));
        return new Cpu(pids);
    }

    private static String engine(ProcessHandle process) {
        String command = process.info().commandLine().orElse("");
        if (command.contains("bin/postgres")) {
            return "postgres";
        }
        return command.contains("redis") ? "redis" : "kafka";
    }

    /** One value of the services' database. On one connection: to make one costs Postgres more than to answer. */
    String query(String sql) throws SQLException {
        try (Statement statement = database.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = database.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() {
        // What is left of the connection ends with the engine.
        ingestService.close();
        sessionService.close();
        stack.close();
    }
}
