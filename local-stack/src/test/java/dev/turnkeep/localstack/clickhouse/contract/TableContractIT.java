package dev.turnkeep.localstack.clickhouse.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.clickhouse.client.api.query.GenericRecord;
import com.clickhouse.client.api.query.QuerySettings;
import dev.turnkeep.localstack.junit.TestSpace;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tables, types and statements that a projection of sessions and turns is made of. */
class TableContractIT extends ClientContract {

    TableContractIT(TestSpace space) {
        super(space);
    }

    @Test
    void keepsTheNewestVersionAndForgetsDeletedRows() throws Exception {
        // Given
        execute("""
                CREATE TABLE replaced (id UInt64, version UInt64, is_deleted UInt8, name String)
                ENGINE = ReplacingMergeTree(version, is_deleted) ORDER BY id""");
        execute("INSERT INTO replaced SELECT number, 1, 0, 'old' FROM numbers(10)");

        // When
        execute("INSERT INTO replaced VALUES (1, 2, 0, 'new'), (2, 2, 1, ''), (3, 2, 1, ''), (4, 0, 0, 'late')");

        // Then
        assertThat(one("SELECT count() FROM replaced FINAL")).isEqualTo("8");
        assertThat(one("SELECT name FROM replaced FINAL WHERE id = 1")).isEqualTo("new");
        assertThat(one("SELECT name FROM replaced FINAL WHERE id = 4")).isEqualTo("old");
    }

    @Test
    void readsFinalBySetting() throws Exception {
        // Given
        execute("CREATE TABLE final (id UInt64, v UInt64) ENGINE = ReplacingMergeTree(v) ORDER BY id");
        for (int version = 1; version <= 2; version++) execute("INSERT INTO final VALUES (1, %d)".formatted(version));

        // When
        var rows = client.queryAll("SELECT v FROM final", new QuerySettings().serverSetting("final", "1"));

        // Then
        assertThat(rows).hasSize(1);
        assertThat(rows.getFirst().getString(1)).isEqualTo("2");
    }

    @Test
    void partitionsByMonth() throws Exception {
        // Given
        execute("CREATE TABLE months (at DateTime, n UInt8) ENGINE = MergeTree PARTITION BY toYYYYMM(at) ORDER BY n");
        execute("INSERT INTO months VALUES ('2026-01-31 00:00:00', 1), ('2026-02-01 00:00:00', 2)");

        // When
        execute("ALTER TABLE months DROP PARTITION 202601");

        // Then
        assertThat(one("SELECT groupArray(n) = [2] FROM months")).isEqualTo("1");
    }

    @Test
    void skipsByABloomFilter() throws Exception {
        // Given
        execute("""
                CREATE TABLE filtered (id UInt64, name String, INDEX by_name name TYPE bloom_filter GRANULARITY 1)
                ENGINE = MergeTree ORDER BY id SETTINGS index_granularity = 100""");
        execute("INSERT INTO filtered SELECT number, concat('name-', toString(number)) FROM numbers(10000)");

        // Then
        assertThat(plan("SELECT id FROM filtered WHERE name = 'name-77'"))
                .contains("by_name")
                .containsPattern("Granules: [1-9]/100");
        assertThat(one("SELECT id FROM filtered WHERE name = 'name-77'")).isEqualTo("77");
    }

    @Test
    void findsTokensByAnIndex() throws Exception {
        // Given
        execute("""
                CREATE TABLE words (id UInt64, text String, INDEX tokens text TYPE tokenbf_v1(4096, 3, 0) GRANULARITY 1)
                ENGINE = MergeTree ORDER BY id SETTINGS index_granularity = 100""");
        execute("INSERT INTO words SELECT number, concat('some words and w', toString(number)) FROM numbers(1000)");

        // Then
        assertThat(one("SELECT id FROM words WHERE hasToken(text, 'w123')")).isEqualTo("123");
        assertThat(plan("SELECT id FROM words WHERE hasToken(text, 'w123')")).contains("tokens");
    }

    @Test
    void keepsMicrosecondsOfTimes() {
        assertThat(one("SELECT toString(toDateTime64('2026-01-02 03:04:05.123456', 6, 'UTC'))"))
                .isEqualTo("2026-01-02 03:04:05.123456");
    }

    @Test
    void readsUuids() {
        // Given
        UUID id = UUID.fromString("018f3c1e-0000-7000-8000-000000000001");

        // Then
        assertThat(client.queryAll("SELECT toUUID('" + id + "')").getFirst().getUUID(1))
                .isEqualTo(id);
    }

