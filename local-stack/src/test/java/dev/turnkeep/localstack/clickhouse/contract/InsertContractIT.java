package dev.turnkeep.localstack.clickhouse.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.data_formats.RowBinaryFormatWriter;
import com.clickhouse.client.api.insert.InsertResponse;
import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.client.api.metadata.TableSchema;
import com.clickhouse.data.ClickHouseFormat;
import dev.turnkeep.localstack.junit.TestSpace;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** How rows get in. */
class InsertContractIT extends ClientContract {

    private static final int BATCH = 200_000;

    InsertContractIT(TestSpace space) {
        super(space);
    }

    /** A row of {@code objects}. */
    public static final class Person {
        private final long id;
        private final String name;

        Person(long id, String name) {
            this.id = id;
            this.name = name;
        }

        public long getId() {
            return id;
        }

        public String getName() {
            return name;
        }
    }

    @Test
    void insertsObjects() throws Exception {
        // Given
        table("objects", "id UInt64, name String");
        client.register(Person.class, client.getTableSchema("objects"));

        // When
        client.insert("objects", List.of(new Person(1, "Ada\n\n"), new Person(2, "FORMAT"), new Person(3, "")))
                .get()
                .close();

        // Then
        assertThat(
                        one(
                                "SELECT groupArray(name) = ['Ada\\n\\n', 'FORMAT', ''] FROM (SELECT name FROM objects ORDER BY id)"))
                .isEqualTo("1");
    }

    @Test
    void inserts100000RowsFromAWriter() throws Exception {
        // Given
        table("written", "id UInt64, text String");

        // When
        long written = write(client, "written", 0, 100_000, new InsertSettings());

        // Then
        assertThat(written).isEqualTo(100_000);
        assertThat(one("SELECT count() FROM written WHERE text = 'row ' || toString(id)"))
                .isEqualTo("100000");
    }

    @Test
    void insertsBatchesOf200000Rows() throws Exception {
        // Given
        table("batches", "id UInt64, text String");

        // When
        for (int batch = 0; batch < 3; batch++) write(client, "batches", batch * BATCH, BATCH, new InsertSettings());

        // Then
        assertThat(one("SELECT uniqExact(id) FROM batches")).isEqualTo("600000");
    }

    @Test
    void insertsDefaultsWhereAWriterSetsNothing() throws Exception {
        // Given
        table("defaults", "id UInt64, text String DEFAULT 'none'");
        TableSchema schema = client.getTableSchema("defaults");

        // When
        client.insert(
                        "defaults",
                        output -> {
                            var writer =
                                    new RowBinaryFormatWriter(output, schema, ClickHouseFormat.RowBinaryWithDefaults);
                            writer.setValue("id", 5L);
                            writer.commitRow();
                        },
                        ClickHouseFormat.RowBinaryWithDefaults,
                        new InsertSettings())
                .get()
                .close();

        // Then
        assertThat(one("SELECT text FROM defaults WHERE id = 5")).isEqualTo("none");
    }

    @Test
    void writesEveryTypeThatTheServicesKeep() throws Exception {
        // Given
        execute("""
                CREATE TABLE kinds (id UUID, at DateTime64(6, 'UTC'), cost Decimal(18, 6), kind LowCardinality(String),
                    tags Array(String), note Nullable(String), counts Map(String, UInt64), done Bool)
                ENGINE = MergeTree ORDER BY id""");
        TableSchema schema = client.getTableSchema("kinds");

        // When
        client.insert(
                        "kinds",
                        output -> {
                            var writer = new RowBinaryFormatWriter(output, schema, ClickHouseFormat.RowBinary);
                            writer.setValue("id", UUID.fromString("018f3c1e-0000-7000-8000-000000000001"));
                            writer.setValue("at", ZonedDateTime.of(2026, 1, 2, 3, 4, 5, 123_456_000, ZoneOffset.UTC));
                            writer.setValue("cost", new BigDecimal("1.234567"));
                            writer.setValue("kind", "turn");
                            writer.setValue("tags", List.of("a", "b"));
                            writer.setValue("note", null);
                            writer.setValue("counts", Map.of("x", BigInteger.TEN));
                            writer.setValue("done", true);
                            writer.commitRow();
                        },
                        ClickHouseFormat.RowBinary,
                        new InsertSettings())
                .get()
                .close();

        // Then
        assertThat(
                        one(
                                "SELECT concatWithSeparator('|', id, at, cost, kind, tags, note IS NULL, counts, done) FROM kinds"))
                .isEqualTo("018f3c1e-0000-7000-8000-000000000001|2026-01-02 03:04:05.123456|1.234567|turn|"
                        + "['a','b']|1|{'x':10}|true");
    }

    @Test
    void insertsJsonLines() throws Exception {
        // Given
        table("json_lines", "id UInt64, name String");

        // When
        insert("json_lines", ClickHouseFormat.JSONEachRow, "{\"id\":1,\"name\":\"a\"}\n{\"id\":2,\"name\":\"ü\"}\n");

        // Then
        assertThat(one("SELECT name FROM json_lines WHERE id = 2")).isEqualTo("ü");
    }

    @Test
    void insertsCsv() throws Exception {
        // Given
        table("csv", "id UInt64, name String");

        // When
        insert("csv", ClickHouseFormat.CSV, "1,\"a,\nb\"\n2,c\n");

        // Then
        assertThat(one("SELECT name FROM csv WHERE id = 1")).isEqualTo("a,\nb");
    }

