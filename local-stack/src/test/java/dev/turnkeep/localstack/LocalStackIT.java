package dev.turnkeep.localstack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.localstack.kafka.KafkaPing;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.SAME_THREAD)
class LocalStackIT {

    @SuppressWarnings("NullAway.Init") // made by open()
    private static LocalStack stack;

    @BeforeAll
    static void open(@TempDir Path folder) {
        Sources packages = Sources.packages();
        // The one that does not run everywhere: on such machines as it is configured.
        var clickhouse = Sources.from(Settings.ofProcess()).clickhouse();
        stack = LocalStack.start(
                folder, new Sources(packages.kafka(), packages.postgres(), packages.redis(), clickhouse));
    }

    @AfterAll
    static void close() {
        stack.close();
    }

    @Test
    void postgresIsDurableAndReadyForLogicalReplication() throws SQLException {
        // Given
        List<String> settings = List.of(
                "fsync",
                "synchronous_commit",
                "full_page_writes",
                "wal_level",
                "max_connections",
                "TimeZone",
                "server_encoding",
                "server_version_num");

        // When
        List<String> values = new ArrayList<>();
        for (String setting : settings) values.add(value("SHOW " + setting));

        // Then
        assertThat(values).startsWith("on", "on", "on", "logical", "200", "UTC", "UTF8");
        assertThat(values.getLast()).startsWith("18");
    }

    @Test
    void postgresComesBackAfterAKillWithWhatItCommitted() throws SQLException {
        // Given
        execute("CREATE TABLE kept (id int)");
        execute("INSERT INTO kept SELECT generate_series(1, 1000)");

        // When
        stack.postgres().kill();
        boolean running = stack.postgres().running();
        PostgresAddress before = stack.postgres().address();
        PostgresAddress after = stack.postgres().start();

        // Then
        assertThat(running).isFalse();
        assertThat(after).isEqualTo(before);
        assertThat(value("SELECT count(*) FROM kept")).isEqualTo("1000");
    }

    @Test
    void postgresAnswersNothingWhileItIsSuspendedAndGoesOnAfterwards() throws Exception {
        // Given
        PostgresAddress address = stack.postgres().address();

        // When
        stack.postgres().suspend();
        boolean answered;
        try (Socket socket = new Socket(address.host(), address.port())) {
            socket.setSoTimeout(500);
            // An SSLRequest, which a server that runs answers with one byte.
            socket.getOutputStream().write(new byte[] {0, 0, 0, 8, 4, (byte) 0xd2, 0x16, 0x2f});
            answered = answers(socket);
        } finally {
            stack.postgres().resume();
        }

        // Then
        assertThat(answered).isFalse();
        assertThat(value("SELECT 1")).isEqualTo("1");
    }

    @Test
    void kafkaComesBackAfterAKillWithEveryRecordItAcknowledged() throws Exception {
        // Given
        createTopic("kept");
        for (int i = 0; i < 100; i++) produce("kept", new byte[100]);

        // When
        stack.kafka().kill();
        KafkaAddress before = stack.kafka().address();
        KafkaAddress after = stack.kafka().start();
        produce("kept", "after".getBytes(UTF_8));

        // Then
        assertThat(after).isEqualTo(before);
        List<byte[]> records = consume("kept", 101);
        assertThat(records).hasSize(101);
        assertThat(records.getLast()).asString().isEqualTo("after");
    }

    @Test
    void kafkaTakesARecordOfFiftyMebibytesAndMakesNoTopicByItself() throws Exception {
        // Given
        createTopic("large");
        byte[] large = new byte[50 * 1024 * 1024];
        large[large.length - 1] = 1;

        // When
        produce("large", large);
        List<byte[]> records = consume("large", 1);

        // Then
        assertThat(records).singleElement().satisfies(record -> assertThat(record)
                .isEqualTo(large));
        assertThatThrownBy(() -> produce("nobody-made-this", new byte[1])).hasMessageContaining("nobody-made-this");
    }

    @Test
    void redisComesBackEmptyOnTheSamePortAfterAKill() throws IOException {
        // Given
        redis("SET key value");

        // When
        stack.redis().kill();
        RedisAddress before = stack.redis().address();
        RedisAddress after = stack.redis().start();

        // Then
        assertThat(after).isEqualTo(before);
        assertThat(redis("EXISTS key")).isEqualTo(":0");
    }

