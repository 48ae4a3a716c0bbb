package dev.turnkeep.localstack;

import dev.turnkeep.localstack.clickhouse.ClickHousePing;
import dev.turnkeep.localstack.kafka.KafkaPing;
import dev.turnkeep.localstack.postgres.PostgresPing;
import dev.turnkeep.localstack.redis.RedisPing;
import java.util.List;
import java.util.Map;

/** The engines as Docker containers, set up as their packaged twins are. */
final class Containers {

    private Containers() {}

    static Engine<KafkaAddress> kafka(int port) {
        Map<String, String> environment = Map.ofEntries(
                Map.entry("KAFKA_NODE_ID", "1"),
                Map.entry("KAFKA_PROCESS_ROLES", "broker,controller"),
                Map.entry("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:9093"),
                Map.entry("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER"),
                Map.entry("KAFKA_LISTENERS", "PLAINTEXT://:9092,CONTROLLER://:9093"),
                // Clients come by the published port, which is fixed before the broker starts.
                Map.entry("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://127.0.0.1:" + port),
                Map.entry("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false"),
                Map.entry("KAFKA_MESSAGE_MAX_BYTES", "54525952"),
                Map.entry("KAFKA_REPLICA_FETCH_MAX_BYTES", "54525952"),
                Map.entry("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1"),
                Map.entry("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1"),
                Map.entry("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1"),
                Map.entry("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR", "1"),
                Map.entry("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR", "1"),
                Map.entry("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0"),
                Map.entry("KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS", "1000"));
        var image = new ContainerEngine.Image("apache/kafka:4.3.1", 9092, environment, List.of());
        return new ContainerEngine<>("kafka", image, port, new KafkaAddress("127.0.0.1:" + port), new KafkaPing());
    }

    static Engine<PostgresAddress> postgres(int port) {
        Map<String, String> environment = Map.of(
                "POSTGRES_USER", "turnkeep", "POSTGRES_PASSWORD", "turnkeep", "POSTGRES_DB", "postgres", "TZ", "UTC");
        List<String> command = List.of(
                "postgres",
                "-c",
                "wal_level=logical",
                "-c",
                "max_wal_senders=20",
                "-c",
                "max_replication_slots=20",
                "-c",
                "max_connections=200",
                "-c",
                "timezone=UTC");
        var image = new ContainerEngine.Image("postgres:18", 5432, environment, command);
        var address = new PostgresAddress("127.0.0.1", port, "postgres", "turnkeep", "turnkeep");
        return new ContainerEngine<>("postgres", image, port, address, new PostgresPing());
    }

    static Engine<RedisAddress> redis(int port) {
        List<String> command = List.of("valkey-server", "--save", "", "--appendonly", "no");
        var image = new ContainerEngine.Image("valkey/valkey:8", 6379, Map.of(), command);
        return new ContainerEngine<>("redis", image, port, new RedisAddress("127.0.0.1", port), new RedisPing());
    }

    static Engine<ClickHouseAddress> clickhouse(int port) {
        // Without this the image lets the default user in from inside the container only.
        Map<String, String> environment = Map.of("CLICKHOUSE_SKIP_USER_SETUP", "1", "TZ", "UTC");
        var image = new ContainerEngine.Image("clickhouse/clickhouse-server:26.7", 8123, environment, List.of());
        return new ContainerEngine<>("clickhouse", image, port, ClickHouseAddress.local(port), new ClickHousePing());
    }
}
