package dev.turnkeep.localstack.clickhouse.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.clickhouse.client.api.data_formats.ClickHouseBinaryFormatReader;
import com.clickhouse.client.api.query.GenericRecord;
import com.clickhouse.client.api.query.QueryResponse;
import com.clickhouse.client.api.query.QuerySettings;
import com.clickhouse.client.api.query.Records;
import com.clickhouse.data.ClickHouseFormat;
import dev.turnkeep.localstack.junit.TestSpace;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How results come out, whole or not at all, and how statements are ended. */
@SuppressWarnings("try") // the client says that close() may throw anything
class QueryContractIT extends ClientContract {

    private static final long MANY = 3_000_000;

    QueryContractIT(TestSpace space) {
        super(space);
    }

    @Test
    void readsAllRecords() {
        // When
        List<GenericRecord> records = client.queryAll("SELECT number, toString(number) FROM numbers(1000)");

        // Then
        assertThat(records).hasSize(1000);
        assertThat(records.getLast().getString(2)).isEqualTo("999");
    }

    @Test
    void readsRecordsOneByOne() throws Exception {
        // Given
        int count = 0;

        // When
        try (Records records =
                client.queryRecords("SELECT number FROM numbers(100000)").get()) {
            for (GenericRecord record : records) assertThat(record.getLong(1)).isEqualTo(count++);
        }

        // Then
        assertThat(count).isEqualTo(100_000);
    }

    @Test
    void streams3000000RowsInOrder() throws Exception {
        // Given
        long expected = 0;

        // When
        try (QueryResponse response = client.query(
                                "SELECT number, concat('value ', toString(number)) FROM numbers(%d)".formatted(MANY))
                        .get();
                ClickHouseBinaryFormatReader reader = client.newBinaryFormatReader(response)) {
            while (reader.hasNext()) {
                reader.next();
                if (reader.getLong(1) != expected) break;
                expected++;
            }
        }

        // Then
        assertThat(expected).isEqualTo(MANY);
    }

    @Test
    void findsTheFewRowsOfALongScan() {
        // When
        List<GenericRecord> rows = client.queryAll(
                "SELECT number FROM numbers(20000000) WHERE number % 5000000 = 4999999",
                new QuerySettings().serverSetting("max_block_size", "1000"));

        // Then
        assertThat(rows)
                .extracting(row -> row.getLong(1))
                .containsExactlyInAnyOrder(4_999_999L, 9_999_999L, 14_999_999L, 19_999_999L);
    }

    @Test
    void answersNoRowsWithTheirColumns() throws Exception {
        try (QueryResponse response =
                        client.query("SELECT 1 AS a, 'x' AS b WHERE 0").get();
                ClickHouseBinaryFormatReader reader = client.newBinaryFormatReader(response)) {
            assertThat(reader.hasNext()).isFalse();
            assertThat(reader.getSchema().getColumns()).hasSize(2);
        }
    }

    @Test
    void putsOneHeaderBeforeALongResult() throws Exception {
        // When
        List<String> lines = text("SELECT number AS n FROM numbers(300000)", ClickHouseFormat.TSVWithNames)
                .lines()
                .toList();

        // Then
        assertThat(lines).hasSize(300_001).startsWith("n", "0").endsWith("299999");
        assertThat(lines).containsOnlyOnce("n");
    }

    @Test
    void answersInTheFormatThatTheStatementNames() throws Exception {
        assertThat(text("SELECT 1 AS a, 'b' AS c FORMAT JSONEachRow", ClickHouseFormat.TSV))
                .isEqualTo("{\"a\":1,\"c\":\"b\"}\n");
    }

    @Test
    void answersRowsThatAreWrittenAsNothing() throws Exception {
        assertThat(text(
                        "SELECT if(number < 70000, '', 'x') FROM numbers(70003)"
                                + " SETTINGS max_block_size = 10000, max_threads = 1",
                        ClickHouseFormat.RawBLOB))
                .isEqualTo("xxx");
    }

    @Test
    void readsDeepExpressions() {
        assertThat(one("SELECT " + "number + ".repeat(300) + "1 FROM numbers(1)"))
                .isEqualTo("1");
    }

    @Test
    void answersAFormatWithAFrameWhole() throws Exception {
        assertThat(text("SELECT number FROM numbers(200000)", ClickHouseFormat.JSONCompact))
                .contains("\"rows\": 200000,")
                .containsOnlyOnce("\"meta\"");
    }

    @Test
    void bindsTextParameters() {
        // Given
        String text = "it's \\ \"quoted\" ü {x:String} -- ;";

        // Then
        assertThat(one("SELECT {text:String}", Map.of("text", text.replace("\\", "\\\\")), new QuerySettings()))
                .isEqualTo(text);
    }

    @Test
    void bindsListsNumbersAndTimes() {
        // Given
        Map<String, Object> parameters =
                Map.of("names", "['a', 'b\\'c']", "number", 42, "at", LocalDateTime.of(2026, 1, 2, 3, 4, 5, 6_000));

        // Then
        assertThat(one(
                        "SELECT concat({names:Array(String)}[2], toString({number:UInt8}), toString({at:DateTime64(6)}))",
                        parameters,
                        new QuerySettings()))
                .isEqualTo("b'c422026-01-02 03:04:05.000006");
    }

    @Test
    void refusesAMissingParameter() {
        assertThat(refusal("SELECT {missing:UInt8}").getCode()).isEqualTo(456);
    }

