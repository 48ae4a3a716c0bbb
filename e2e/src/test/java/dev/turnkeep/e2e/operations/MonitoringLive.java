package dev.turnkeep.e2e.operations;

import static dev.turnkeep.e2e.system.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.e2e.system.Await;
import dev.turnkeep.e2e.system.Gateway;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turn;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import dev.turnkeep.localstack.run.Service;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Alerts that fire and clear, and panels that show something, with a real Prometheus beside the running system. Run by
 * {@code make test-ops}, which says where Prometheus is.
 */
@WithTurnkeep
class MonitoringLive {
    private static final Path CHECKOUT = Path.of(System.getProperty("turnkeep.checkout", ".."));

    private static final JsonNode UNPRICED = Http.JSON.getNodeFactory().textNode("a-model-that-nobody-has-a-price-for");

    private static Turnkeep system;
    private static Gateway gateway;
    private static ServiceProcess reaper;
    private static ServiceProcess replication;
    private static Prometheus prometheus;

    @BeforeAll
    static void open(Turnkeep turnkeep) throws IOException {
        system = turnkeep;
        gateway = new Gateway(system.clickhouse());
        reaper = system.instance(
                Service.REAPER,
                "reaper",
                Map.of("TURNKEEP_REAPER_REAP_EVERY", "1s", "TURNKEEP_REAPER_SWEEP_EVERY", "5s"));
        replication = system.instance(
                Service.REPLICATION,
                "replication",
                Map.of(
                        "TURNKEEP_REPLICATION_EVENTS_SLOT", system.serverWide("events"),
                        "TURNKEEP_REPLICATION_TABLES_SLOT", system.serverWide("tables"),
                        "TURNKEEP_CLICKHOUSE_URL", gateway.address().toString()));
        Map<String, List<URI>> addresses = new TreeMap<>();
        for (ServiceProcess process : List.of(system.sessionService(), system.ingestService(), reaper, replication)) {
            addresses.put(process.service().name(), List.of(process.service().managementUrl()));
        }
        prometheus = Prometheus.start(
                Path.of(System.getenv("PROMETHEUS")), CHECKOUT, Path.of("target", "prometheus"), addresses);
        until("Prometheus has looked", prometheus::ready);
    }

    @AfterAll
    static void close() throws IOException {
        prometheus.close();
        replication.close();
        reaper.close();
        gateway.close();
    }

    @Test
    void alertsFireAndClear() throws Exception {
        Tenant tenant = tenant("alerts");
        tenant.post(Turn.in("calm").json());
        until("all is calm", () -> prometheus.firing().isEmpty());

        // Turns that nobody can store wait.
        try (Connection holder = system.database().connect();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE turns IN EXCLUSIVE MODE");
            for (int i = 0; i < 20; i++) {
                tenant.post(Turn.in("waiting-" + i).json());
            }
            untilFiring("TurnkeepTurnsWait");
            holder.rollback();
        }
        untilCalm();

        // A consumer that stands still: nobody knows what waits, and idle sessions cannot end.
        system.sessionService().suspend();
        untilFiring("TurnkeepServiceDown");
        untilFiring("TurnkeepTurnsUnwatched");
        system.sessionService().resume();
        untilCalm();

        // ClickHouse is away while much is written.
        tenant.post(Turn.in("overdue").json());
        gateway.shut();
        write();
        untilFiring("TurnkeepReplicationStale");
        untilFiring("TurnkeepSlotGrows");
        gateway.open();
        untilCalm();

        // One identity, two turns.
        tenant.post(Turn.in("conflict").request("same").says("one", "two").json());
        tenant.post(Turn.in("conflict").request("same").says("one", "three").json());
        untilFiring("TurnkeepDeadLetters");
        untilCalm();
    }

