package dev.turnkeep.localstack.clickhouse;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.turnkeep.localstack.ClickHouseAddress;
import dev.turnkeep.localstack.Engine;
import dev.turnkeep.localstack.EngineException;
import dev.turnkeep.localstack.LocalStack;
import dev.turnkeep.localstack.Settings;
import dev.turnkeep.localstack.Sources;
import dev.turnkeep.localstack.clickhouse.wire.HttpCoding;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The server process itself: what it survives, what it holds back, and what it does when its client is gone. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EmbeddedClickHouseIT {

    private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+) kB");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set before each test
    private Path folder;

    @SuppressWarnings("NullAway.Init") // opened before each test
    private Engine<ClickHouseAddress> engine;

    @BeforeAll
    static void isTheServerThatIsConfigured() {
        assumeTrue(
                Sources.from(Settings.ofProcess()).clickhouse() instanceof Sources.Packaged<?>,
                "CLICKHOUSE_URL or CLICKHOUSE_SOURCE chooses another server");
    }

    @BeforeEach
    void start() {
        engine = engine();
        engine.start();
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void keepsEveryAcknowledgedRowWhenItIsKilled() throws Exception {
        // Given
        sql("CREATE TABLE acknowledged (id UInt64) ENGINE = MergeTree ORDER BY id");
        Queue<Long> acknowledged = new ConcurrentLinkedQueue<>();
        CountDownLatch enough = new CountDownLatch(200);
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (long thread = 0; thread < 4; thread++) {
                long first = thread * 1_000_000;
                threads.execute(() -> insertUntilItDies(first, acknowledged, enough));
            }
            enough.await();

            // When
            engine.kill();
        }
        engine.start();

        // Then
        String ids = String.join(",", acknowledged.stream().map(String::valueOf).toList());
        assertThat(sql("SELECT uniqExact(id) FROM acknowledged WHERE id IN (%s)".formatted(ids)))
                .isEqualTo(Integer.toString(acknowledged.size()));
    }

    private void insertUntilItDies(long first, Queue<Long> acknowledged, CountDownLatch enough) {
        for (long id = first; ; id++) {
            try {
                sql("INSERT INTO acknowledged VALUES (%d)".formatted(id));
            } catch (IOException dead) {
                return;
            }
            acknowledged.add(id);
            enough.countDown();
        }
    }

    @Test
    void keepsTablesAndRowsOverACleanRestart() throws IOException {
        // Given
        sql("CREATE DATABASE kept");
        sql("CREATE TABLE kept.rows (id UInt64) ENGINE = MergeTree ORDER BY id");
        sql("INSERT INTO kept.rows SELECT number FROM numbers(1000)");

        // When
        engine.stop();
        boolean running = engine.running();
        engine.start();

        // Then
        assertThat(running).isFalse();
        assertThat(sql("SELECT count() FROM kept.rows")).isEqualTo("1000");
    }

    @Test
    void endsWhatRunsBeforeItEndsItself() throws IOException {
        // Given
        String running = "SELECT count() FROM system.processes WHERE query LIKE 'SELECT sleepEachRow%'";
        try (Socket client =
                request("SELECT sleepEachRow(0.1) FROM numbers(6000) SETTINGS max_block_size = 1", "long")) {
            while (!sql(running).equals("1")) Thread.onSpinWait();

            // When
            engine.stop();
            boolean cut = client.getInputStream().readAllBytes().length == 0;

            // Then
            assertThat(cut).isTrue();
        }
        assertThat(Files.readString(folder.resolve("clickhouse/clickhouse.log")))
                .endsWith("ClickHouse has ended\n");
    }

    @Test
    void forgetsASessionThatNobodyUses() throws IOException {
        // Given
        assertThat(get("/?query=SELECT+1&session_id=idle&session_timeout=0")).startsWith("HTTP/1.1 200");

        // When
        String again = "/?query=SELECT+1&session_id=idle&session_timeout=0&session_check=1";
        String answer = get(again);
        while (answer.startsWith("HTTP/1.1 200")) answer = get(again);

        // Then
        assertThat(answer).contains("Exception-Code: 372");
    }

    @Test
    void letsAGetOnlyLookWhateverItSets() throws IOException {
        // Given
        String create = "/?query=CREATE+TABLE+made+(a+Int8)+ENGINE=Memory";

        // When
        List<String> refused = List.of(get(create), get(create + "&readonly=0"), get(create + "&session_id=s"));

        // Then
        assertThat(refused).allSatisfy(answer -> assertThat(answer).contains("Exception-Code: 164"));
        assertThat(get("/?query=SELECT+40%2B2&readonly=1&session_id=s")).endsWith("\r\n42\n\r\n0\r\n\r\n");
        assertThat(sql("EXISTS TABLE made")).isEqualTo("0");
    }

    @Test
    void streamsAResultThatIsLargerThanItsMemoryGrows() throws IOException {
        // Given
        sql("SELECT number FROM numbers(300000) FORMAT RowBinary");
        long before = peakBytes();
        long received = 0;

        // When
        try (Socket client = request("SELECT number, repeat('x', 200) FROM numbers(3000000) FORMAT RowBinary", "all")) {
            InputStream answer = client.getInputStream();
            byte[] buffer = new byte[256 * 1024];
            byte[] end = "0\r\n\r\n".getBytes(US_ASCII);
            for (int read = answer.read(buffer); read >= 0; read = answer.read(buffer)) {
                received += read;
                if (read >= end.length
                        && new String(buffer, read - end.length, end.length, US_ASCII).equals("0\r\n\r\n")) break;
            }
        }

        // Then
        assertThat(received).isGreaterThan(3_000_000L * 210);
        assertThat(peakBytes() - before).isLessThan(received / 3);
    }

    @Test
    void leavesAFailedResultWithoutItsEnd() throws IOException {
        // When
        String answer;
        try (Socket client = request("SELECT throwIf(number = 2000000) FROM numbers(3000000)", "cut")) {
            answer = new String(client.getInputStream().readAllBytes(), US_ASCII);
        }

        // Then
        assertThat(answer).startsWith("HTTP/1.1 200").doesNotEndWith("0\r\n\r\n");
        assertThat(answer.length()).isGreaterThan(512 * 1024);
    }

    @Test
    void cancelsAStatementWhoseClientLeft() throws IOException {
        // Given
        String running = "SELECT count() FROM system.processes WHERE query LIKE 'SELECT sum(sleepEachRow%'";
        Socket client =
                request("SELECT sum(sleepEachRow(0.1)) FROM numbers(6000) SETTINGS max_block_size = 1", "leaving");
        while (!sql(running).equals("1")) Thread.onSpinWait();

        // When
        client.close();

        // Then
        while (!sql(running).equals("0")) Thread.onSpinWait();
        assertThat(sql("SELECT 1")).isEqualTo("1");
    }

    @ParameterizedTest
    @EnumSource(HttpCoding.class)
    void insertsWhatComesInAnHttpCoding(HttpCoding coding) throws Exception {
        // Given
        sql("CREATE TABLE coded (id UInt64) ENGINE = MergeTree ORDER BY id");

        // When
        var small = post("INSERT INTO coded FORMAT TSV", coding, encoded(coding, "1\n2\n"));
        var large = post("INSERT INTO coded FORMAT TSV", coding, encoded(coding, "1234567\n".repeat(100_000)));
        String numbers =
                IntStream.range(0, 50_000).mapToObj(n -> n * 7919 + "\n").collect(Collectors.joining());
        byte[] damaged = encoded(coding, numbers);
        for (int at = 20; at < damaged.length; at += 3) damaged[at] ^= 0x55;
        var refused = post("INSERT INTO coded FORMAT TSV", coding, damaged);

        // Then
        assertThat(List.of(small.statusCode(), large.statusCode())).containsOnly(200);
        assertThat(refused.body()).startsWith("Code: ");
        assertThat(refused.statusCode()).isGreaterThanOrEqualTo(400);
        assertThat(sql("SELECT count() FROM coded")).isEqualTo("100002");
    }

    @Test
    void readsEveryMemberOfAGzipBody() throws Exception {
        // Given
        sql("CREATE TABLE members (id UInt64) ENGINE = MergeTree ORDER BY id");
        var both = new ByteArrayOutputStream();
        both.write(encoded(HttpCoding.GZIP, "1\n"));
        both.write(encoded(HttpCoding.GZIP, "2\n"));

        // When
        var answer = post("INSERT INTO members FORMAT TSV", HttpCoding.GZIP, both.toByteArray());

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(sql("SELECT groupArray(id) = [1, 2] FROM members")).isEqualTo("1");
    }

    private HttpResponse<String> post(String statement, HttpCoding coding, byte[] body) throws Exception {
        URI uri = URI.create(engine.address().endpoint() + "/?query=" + URLEncoder.encode(statement, UTF_8));
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Content-Encoding", coding.header())
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    private static byte[] encoded(HttpCoding coding, String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var encoder = coding.encode(bytes)) {
            encoder.write(text.getBytes(US_ASCII));
        }
        return bytes.toByteArray();
    }

    @Test
    void refusesAStatementThatIsTooLongInWords() {
        assertThatThrownBy(() -> sql("SELECT 1 IN (" + "1,".repeat(2_000_000) + "1)"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("(SYNTAX_ERROR)");
    }

    @Test
    void insertsNothingOfARequestThatEndsEarly() throws IOException {
        // Given
        sql("CREATE TABLE partial (id UInt64) ENGINE = MergeTree ORDER BY id");
        String running = "SELECT count() FROM system.processes WHERE query LIKE 'INSERT INTO partial%'";
        try (Socket client = connect()) {
            String head = "POST /?query=INSERT+INTO+partial+FORMAT+TSV HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
            client.getOutputStream().write(head.getBytes(US_ASCII));
            // More than the server reads before it begins: 400,000 bytes of a chunk that says it has 400,008.
            client.getOutputStream().write("61a88\r\n".getBytes(US_ASCII));
            client.getOutputStream().write("1234567\n".repeat(50_000).getBytes(US_ASCII));
            while (!sql(running).equals("1")) Thread.onSpinWait();
        }

        // When
        while (!sql(running).equals("0")) Thread.onSpinWait();

        // Then
        assertThat(sql("SELECT count() FROM partial")).isEqualTo("0");
    }

    @Test
    void endsAStatementThatNeedsMoreMemoryThanItMayHave() throws IOException {
        // Then
        assertThatThrownBy(() ->
                        sql("SELECT length(groupArray(repeat('x', 1000) || toString(number))) FROM numbers(5000000)"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("MEMORY_LIMIT_EXCEEDED");
        assertThat(sql("SELECT 1")).isEqualTo("1");
    }

    @Test
    void keepsASecondServerAwayFromItsData() throws IOException {
        // Given
        Path spilled = Files.writeString(folder.resolve("clickhouse/tmp/result-0.part"), "held back");

        // Then
        try (Engine<ClickHouseAddress> second = engine()) {
            assertThatThrownBy(second::start)
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("does another process use");
        }
        assertThat(engine.running()).isTrue();
        assertThat(spilled).hasContent("held back");
    }

    /** A new one on the same data, on another port. */
    private Engine<ClickHouseAddress> engine() {
        return LocalStack.of(folder, Sources.packages()).clickhouse();
    }

    private String sql(String statement) throws IOException {
        return ClickHouseSql.run(engine.address(), statement);
    }

    /** Asks, and leaves the answer to the caller. */
    private Socket request(String statement, String id) throws IOException {
        Socket client = connect();
        byte[] body = statement.getBytes(UTF_8);
        String head =
                "POST /?query_id=" + id + " HTTP/1.1\r\nHost: here\r\nContent-Length: " + body.length + "\r\n\r\n";
        client.getOutputStream().write(head.getBytes(US_ASCII));
        client.getOutputStream().write(body);
        return client;
    }

    /** The whole answer, head and chunks. */
    private String get(String path) throws IOException {
        try (Socket client = connect()) {
            String head = "GET " + path + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
            client.getOutputStream().write(head.getBytes(US_ASCII));
            return new String(client.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    private Socket connect() throws IOException {
        return new Socket(
                InetAddress.getLoopbackAddress(), engine.address().endpoint().getPort());
    }

    private long peakBytes() throws IOException {
        ProcessHandle server = ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().commandLine().orElse("").contains(folder.toString())
                        && process.info().command().orElse("").endsWith("java"))
                .findFirst()
                .orElseThrow();
        Matcher peak = PEAK.matcher(Files.readString(Path.of("/proc", Long.toString(server.pid()), "status")));
        assertThat(peak.find()).isTrue();
        return Long.parseLong(peak.group(1)) * 1024;
    }
}
