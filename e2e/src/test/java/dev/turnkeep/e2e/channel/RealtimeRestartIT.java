package dev.turnkeep.e2e.channel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.e2e.system.Await;
import dev.turnkeep.e2e.system.Gateway;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.NodeProject;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import dev.turnkeep.localstack.run.Service;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Nodes are replaced one after the other, or connections cut, while {@code @trigger.dev/sdk}, unmodified, follows and writes
 * through one address, by HTTP and by S2. How often nodes are, and how many readers and writers by HTTP there are, the
 * environment variables RESTARTS, READERS, WRITERS and RECORDS say; the latter are a writer's.
 */
@WithTurnkeep
class RealtimeRestartIT {
    private static final int RESTARTS = number("RESTARTS", 1);
    private static final int READERS = number("READERS", 40);
    private static final int WRITERS = number("WRITERS", 10);
    private static final int RECORDS = number("RECORDS", 100);
    private static final Duration BOUND = Duration.ofSeconds(30);

    @Test
    void losesNoRecordDoublesNoneAndEndsNoReaderEarly(Turnkeep turnkeep) throws IOException {
        // Given
        Tenant tenant = turnkeep.tenant("restarts");
        ServiceProcess node = instance(turnkeep, 0);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                Gateway gateway = new Gateway(node.service().url())) {
            Future<String> driven = threads.submit(() -> drive(gateway, tenant, READERS, WRITERS, RECORDS));

            // When
            for (int restart = 1; restart <= RESTARTS; restart++) {
                ServiceProcess leaving = node;
                ServiceProcess next = restart < RESTARTS ? instance(turnkeep, restart) : turnkeep.sessionService();
                int written = WRITERS * RECORDS * restart / (RESTARTS + 1) / 2;
                Await.until(
                        written + " records are written",
                        BOUND,
                        () -> driven.isDone() || written(turnkeep, tenant) >= written);
                gateway.to(next.service().url());
                ProcessHandle.of(leaving.pid()).orElseThrow().destroy();
                Await.until("the node has stopped by itself", BOUND, () -> !leaving.running());
                node = next;
            }

            // Then
            assertWhole(Crowd.result(driven), READERS);
        } finally {
            if (node != turnkeep.sessionService()) {
                node.close();
            }
        }
    }

    /** Writers by HTTP are named by nobody here: what they send again would be another record. */
    @Test
    void writersByS2LoseNoRecordAndDoubleNoneWhenEveryConnectionIsCut(Turnkeep turnkeep) throws IOException {
        // Given
        Tenant tenant = turnkeep.tenant("cuts");
        int records = 60;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                Gateway gateway =
                        new Gateway(turnkeep.sessionService().service().url())) {
            Future<String> driven = threads.submit(() -> drive(gateway, tenant, 10, 0, records));

            // When: a pipe, a writer and marks, of five sessions each
            for (int cut = 1; cut <= 3; cut++) {
                int written = 15 * records * cut / 5;
                Await.until(
                        written + " records are written",
                        BOUND,
                        () -> driven.isDone() || written(turnkeep, tenant) >= written);
                gateway.shut();
                gateway.open();
            }

            // Then
            assertWhole(Crowd.result(driven), 10);
        }
    }

    private static String drive(Gateway gateway, Tenant tenant, int readers, int writers, int records) {
        return NodeProject.of("sdk")
                .run(
                        "rolling.mjs",
                        Map.of(
                                "TRIGGER_API_URL", gateway.address().toString(),
                                "TRIGGER_SECRET_KEY", tenant.key(),
                                "READERS", Integer.toString(readers),
                                "WRITERS", Integer.toString(writers),
                                "RECORDS", Integer.toString(records)));
    }

    private static void assertWhole(String printed, int readers) throws IOException {
        JsonNode channels = Http.JSON.readTree(
                Arrays.asList(printed.strip().split("\n", -1)).getLast());
        assertThat(channels).hasSize(5).allSatisfy(channel -> {
            assertThat(channel.path("stored").asInt())
                    .as("records, of %s", channel)
                    .isEqualTo(channel.path("written").asInt())
                    .isPositive();
            assertThat(channel.path("complete").asBoolean())
                    .as("each writer's, in its order")
                    .isTrue();
            assertThat(channel.path("marked").asBoolean())
                    .as("each mark once, in its order")
                    .isTrue();
            assertThat(channel.path("whole").asInt())
                    .as("readers that saw each record once, and ended with the session")
                    .isEqualTo(readers / 5);
        });
    }

    private static ServiceProcess instance(Turnkeep turnkeep, int number) {
        return turnkeep.instance(
                Service.SESSION,
                "restart-" + number,
                Map.of("TURNKEEP_SESSION_TURNS_ENABLED", "false", "QUARKUS_SHUTDOWN_DELAY", "1s"));
    }

    private static long written(Turnkeep turnkeep, Tenant tenant) {
        return turnkeep.database()
                .number(
                        "SELECT count(*) FROM stream_records r JOIN streams s ON s.id = r.stream_id WHERE s.org_id = ?",
                        tenant.org());
    }

    private static int number(String variable, int standard) {
        return Integer.parseInt(System.getenv().getOrDefault(variable, Integer.toString(standard)));
    }
}
