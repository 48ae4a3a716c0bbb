package dev.turnkeep.e2e.lifecycle;

import static dev.turnkeep.e2e.system.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.turnkeep.e2e.operations.MetricsPage;
import dev.turnkeep.e2e.system.Answer;
import dev.turnkeep.e2e.system.Await;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turn;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import dev.turnkeep.localstack.run.Service;
import dev.turnkeep.localstack.run.ServiceProcess;
import dev.turnkeep.ops.smoke.Smoke;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Sessions from their start to their idle end, with every timeout in seconds. {@code make e2e} runs it with other numbers:
 * the environment variables SESSIONS, TURNS, CLIENTS, IDLE (such as {@code 2s}) and REAPERS.
 */
@WithTurnkeep
class LifecycleIT {
    private static final int SESSIONS = number("SESSIONS", 500);
    private static final int TURNS = number("TURNS", 3);
    private static final int CLIENTS = number("CLIENTS", 25);
    private static final int REAPERS = number("REAPERS", 2);
    private static final Duration IDLE = Duration.parse("PT" + System.getenv().getOrDefault("IDLE", "2s"));

    /** Ticks in seconds; whatever they leave out runs on demand. */
    private static final Map<String, String> QUICK = Map.of(
            "TURNKEEP_REAPER_REAP_EVERY", "1s",
            "TURNKEEP_REAPER_SWEEP_EVERY", "5s",
            "TURNKEEP_REAPER_RETIRE_ENABLED", "false",
            "TURNKEEP_REAPER_CHECK_ENABLED", "false");

    private static Turnkeep system;
    /** The reapers, and whoever publishes events. */
    private static final List<ServiceProcess> INSTANCES = new ArrayList<>();

    @BeforeAll
    static void open(Turnkeep turnkeep) {
        system = turnkeep;
        for (int i = 0; i < REAPERS; i++) {
            INSTANCES.add(system.prepared(Service.REAPER, "reaper-" + i, QUICK));
        }
        INSTANCES.add(system.prepared(
                Service.REPLICATION,
                "replication",
                Map.of(
                        "TURNKEEP_REPLICATION_EVENTS_SLOT", system.serverWide("events"),
                        "TURNKEEP_REPLICATION_TABLES_SLOT", system.serverWide("tables"))));
        INSTANCES.forEach(ServiceProcess::launch);
        INSTANCES.forEach(ServiceProcess::awaitReady);
    }

    @AfterAll
    static void close() {
        INSTANCES.forEach(ServiceProcess::close);
    }