    @Test
    void anIdleSessionThatCannotEndIsTold() throws Exception {
        // Given: a session that is due, and a turn of its partition that cannot be stored
        Tenant tenant = tenant("overdue");
        for (int i = 0; i < 8; i++) {
            tenant.post(Turn.in("due-" + i).json());
        }
        until(
                "they are stored",
                () -> system.database().number("SELECT count(*) FROM sessions WHERE org_id = '" + tenant.org() + "'")
                        == 8);
        try (Connection holder = system.database().connect();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE turns IN EXCLUSIVE MODE");
            for (int i = 0; i < 30; i++) {
                tenant.post(Turn.in("behind-" + i).json());
            }

            // When, Then
            untilFiring("TurnkeepSessionsOverdue");
            holder.rollback();
        }
        untilCalm();
    }

    @Test
    void everyPanelShowsSomething() throws Exception {
        // Given: something of everything
        Tenant tenant = tenant("panels");
        List<String> questions = questions();
        assertThat(questions).hasSizeGreaterThan(30);

        for (String question : questions) {
            // When, Then
            until("something is shown by " + question, () -> {
                work(tenant);
                return prometheus.answer(question).stream()
                        .anyMatch(series -> !series.at("/value/1").asText().equals("NaN"));
            });
        }
    }

    private static void work(Tenant tenant) {
        String session = "panels-" + System.nanoTime();
        tenant.post(Turn.in(session).json());
        tenant.post(Turn.in(session)
                .with("/request", "model", UNPRICED)
                .with("/response", "model", UNPRICED)
                .json());
        tenant.post(
                Turn.in("panels-conflict").request("same").says("one", session).json());
        String id = tenant.session(Turn.HARNESS, session, 2).path("id").asText();
        String out = "/v1/sessions/" + id + "/out";
        say(tenant, out, Map.of("Content-Type", "application/json"));
        // One who waits for what comes: the end of the channel lets go of it.
        try (ExecutorService reader = Executors.newVirtualThreadPerTaskExecutor()) {
            var unused = reader.submit(() -> tenant.sessions().get(out + "?offset=-1&live=sse"));
            Await.pause(300);
            say(tenant, out, Map.of("Content-Type", "application/json"));
            Await.pause(100);
            say(tenant, out, Map.of("Content-Type", "application/json", "Stream-Closed", "true"));
        }
        tenant.sessions().get(out + "?offset=-1").expecting(200);
    }

    private static void say(Tenant tenant, String channel, Map<String, String> headers) {
        tenant.sessions()
                .send("POST", channel, "\"text\"".getBytes(StandardCharsets.UTF_8), headers)
                .expecting(204);
    }

    /** What every panel of every dashboard asks, over a few scrapes. */
    private static List<String> questions() throws IOException {
        try (Stream<Path> files = Files.list(CHECKOUT.resolve("deploy/grafana/dashboards"))) {
            List<JsonNode> dashboards = files.sorted().map(MonitoringLive::tree).toList();
            return dashboards.stream()
                    .flatMap(dashboard -> dashboard.findValuesAsText("expr").stream())
                    .map(question -> question.replace("$__rate_interval", "10s"))
                    .toList();
        }
    }

    private static JsonNode tree(Path file) {
        try {
            return Http.JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Some 64 MiB of log. */
    private static void write() throws SQLException {
        try (Connection connection = system.database().connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE filler AS SELECT repeat(md5(i::text), 16) FROM generate_series(1, 120000) i");
            statement.execute("DROP TABLE filler");
        }
    }

    private static void untilFiring(String alert) {
        until(alert + " fires", () -> prometheus.firing().contains(alert));
    }

    private static void untilCalm() {
        until("all alerts have cleared", Await.PATIENCE.multipliedBy(2), () -> prometheus
                .firing()
                .isEmpty());
    }

    private static Tenant tenant(String name) {
        Tenant tenant = system.tenant(name);
        system.administration()
                .send(
                        "PUT",
                        "/v1/admin/orgs/" + tenant.org() + "/environments/" + tenant.environment(),
                        "{\"idle_timeout\":\"PT2S\"}".getBytes(StandardCharsets.UTF_8),
                        Map.of("Content-Type", "application/json"))
                .expecting(200);
        return tenant;
    }
}
