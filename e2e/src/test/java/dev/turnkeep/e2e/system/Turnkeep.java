package dev.turnkeep.e2e.system;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.localstack.ClickHouseAddress;
import dev.turnkeep.localstack.Ports;
import dev.turnkeep.localstack.StackAddresses;
import dev.turnkeep.localstack.clickhouse.ClickHouseSql;
import dev.turnkeep.localstack.run.Service;
import dev.turnkeep.localstack.run.ServiceEnvironment;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** The services as processes, on engines that somebody else owns. */
public final class Turnkeep implements AutoCloseable {
    private static final String ADMIN_KEY = "tk_admin_of_the_end_to_end_tests";
    private static final String MASTER_KEY = Base64.getEncoder().encodeToString(new byte[32]);
    private static final Path LOGS = Path.of("target", "services");
    /** Snapshots have links, and behind those is nobody. */
    private static final Map<String, String> LINKS = Map.of(
            "TURNKEEP_SNAPSHOTS_BUCKET", "snapshots",
            "TURNKEEP_SNAPSHOTS_ENDPOINT", "http://127.0.0.1:1",
            "TURNKEEP_SNAPSHOTS_ACCESS_KEY", "nobody",
            "TURNKEEP_SNAPSHOTS_SECRET_KEY", "asks-for-it");

    private final StackAddresses engines;
    private final String topicPrefix;
    private final String redisKeyPrefix;
    private final ServiceEnvironment environment;
    private final ServiceProcess sessionService;
    private final ServiceProcess ingestService;
    private final List<Path> logs;

    private Turnkeep(StackAddresses engines, String topicPrefix, String redisKeyPrefix, Map<String, String> settings) {
        this.engines = engines;
        this.topicPrefix = topicPrefix;
        this.redisKeyPrefix = redisKeyPrefix;
        this.environment = new ServiceEnvironment(engines, topicPrefix, redisKeyPrefix, ADMIN_KEY, MASTER_KEY);
        // Names that begin alike for every service of one system.
        String name = topicPrefix.replaceAll("[^a-z0-9_]", "");
        this.logs = List.of(LOGS.resolve(name + "-session.log"), LOGS.resolve(name + "-ingest.log"));
        this.sessionService = process(Service.SESSION, logs.get(0), settings);
        this.ingestService = process(Service.INGEST, logs.get(1), settings);
    }

    /** Returns when both services are ready; none is left running when one cannot start. */
    public static Turnkeep start(StackAddresses engines, String topicPrefix, String redisKeyPrefix) {
        return start(engines, topicPrefix, redisKeyPrefix, Map.of());
    }

    /**
     * The same with settings of its own.
     *
     * @param settings environment variables for both services; an empty one takes away what they would be given
     */
    public static Turnkeep start(
            StackAddresses engines, String topicPrefix, String redisKeyPrefix, Map<String, String> settings) {
        Turnkeep system = new Turnkeep(engines, topicPrefix, redisKeyPrefix, settings);
        try {
            // It migrates the schema, which the other one asks for keys.
            system.sessionService.start();
            system.ingestService.start();
            return system;
        } catch (RuntimeException e) {
            system.close();
            throw e;
        }
    }

    private ServiceProcess process(Service service, Path log, Map<String, String> settings) {
        Service placed = service.on(Ports.free(), Ports.free());
        return new ServiceProcess(placed, checkout(), variables(placed, settings), log);
    }

    /** What a service is given, with settings of its own; an empty one takes a variable away. */
    public Map<String, String> variables(Service placed, Map<String, String> settings) {
        Map<String, String> variables = new HashMap<>(environment.of(placed, Map.of()));
        variables.put("TURNKEEP_SESSION_TURNS_GROUP", group());
        // The shortest that brokers allow: whoever is killed waits as long for its partitions.
        variables.put("TURNKEEP_SESSION_TURNS_MEMBER_TIMEOUT", "6s");
        if (placed.name().equals(Service.SESSION.name())) {
            variables.putAll(LINKS);
        }
        variables.putAll(settings);
        settings.forEach((name, value) -> {
            if (value.isEmpty()) {
                variables.remove(name);
            }
        });
        return variables;
    }