    @Test
    void everySessionStartsOnceAndEndsOnce() throws Exception {
        // Given
        Tenant tenant = tenant("idle");

        // When
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> conversations = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                String session = "conversation:" + i + "/ä";
                conversations.add(clients.submit(() -> talk(tenant, session, TURNS)));
            }
            for (Future<?> conversation : conversations) {
                conversation.get(5, TimeUnit.MINUTES);
            }
        }
        until(
                "all sessions have ended",
                IDLE.plusSeconds(120),
                () -> number(tenant, "SELECT count(*) FROM session_events WHERE type = 'session.ended' AND %s")
                        >= SESSIONS);

        // Then
        assertThat(number(tenant, "SELECT count(*) FROM sessions WHERE state = 'ended' AND end_reason = 'idle' AND %s"))
                .isEqualTo(SESSIONS);
        assertThat(number(tenant, "SELECT sum(turn_count) FROM sessions WHERE %s"))
                .isEqualTo((long) SESSIONS * TURNS);
        for (String type : List.of("session.started", "session.ended")) {
            assertThat(number(tenant, "SELECT count(*) FROM session_events WHERE type = '" + type + "' AND %s"))
                    .as(type)
                    .isEqualTo(SESSIONS);
            assertThat(number(
                            tenant,
                            "SELECT count(DISTINCT session_id) FROM session_events WHERE type = '" + type + "' AND %s"))
                    .as(type)
                    .isEqualTo(SESSIONS);
        }
        assertThat(number(tenant, "SELECT count(*) FROM sessions WHERE ended_at <> last_event_at AND %s"))
                .isZero();
        List<String> sessions = strings(tenant, "SELECT id::text FROM sessions WHERE %s");
        until("their entries have left the index", () -> Collections.disjoint(system.indexed(), sessions));
        for (String type : List.of("session.started", "session.ended")) {
            assertPublished(tenant, type);
        }
        assertHolding(management(0).get("/invariants"));
    }

    /** The events of the type that Postgres has, and no others, are on Kafka and in ClickHouse: distinct by id. */
    private static void assertPublished(Tenant tenant, String type) {
        List<String> written =
                strings(tenant, "SELECT id::text FROM session_events WHERE type = '" + type + "' AND %s ORDER BY 1");
        assertThat(written).doesNotHaveDuplicates().hasSize(SESSIONS);
        until(
                type + " is on the topic for every session",
                () -> new HashSet<>(system.turnLog().sessionEvents(tenant.org(), type)).size() >= SESSIONS);
        assertThat(new HashSet<>(system.turnLog().sessionEvents(tenant.org(), type)))
                .containsExactlyInAnyOrderElementsOf(written);
        String stored = "SELECT toString(id) FROM ${database}.session_events WHERE org_id = '%s' AND type = '%s'"
                .formatted(tenant.org(), type);
        until(
                type + " is in ClickHouse for every session",
                () -> system.analytics(stored).size() >= SESSIONS);
        assertThat(system.analytics(stored)).containsExactlyInAnyOrderElementsOf(written);
    }

    @Test
    void aSessionCostsTheSameEverywhere() {
        // Given
        Tenant tenant = tenant("cost");
        for (int i = 0; i < 3; i++) {
            tenant.post(Turn.in("priced")
                    .request("cost-" + i)
                    .says("question " + i, "answer")
                    .tokens(1_000 + i, 100)
                    .json());
        }

        tenant.post(Turn.in("priced")
                .request("cost-unpriced")
                .with("/request", "model", TextNode.valueOf("nobody-knows-it"))
                .with("/response", "model", TextNode.valueOf("nobody-knows-it"))
                .json());

        // When
        JsonNode session = tenant.session(Turn.HARNESS, "priced", 4);
        String id = session.path("id").asText();

        // Then
        long cost = session.path("cost_nano_usd").asLong();
        assertThat(cost).isPositive();
        assertThat(session.path("unpriced_turns").asInt()).isOne();
        assertThat(tenant.items(id, "turns").stream()
                        .mapToLong(turn -> turn.path("cost_nano_usd").asLong())
                        .sum())
                .isEqualTo(cost);
        assertThat(tenant.items(id, "turns").stream()
                        .filter(turn -> turn.path("cost_source").asText().equals("unpriced"))
                        .toList())
                .singleElement()
                .satisfies(turn ->
                        assertThat(turn.path("cost_nano_usd").isNumber()).isFalse());
        assertThat(session.path("model_usage").get(0).path("cost_nano_usd").asLong())
                .isEqualTo(cost);
        assertThat(session.path("model_usage").get(1).path("unpriced_turns").asInt())
                .isOne();
        String inClickHouse = """
                SELECT toString(s.cost_nano_usd), toString(JSONExtractInt(s.model_usage, 1, 'cost_nano_usd')),
                       toString((SELECT sum(t.cost_nano_usd) FROM ${database}.turns t WHERE t.session_id = '%1$s')),
                       toString(s.unpriced_turns),
                       toString((SELECT count() FROM ${database}.turns t WHERE t.session_id = '%1$s'))
                FROM ${database}.sessions s WHERE s.id = '%1$s'
                """.formatted(id);
        // The turn without a price comes last and adds nothing: its arrival shows in the counts alone.
        List<String> same = List.of(cost + "\t" + cost + "\t" + cost + "\t1\t4");
        until("ClickHouse shows the cost", () -> system.analytics(inClickHouse).equals(same));
        JsonNode totals =
                tenant.sessions().get("/v1/stats").expecting(200).body().path("totals");
        assertThat(totals.path("cost_nano_usd").asLong()).isEqualTo(cost);
        assertThat(totals.path("unpriced_turns").asInt()).isOne();
        JsonNode listed = tenant.sessions()
                .get("/v1/sessions")
                .expecting(200)
                .body()
                .path("items")
                .get(0);
        assertThat(listed.path("cost_nano_usd").asLong()).isEqualTo(cost);
        assertThat(listed.path("unpriced_turns").asInt()).isOne();
    }

    @Test
    void aSuspendedSessionAndALeasedOneSurvive() {
        // Given
        Tenant tenant = tenant("kept");
        String parked = started(tenant, "parked");
        command(tenant, "POST", parked + "/suspend", "", 200);
        String leased = started(tenant, "leased");
        command(tenant, "PUT", leased + "/leases/worker", "{\"ttl\":\"PT1M\"}", 200);
        String sibling = started(tenant, "sibling");

        // When
        until("the sibling has ended", () -> state(tenant, sibling).equals("ended"));
        management(0).post("/jobs/reap", Http.JSON.createObjectNode()).expecting(200);
        management(1 % REAPERS)
                .post("/jobs/sweep", Http.JSON.createObjectNode())
                .expecting(200);

        // Then
        assertThat(state(tenant, parked)).isEqualTo("suspended");
        assertThat(state(tenant, leased)).isEqualTo("open");

        // When
        command(tenant, "DELETE", leased + "/leases/worker", "", 204);
        talk(tenant, "parked", 1);

        // Then
        until("the lease is over, and so is the session", () -> state(tenant, leased)
                .equals("ended"));
        until("the turn has resumed it, and it has ended in its first epoch", () -> state(tenant, parked)
                .equals("ended"));
        assertThat(number(tenant, "SELECT max(epoch) FROM sessions WHERE %s")).isEqualTo(1);
    }

    @Test
    void theAgentThatReturnsAfterRetentionGetsAFreshSession() {
        // Given
        Tenant tenant = tenant("retention");
        String old = started(tenant, "agent");
        until("it has ended", () -> state(tenant, old).equals("ended"));
        system.database()
                .execute("UPDATE sessions SET last_received_at = now() - interval '91 days', version = version + 1 "
                        + "WHERE id = '" + old + "'");

        // When
        JsonNode counts = management(0)
                .post("/jobs/retire", Http.JSON.createObjectNode())
                .expecting(200)
                .body();
        String fresh = started(tenant, "agent");

        // Then
        assertThat(counts.path("retired").asLong()).isEqualTo(1);
        assertThat(fresh).isNotEqualTo(old);
        assertThat(state(tenant, old)).isEqualTo("retired");
        assertThat(tenant.items(old, "messages")).isNotEmpty();
        assertThat(tenant.items(old, "events"))
                .extracting(event -> event.path("type").asText())
                .containsExactly("session.started", "session.ended", "session.retired");
    }

    @Test
    void aTurnAfterTheIdleEndReopensAnExplicitSession() {
        // Given
        Tenant tenant = tenant("reopen");
        String session = started(tenant, "agent");
        until("it has ended", () -> state(tenant, session).equals("ended"));
        // Up to the fence, one idle timeout after the last event, a turn is a late one of the epoch that ended.
        until(
                "the fence is passed",
                () -> number(
                                tenant,
                                "SELECT count(*) FROM sessions WHERE ended_at < now() - interval '%d milliseconds' AND "
                                                .formatted(IDLE.plusSeconds(1).toMillis())
                                        + "%s")
                        == 1);

        // When
        talk(tenant, "agent", 1);

        // Then
        until(
                "the second epoch has ended too",
                () -> number(tenant, "SELECT count(*) FROM session_events WHERE type = 'session.ended' AND %s") == 2);
        assertThat(number(
                        tenant,
                        "SELECT count(DISTINCT epoch) FROM session_events WHERE type = 'session.started' AND %s"))
                .isEqualTo(2);
    }

    @Test
    void anOutageOfTheConsumerSplitsNothing() {
        // Given
        Tenant tenant = tenant("outage");
        String session = started(tenant, "agent");
        system.sessionService().kill();

        // When: the turns of longer than an idle timeout wait in Kafka
        for (int i = 0; i < 8; i++) {
            tenant.post(Turn.in("agent")
                    .request("waiting-" + i)
                    .says("still here " + i, "yes")
                    .json());
            Await.pause(IDLE.dividedBy(4).toMillis());
        }
        system.sessionService().start();

        // Then
        until("all are stored", () -> number(tenant, "SELECT count(*) FROM turns WHERE %s") == 9);
        until("it has ended", () -> state(tenant, session).equals("ended"));
        assertThat(number(tenant, "SELECT count(*) FROM session_events WHERE type = 'session.started' AND %s"))
                .isEqualTo(1);
    }

    @Test
    void everyJobRunsOnDemandAndAnswersWhatItDid() {
        for (String job : List.of("reap", "sweep", "expire", "retire", "vacuum", "check")) {
            // When
            Answer answer = management(0).post("/jobs/" + job, Http.JSON.createObjectNode());

            // Then
            assertThat(answer.expecting(200).text("/job")).isEqualTo(job);
            assertThat(answer.body().size()).as(job).isGreaterThan(1);
        }
        Http main = new Http(INSTANCES.getFirst().service().url(), "");
        assertThat(main.send("POST", "/jobs/reap", new byte[0], Map.of()).status())
                .as("they ask for no credential, so they are the operator's port's alone")
                .isEqualTo(404);
        assertThat(main.send("GET", "/invariants", new byte[0], Map.of()).status())
                .isEqualTo(404);
        management(0).post("/jobs/nothing", Http.JSON.createObjectNode()).expecting(404);
        assertThat(management(0).get("/q/health/ready").status()).isEqualTo(200);
    }

    @Test
    void whatTheServicesCountIsWhatThePageOfMetricsSays() throws IOException {
        // Given
        MetricsPage page = MetricsPage.read(Path.of(System.getProperty("turnkeep.checkout", "..")));
        List<Service> services = new ArrayList<>(List.of(
                system.sessionService().service(), system.ingestService().service()));
        INSTANCES.forEach(instance -> services.add(instance.service()));
        started(tenant("metrics"), "agent");

        for (Service service : services) {
            // When
            Set<String> shown = MetricsPage.scraped(new Http(service.managementUrl(), "").text("/q/metrics"));

            // Then
            assertThat(shown)
                    .as("what %s shows and the page does not", service.name())
                    .isSubsetOf(page.names());
            assertThat(shown)
                    .as("what the page promises of %s", service.name())
                    .isNotEmpty()
                    .containsAll(page.atOnce(service.name()));
        }
    }

    @Test
    void theSmokeSuitePassesAndKnowsEveryRoute() {
        // Given
        ByteArrayOutputStream report = new ByteArrayOutputStream();
        Service sessions = system.sessionService().service();
        Service ingest = system.ingestService().service();
        Map<String, String> addresses = Map.ofEntries(
                Map.entry("SESSION_URL", sessions.url().toString()),
                Map.entry("SESSION_MANAGEMENT_URL", sessions.managementUrl().toString()),
                Map.entry("INGEST_URL", ingest.url().toString()),
                Map.entry("INGEST_MANAGEMENT_URL", ingest.managementUrl().toString()),
                Map.entry(
                        "REAPER_MANAGEMENT_URL",
                        INSTANCES.getFirst().service().managementUrl().toString()),
                Map.entry(
                        "REPLICATION_MANAGEMENT_URL",
                        INSTANCES.getLast().service().managementUrl().toString()),
                Map.entry("ADMIN_KEY", system.administration().key()),
                Map.entry("SNAPSHOTS", "links"),
                Map.entry("RESNAPSHOT", "yes"));

        // When
        boolean passed = Smoke.run(addresses, new PrintStream(report, true, StandardCharsets.UTF_8));

        // Then
        assertThat(passed).as(report.toString(StandardCharsets.UTF_8)).isTrue();
    }

    private static Tenant tenant(String name) {
        Tenant tenant = system.tenant(name);
        Http admin = system.administration();
        String body = Http.JSON
                .createObjectNode()
                .put("idle_timeout", IDLE.toString())
                .toString();
        admin.send(
                        "PUT",
                        "/v1/admin/orgs/" + tenant.org() + "/environments/" + tenant.environment(),
                        body.getBytes(StandardCharsets.UTF_8),
                        Map.of("Content-Type", "application/json"))
                .expecting(200);
        return tenant;
    }

    private static void talk(Tenant tenant, String session, int turns) {
        for (int i = 0; i < turns; i++) {
            tenant.post(Turn.in(session)
                    .request(session + "-" + System.nanoTime() + "-" + i)
                    .says("question " + i, "answer")
                    .json());
        }
    }

    /** A session after its first turn. */
    private static String started(Tenant tenant, String key) {
        talk(tenant, key, 1);
        return tenant.session(Turn.HARNESS, key, 1).path("id").asText();
    }

    private static String state(Tenant tenant, String session) {
        return tenant.sessions().get("/v1/sessions/" + session).expecting(200).text("/session/state");
    }

    private static void command(Tenant tenant, String method, String path, String body, int status) {
        tenant.sessions()
                .send(
                        method,
                        "/v1/sessions/" + path,
                        body.getBytes(StandardCharsets.UTF_8),
                        Map.of("Content-Type", "application/json"))
                .expecting(status);
    }

    private static Http management(int reaper) {
        return new Http(INSTANCES.get(reaper).service().managementUrl(), "");
    }

    private static void assertHolding(Answer report) {
        assertThat(report.body().path("holds").asBoolean())
                .as(report.body().toString())
                .isTrue();
        report.expecting(200);
    }

    private static long number(Tenant tenant, String sql) {
        return system.database().number(sql.replace("%s", "org_id = '" + tenant.org() + "'"));
    }

    private static List<String> strings(Tenant tenant, String sql) {
        return system.database().strings(sql.replace("%s", "org_id = '" + tenant.org() + "'"));
    }

    private static int number(String variable, int standard) {
        return Integer.parseInt(System.getenv().getOrDefault(variable, Integer.toString(standard)));
    }
}