    @Test
    void refusesAParameterOfAnotherType() {
        // When
        var refusal =
                refusal(() -> client.query("SELECT {n:UInt8}", Map.<String, Object>of("n", "many"), new QuerySettings())
                        .get());

        // Then
        assertThat(refusal.getCode()).isEqualTo(457);
    }

    @Test
    void appliesSettingsToTheirRequestOnly() {
        // Given
        var settings = new QuerySettings().serverSetting("max_block_size", "1234");
        String sql = "SELECT toString(getSetting('max_block_size'))";

        // When
        String during = one(sql, Map.of(), settings);

        // Then
        assertThat(during).isEqualTo("1234");
        assertThat(one(sql)).isNotEqualTo("1234");
    }

    @Test
    void refusesASyntaxErrorWithItsCode() {
        // When
        var refusal = refusal("SELEC 1");

        // Then
        assertThat(refusal.getCode()).isEqualTo(62);
        assertThat(refusal.getTransportProtocolCode()).isEqualTo(400);
        assertThat(refusal.getMessage()).contains("Syntax error");
    }

    @Test
    void refusesTwoStatementsInOneRequest() {
        assertThat(refusal("SELECT 1; SELECT 2").getCode()).isEqualTo(62);
    }

    @Test
    void refusesAnUnknownTableWithItsCode() {
        // When
        var refusal = refusal("SELECT * FROM no_such_table");

        // Then
        assertThat(refusal.getCode()).isEqualTo(60);
        assertThat(refusal.getTransportProtocolCode()).isEqualTo(404);
    }

    @Test
    void refusesAnUnknownDatabaseWithItsCode() {
        // Given
        var settings = new QuerySettings().setDatabase("no_such_database");

        // Then
        assertThat(refusal(() -> client.query("SELECT 1", settings).get()).getCode())
                .isEqualTo(81);
    }

    @Test
    void refusesAnUnknownSettingWithItsCode() {
        // Given
        var settings = new QuerySettings().serverSetting("no_such_setting", "1");

        // When
        var refusal = refusal(() -> client.query("SELECT 1", settings).get());

        // Then
        assertThat(refusal.getCode()).isEqualTo(115);
        assertThat(refusal.getTransportProtocolCode()).isEqualTo(404);
    }

    @Test
    void refusesTextThatIsNoUuidWithItsCode() {
        // When
        var refusal = refusal("SELECT toUUID('nothing like it')");

        // Then
        assertThat(refusal.getCode()).isEqualTo(376);
        assertThat(refusal.getTransportProtocolCode()).isEqualTo(400);
    }

    @Test
    void endsAStatementThatTakesTooLong() {
        // Given
        var settings = new QuerySettings()
                .setMaxExecutionTime(1)
                .serverSetting("max_block_size", "1")
                .waitEndOfQuery(true);

        // When
        var refusal = refusal(() -> client.query("SELECT sleepEachRow(0.2) FROM numbers(600)", settings)
                .get());

        // Then
        assertThat(refusal.getCode()).isEqualTo(159);
        assertThat(refusal.getTransportProtocolCode()).isEqualTo(408);
    }

    @Test
    void neverPassesOffAFailedResultAsAWholeOne() {
        // Given
        String failing = "SELECT number, throwIf(number = 2900000) FROM numbers(3000000) SETTINGS max_threads = 1";
        AtomicLong read = new AtomicLong();

        // Then
        assertThatThrownBy(() -> {
                    try (QueryResponse response = client.query(failing).get();
                            ClickHouseBinaryFormatReader reader = client.newBinaryFormatReader(response)) {
                        for (; reader.hasNext(); read.incrementAndGet()) reader.next();
                    }
                })
                .isInstanceOf(Exception.class);
        assertThat(read).hasValueBetween(1, 2_900_000);
    }

    @Test
    void tellsTheErrorOfAResultThatWasWaitedFor() {
        // Given
        var settings = new QuerySettings().waitEndOfQuery(true);

        // When
        var refusal = refusal(() -> client.query("SELECT throwIf(number = 2900000) FROM numbers(3000000)", settings)
                .get());

        // Then
        assertThat(refusal.getCode()).isEqualTo(395);
    }

    @Test
    void killsAStatementByTheCallersId() throws Exception {
        // Given
        String id = address.database() + "-victim";
        var settings = new QuerySettings().setQueryId(id).waitEndOfQuery(true).serverSetting("max_block_size", "1");
        try (var thread = Executors.newSingleThreadExecutor()) {
            var victim = CompletableFuture.supplyAsync(
                    () -> refusal(() -> client.query("SELECT sleepEachRow(0.1) FROM numbers(600)", settings)
                            .get()),
                    thread);

            // When
            while (!victim.isDone()) execute("KILL QUERY WHERE query_id = '" + id + "' ASYNC");

            // Then
            assertThat(victim.get().getCode()).isEqualTo(394);
        }
    }

    @Test
    void killsNothingByAnIdThatDoesNotRun() {
        assertThat(client.queryAll("KILL QUERY WHERE query_id = 'nobody' SYNC")).isEmpty();
    }

    @Test
    void takesAnIdAgainThatHasEnded() {
        // Given
        String id = address.database() + "-again";
        client.queryAll("SELECT 1", new QuerySettings().setQueryId(id));

        // When
        var again = client.queryAll("SELECT 2", new QuerySettings().setQueryId(id));

        // Then
        assertThat(again.getFirst().getString(1)).isEqualTo("2");
    }

    private String text(String sql, ClickHouseFormat format) throws Exception {
        try (QueryResponse response =
                client.query(sql, new QuerySettings().setFormat(format)).get()) {
            return new String(response.getInputStream().readAllBytes(), UTF_8);
        }
    }
}