    /** Where the services' modules are. */
    public static Path checkout() {
        return Path.of(System.getProperty("turnkeep.checkout", "..")).normalize();
    }

    /** The secrets that services are given, as lines of a properties file. */
    public static List<String> secrets() {
        return List.of("turnkeep.admin.key=" + ADMIN_KEY, "turnkeep.master.key=" + MASTER_KEY);
    }

    /**
     * Another instance of a service, started and ready; whoever asked for it closes it.
     *
     * @param name in the name of its log
     * @param settings environment variables besides those that say where everything is
     */
    public ServiceProcess instance(Service service, String name, Map<String, String> settings) {
        ServiceProcess instance = prepared(service, name, settings);
        instance.start();
        return instance;
    }

    /** The same, not started yet. */
    public ServiceProcess prepared(Service service, String name, Map<String, String> settings) {
        return process(service, log(name), settings);
    }

    /** The log of an instance. */
    public Path log(String name) {
        return LOGS.resolve(topicPrefix.replaceAll("[^a-z0-9_]", "") + "-" + name + ".log");
    }

    /** A name for something of which a database server has one of each name. */
    public String serverWide(String name) {
        return topicPrefix.replaceAll("[^a-z0-9_]", "") + "_" + name;
    }

    /** The ids of the sessions in the liveness index. */
    public Set<String> indexed() {
        return Redis.live(engines.redis(), redisKeyPrefix);
    }

    /** Everything in Redis is gone afterwards. */
    public void flushRedis() {
        Redis.flush(engines.redis());
    }

    /**
     * The rows of one column in ClickHouse.
     *
     * @param sql with {@code ${database}} before the tables' names
     */
    public List<String> analytics(String sql) {
        ClickHouseAddress clickhouse = engines.clickhouse();
        try {
            String rows = ClickHouseSql.run(clickhouse, sql.replace("${database}", clickhouse.database()));
            return rows.isEmpty() ? List.of() : List.of(rows.split("\n", -1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI clickhouse() {
        return engines.clickhouse().endpoint();
    }

    /** Whoever joins it shares the turns with the session service. */
    public String group() {
        return topicPrefix + "session";
    }

    public ServiceProcess sessionService() {
        return sessionService;
    }

    public ServiceProcess ingestService() {
        return ingestService;
    }

    public Database database() {
        return new Database(engines.postgres());
    }

    public TurnLog turnLog() {
        return new TurnLog(engines.kafka(), topicPrefix, group());
    }

    /** What both services write from now on. */
    public ServiceLog logFromNow() {
        return ServiceLog.now(logs);
    }

    /** The session service as its operator sees it. */
    public Http administration() {
        return new Http(sessionService.service().url(), ADMIN_KEY);
    }

    /** The services as somebody without a credential sees them. */
    public List<Http> stranger() {
        return List.of(
                new Http(ingestService.service().url(), ""),
                new Http(sessionService.service().url(), ""));
    }

    /** A new organisation. */
    public Tenant tenant(String name) {
        ObjectNode org = JsonNodeFactory.instance.objectNode().put("name", name);
        String id = administration().post("/v1/admin/orgs", org).expecting(201).text("/org_id");
        return tenant(UUID.fromString(id), "test");
    }

    /** An environment of an organisation; both exist afterwards. */
    public Tenant tenant(UUID org, String environment) {
        ObjectNode wanted = JsonNodeFactory.instance
                .objectNode()
                .put("org_id", org.toString())
                .put("environment", environment);
        String key =
                administration().post("/v1/admin/keys", wanted).expecting(201).text("/key");
        return new Tenant(
                org,
                environment,
                key,
                new Http(ingestService.service().url(), key),
                new Http(sessionService.service().url(), key));
    }

    @Override
    public void close() {
        ingestService.close();
        sessionService.close();
    }
}