    @Test
    void readsCollections() throws Exception {
        // Given
        execute("CREATE TABLE collections (tags Array(String), counts Map(String, UInt64)) ENGINE = Memory");
        execute("INSERT INTO collections VALUES (['a', 'b'], {'x': 1, 'y': 2})");

        // When
        GenericRecord row = client.queryAll("SELECT tags, counts['y'] AS y FROM collections")
                .getFirst();

        // Then
        assertThat(row.<String>getList("tags")).containsExactly("a", "b");
        assertThat(row.getLong("y")).isEqualTo(2);
    }

    @Test
    void readsNarrowAndNullableTypes() throws Exception {
        // Given
        execute("""
                CREATE TABLE narrow (kind LowCardinality(String), cost Decimal(18, 6), note Nullable(String), done Bool)
                ENGINE = Memory""");
        execute("INSERT INTO narrow VALUES ('turn', 1.234567, NULL, true)");

        // When
        GenericRecord row = client.queryAll("SELECT * FROM narrow").getFirst();

        // Then
        assertThat(row.getString("kind")).isEqualTo("turn");
        assertThat(row.getBigDecimal("cost")).isEqualByComparingTo("1.234567");
        assertThat(row.hasValue("note")).isFalse();
        assertThat(row.getBoolean("done")).isTrue();
    }

    @Test
    void readsPathsOfJson() throws Exception {
        // Given
        execute("CREATE TABLE documents (doc JSON) ENGINE = MergeTree ORDER BY tuple()");
        execute("INSERT INTO documents VALUES ('{\\\"a\\\": {\\\"b\\\": 42}, \\\"c\\\": [1, 2]}')");

        // Then
        assertThat(one("SELECT toString(doc.a.b) FROM documents")).isEqualTo("42");
    }

    @Test
    void readsDynamicTupleEnumAndAddressTypes() {
        // When
        String text = one("""
                SELECT concat(toString(42::Dynamic), toString((1, 'x')::Tuple(UInt8, String).2),
                    toString('on'::Enum8('off' = 0, 'on' = 1)), toString(toIPv4('10.0.0.1')))""");

        // Then
        assertThat(text).isEqualTo("42xon10.0.0.1");
    }

    @Test
    void mutatesRows() throws Exception {
        // Given
        execute("CREATE TABLE mutated (id UInt64, name String) ENGINE = MergeTree ORDER BY id");
        execute("INSERT INTO mutated VALUES (1, 'a'), (2, 'b')");

        // When
        execute("ALTER TABLE mutated UPDATE name = 'c' WHERE id = 2 SETTINGS mutations_sync = 2");

        // Then
        assertThat(one("SELECT name FROM mutated WHERE id = 2")).isEqualTo("c");
    }

    @Test
    void deletesRowsLightly() throws Exception {
        // Given
        execute("CREATE TABLE deleted (id UInt64) ENGINE = MergeTree ORDER BY id");
        execute("INSERT INTO deleted SELECT number FROM numbers(10)");

        // When
        execute("DELETE FROM deleted WHERE id < 3");

        // Then
        assertThat(one("SELECT count() FROM deleted")).isEqualTo("7");
    }

    @Test
    void mergesPartsOnDemand() throws Exception {
        // Given
        execute("CREATE TABLE merged (id UInt64) ENGINE = MergeTree ORDER BY id");
        for (int part = 0; part < 3; part++) execute("INSERT INTO merged VALUES (%d)".formatted(part));

        // When
        execute("OPTIMIZE TABLE merged FINAL");

        // Then
        assertThat(one("SELECT count() FROM system.parts WHERE active AND table = 'merged' AND database = '%s'"
                        .formatted(address.database())))
                .isEqualTo("1");
    }

    @Test
    void altersATable() throws Exception {
        // Given
        execute("CREATE TABLE altered (id UInt64) ENGINE = MergeTree ORDER BY id");
        execute("INSERT INTO altered VALUES (1)");

        // When
        execute("ALTER TABLE altered ADD COLUMN IF NOT EXISTS note String DEFAULT 'n'");

        // Then
        assertThat(one("SELECT note FROM altered")).isEqualTo("n");
    }

    private String plan(String sql) {
        return client.queryAll("EXPLAIN indexes = 1 " + sql).stream()
                .map(row -> row.getString(1))
                .collect(Collectors.joining("\n"));
    }
}
