package dev.turnkeep.replication.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is sent for a cluster. Whether one takes it only a cluster can tell: no test has a Keeper. */
class ReplicatedTest {
    private static final Pattern ENGINE = Pattern.compile("(?m)^ENGINE = (\\S+\\(.*\\))$");

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    ReplicatedTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void listen() {
        server.createContext("/", exchange -> {
            asked.add(String.valueOf(exchange.getRequestURI().getQuery()));
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void insertsWaitForAQuorumAndStatementsForTheReplicasThatAreThere() {
        try (ClickHouse clickHouse = new ClickHouse(config(true))) {
            clickHouse.execute("SELECT 1");
        }

        assertThat(asked)
                .singleElement()
                .asString()
                .contains("insert_quorum=auto")
                .contains("database_replicated_allow_replicated_engine_arguments=1")
                .contains("distributed_ddl_output_mode=throw_only_active");
    }

    /** A server without a Keeper need not know them. */
    @Test
    void oneServerIsAskedForNoneOfThat() {
        try (ClickHouse clickHouse = new ClickHouse(config(false))) {
            clickHouse.execute("SELECT 1");
        }

        assertThat(asked).singleElement().asString().doesNotContain("quorum", "database_replicated", "distributed_ddl");
    }

    @Test
    void everyTableIsReplicatedUnderItsOwnPath() {
        // Given
        List<String> plain = engines(false);
        List<String> replicated = engines(true);

        // Then
        assertThat(plain).hasSizeGreaterThan(5).allMatch(engine -> engine.startsWith("ReplacingMergeTree("));
        assertThat(replicated)
                .hasSameSizeAs(plain)
                .allMatch(engine -> engine.startsWith(
                        "ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', "));
    }

    /** Else a row could be blamed for a replica that was away for a moment. */
    @Test
    void replicasThatAreAwayAreNoRowsFault() {
        assertThat(List.of(285, 286, 319)).allMatch(ClickHouseRefusal::passing);
    }

    private List<String> engines(boolean replicated) {
        return SchemaFile.all().stream()
                .flatMap(file -> file.statements(config(replicated)).stream())
                .flatMap(statement -> ENGINE.matcher(statement).results())
                .map(engine -> engine.group(1))
                .toList();
    }

    private Config config(boolean replicated) {
        return new Config("http://127.0.0.1:" + server.getAddress().getPort(), replicated);
    }

    private record Config(String url, boolean replicated) implements ClickHouseConfig {
        @Override
        public String user() {
            return "default";
        }

        @Override
        public Optional<String> password() {
            return Optional.empty();
        }

        @Override
        public String database() {
            return "turnkeep";
        }

        @Override
        public int eventDays() {
            return 730;
        }

        @Override
        public Duration connectTimeout() {
            return Duration.ofSeconds(3);
        }

        @Override
        public Duration answerTimeout() {
            return Duration.ofSeconds(30);
        }
    }
}