    @Test
    void insertsValues() throws Exception {
        // Given
        table("spelled", "id UInt64, name String");

        // When
        execute("INSERT INTO spelled /* VALUES ( */ (id, name) VALUES (1, 'it''s'), (2, 'FORMAT CSV')");

        // Then
        assertThat(one("SELECT name FROM spelled WHERE id = 1")).isEqualTo("it's");
        assertThat(one("SELECT count() FROM spelled")).isEqualTo("2");
    }

    @Test
    void insertsIntoSomeColumns() throws Exception {
        // Given
        table("some", "id UInt64, name String, note String DEFAULT 'n'");

        // When
        execute("INSERT INTO some (name, id) VALUES ('x', 9)");

        // Then
        assertThat(one("SELECT name || note || toString(id) FROM some")).isEqualTo("xn9");
    }

    @Test
    void insertsFromASelect() throws Exception {
        // Given
        table("selected", "id UInt64, name String");

        // When
        execute("INSERT INTO selected SELECT number, toString(number) FROM numbers(10000)");

        // Then
        assertThat(one("SELECT sum(toUInt64(name)) FROM selected")).isEqualTo("49995000");
    }

    @Test
    void insertsNothing() throws Exception {
        // Given
        table("nothing", "id UInt64, name String");

        // When
        insert("nothing", ClickHouseFormat.JSONEachRow, "");

        // Then
        assertThat(one("SELECT count() FROM nothing")).isEqualTo("0");
    }

    @Test
    void insertsWhatComesCompressed() throws Exception {
        // Given
        table("compressed", "id UInt64, text String");
        try (Client frames = builder().compressClientRequest(true).build();
                Client http = builder()
                        .compressClientRequest(true)
                        .useHttpCompression(true)
                        .build()) {
            // When
            write(frames, "compressed", 0, 10_000, new InsertSettings());
            write(http, "compressed", 10_000, 10_000, new InsertSettings());

            // Then
            assertThat(one("SELECT uniqExact(id) FROM compressed WHERE text = 'row ' || toString(id)"))
                    .isEqualTo("20000");
        }
    }

    @Test
    void dropsABlockThatComesAgainWithItsToken() throws Exception {
        // Given
        execute("CREATE TABLE tokens (id UInt64) ENGINE = MergeTree ORDER BY id"
                + " SETTINGS non_replicated_deduplication_window = 100");

        // When
        for (String token : List.of("t1", "t1", "t2"))
            insert(client, "tokens", ClickHouseFormat.TSV, "1\n", new InsertSettings().setDeduplicationToken(token));

        // Then
        assertThat(one("SELECT count() FROM tokens")).isEqualTo("2");
    }

    @Test
    void keepsOneOfEachRowWhenABatchComesTwice() throws Exception {
        // Given
        execute("CREATE TABLE twice (id UInt64, text String) ENGINE = ReplacingMergeTree ORDER BY id");

        // When
        for (int time = 0; time < 2; time++) write(client, "twice", 0, 20_000, new InsertSettings());

        // Then
        assertThat(one("SELECT count() FROM twice FINAL")).isEqualTo("20000");
    }

    @Test
    void insertsAsynchronouslyAndAnswersWhenItIsDone() throws Exception {
        // Given
        table("asynchronous", "id UInt64, name String");
        var settings =
                new InsertSettings().serverSetting("async_insert", "1").serverSetting("wait_for_async_insert", "1");

        // When
        insert(client, "asynchronous", ClickHouseFormat.TSV, "1\ta\n", settings);

        // Then
        assertThat(one("SELECT name FROM asynchronous")).isEqualTo("a");
    }

    @Test
    void insertsNothingOfABlockThatCannotBeRead() throws Exception {
        // Given
        table("broken", "id UInt64, name String");

        // When
        var refusal = refusal(() -> {
            insert("broken", ClickHouseFormat.TSV, "1\ta\nnot a number\tb\n");
            return 0;
        });

        // Then
        assertThat(refusal.getCode()).isEqualTo(27);
        assertThat(one("SELECT count() FROM broken")).isEqualTo("0");
    }

    @Test
    void fillsAMaterializedView() throws Exception {
        // Given
        table("source", "id UInt64, name String");
        execute("CREATE TABLE totals (name String, n UInt64) ENGINE = SummingMergeTree ORDER BY name");
        execute("CREATE MATERIALIZED VIEW counting TO totals AS SELECT name, count() AS n FROM source GROUP BY name");

        // When
        execute("INSERT INTO source VALUES (1, 'a'), (2, 'b'), (3, 'a')");

        // Then
        assertThat(one("SELECT sum(n) FROM totals WHERE name = 'a'")).isEqualTo("2");
    }

    private void table(String name, String columns) throws Exception {
        execute("CREATE TABLE %s (%s) ENGINE = MergeTree ORDER BY id".formatted(name, columns));
    }

    /** Rows of {@code id} and {@code text}; returns how many the server says it wrote. */
    private static long write(Client with, String table, int first, int rows, InsertSettings settings)
            throws Exception {
        TableSchema schema = with.getTableSchema(table);
        try (InsertResponse response = with.insert(
                        table,
                        output -> {
                            var writer = new RowBinaryFormatWriter(output, schema, ClickHouseFormat.RowBinary);
                            for (long id = first; id < first + rows; id++) {
                                writer.setValue("id", id);
                                writer.setValue("text", "row " + id);
                                writer.commitRow();
                            }
                        },
                        ClickHouseFormat.RowBinary,
                        settings)
                .get()) {
            return response.getWrittenRows();
        }
    }
}