    @Test
    void everyEngineListensOnLoopbackOnlyAndStopsCleanly() throws Exception {
        // When
        stack.close();
        List<Boolean> stopped = Stream.of(stack.kafka(), stack.postgres(), stack.redis())
                .map(engine -> !engine.running())
                .toList();
        stack.start();

        // Then
        assertThat(stopped).containsOnly(true);
        assertThat(value("SHOW listen_addresses")).isEqualTo("127.0.0.1");
        assertThat(redis("PING")).isEqualTo("+PONG");
        new KafkaPing().ping(stack.kafka().address());
    }

    @Test
    void saysWhichEngineCannotStartWhenItsPortIsTaken(@TempDir Path other) throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            // Given
            var sources = new Sources(
                    new Sources.External<>(stack.kafka().address()),
                    new Sources.External<>(stack.postgres().address()),
                    new Sources.Packaged<>(taken.getLocalPort()),
                    new Sources.External<>(stack.clickhouse().address()));

            // Then
            assertThatThrownBy(() -> LocalStack.start(other, sources))
                    .isInstanceOf(EngineException.class)
                    .hasMessage("redis cannot start: port %d is taken on 127.0.0.1", taken.getLocalPort());
        }
    }

    @Test
    void showsTheEndOfTheLogOfAnEngineThatDiesAtStart(@TempDir Path other) throws IOException {
        // Given
        Path cluster = Files.createDirectories(other.resolve("postgres/cluster"));
        var sources = new Sources(
                new Sources.External<>(stack.kafka().address()),
                new Sources.Packaged<>(0),
                new Sources.External<>(stack.redis().address()),
                new Sources.External<>(stack.clickhouse().address()));

        // Then
        assertThat(cluster).isEmptyDirectory();
        assertThatThrownBy(() -> LocalStack.start(other, sources))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("postgres died at start")
                .hasMessageContaining("postgresql.conf");
    }

    @Test
    void anExternalEngineIsReachedButCannotBeStruck(@TempDir Path other) {
        // Given
        var sources = new Sources(
                new Sources.External<>(stack.kafka().address()),
                new Sources.External<>(stack.postgres().address()),
                new Sources.External<>(stack.redis().address()),
                new Sources.External<>(stack.clickhouse().address()));

        // When
        LocalStack external = LocalStack.start(other, sources);
        external.close();

        // Then
        assertThat(external.engines()).allMatch(Engine::running);
        assertThatThrownBy(() -> external.redis().kill()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> external.redis().suspend()).isInstanceOf(UnsupportedOperationException.class);
        assertThat(other).isEmptyDirectory();
    }

    private static boolean answers(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() >= 0;
        } catch (SocketTimeoutException silence) {
            return false;
        }
    }

    private static void execute(String sql) throws SQLException {
        try (var connection = stack.postgres().address().connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String value(String sql) throws SQLException {
        try (var connection = stack.postgres().address().connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private static String redis(String command) throws IOException {
        RedisAddress address = stack.redis().address();
        try (Socket socket = new Socket(address.host(), address.port())) {
            socket.getOutputStream().write((command + "\r\n").getBytes(UTF_8));
            var reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            return reader.readLine();
        }
    }

    private static void createTopic(String topic) throws Exception {
        try (var admin = KafkaPing.admin(stack.kafka().address())) {
            var config = Map.of("max.message.bytes", "54525952");
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty()).configs(config)))
                    .all()
                    .get();
        }
    }

    private static void produce(String topic, byte[] value) throws Exception {
        Map<String, Object> config = Map.of(
                "bootstrap.servers", stack.kafka().address().bootstrap(),
                "acks", "all",
                "max.block.ms", "5000",
                "max.request.size", "54525952",
                "buffer.memory", "67108864");
        try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, value)).get();
        }
    }

    private static List<byte[]> consume(String topic, int expected) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                stack.kafka().address().bootstrap(),
                "auto.offset.reset",
                "earliest",
                "enable.auto.commit",
                "false");
        List<byte[]> records = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (records.size() < expected && System.nanoTime() < deadline)
                consumer.poll(Duration.ofMillis(200)).forEach(record -> records.add(record.value()));
        }
        return records;
    }
}
