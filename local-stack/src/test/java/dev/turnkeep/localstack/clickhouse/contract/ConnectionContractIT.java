package dev.turnkeep.localstack.clickhouse.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.metadata.TableSchema;
import com.clickhouse.client.api.query.QueryResponse;
import com.clickhouse.client.api.query.QuerySettings;
import dev.turnkeep.localstack.junit.TestSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** How clients reach the server: logins, sessions, compression, forms, many at once. */
@SuppressWarnings("try") // the client says that close() may throw anything
class ConnectionContractIT extends ClientContract {

    private static final int CLIENTS = 8;
    private static final int QUERIES = 50;
    private static final int ROWS = 200_000;
    private static final String LONG_RESULT =
            "SELECT number, concat('text ', toString(cityHash64(number))) FROM numbers(%d)".formatted(ROWS);

    ConnectionContractIT(TestSpace space) {
        super(space);
    }

    @Test
    void answersAPing() {
        assertThat(client.ping()).isTrue();
    }

    @Test
    void tellsItsVersion() {
        assertThat(one("SELECT version()")).matches("2[5-9]\\..+|[3-9]\\d\\..+");
    }

    @Test
    void tellsTheClientWhoItIsLoggedInAsAndOnWhichVersion() {
        try (Client informed = builder().build()) {
            // When
            informed.loadServerInfo();

            // Then
            assertThat(informed.getServerVersion()).isEqualTo(one("SELECT version()"));
            assertThat(informed.getUser()).isEqualTo(address.user());
        }
    }

    @Test
    void createsAndDropsDatabases() throws Exception {
        // Given
        String database = address.database() + "_other";

        // When
        execute("CREATE DATABASE " + database);
        String created = one("SELECT count() FROM system.databases WHERE name = '" + database + "'");
        execute("DROP DATABASE " + database);

        // Then
        assertThat(created).isEqualTo("1");
        assertThat(one("SELECT count() FROM system.databases WHERE name = '" + database + "'"))
                .isEqualTo("0");
    }

    @Test
    void worksInTheDatabaseThatTheClientNames() {
        assertThat(one("SELECT currentDatabase()")).isEqualTo(address.database());
    }

    @Test
    void describesATable() throws Exception {
        // Given
        execute("CREATE TABLE described (id UInt64, name LowCardinality(String)) ENGINE = MergeTree ORDER BY id");

        // When
        TableSchema schema = client.getTableSchema("described");

        // Then
        assertThat(schema.getColumns())
                .extracting(column -> column.getColumnName())
                .containsExactly("id", "name");
    }

    @Test
    void describesAQuery() {
        // When
        TableSchema schema = client.getTableSchemaFromQuery("SELECT 1 AS a, 'x' AS b");

        // Then
        assertThat(schema.getColumns())
                .extracting(column -> column.getColumnName())
                .containsExactly("a", "b");
    }

    @Test
    void takesTheLoginFromHeaders() {
        try (Client other = builder().useHTTPBasicAuth(false).build()) {
            assertThat(one(other, "SELECT currentUser()")).isEqualTo(address.user());
        }
    }

    @Test
    void refusesAWrongPassword() {
        try (Client stranger = builder().setPassword("wrong").build()) {
            // When
            var refusal = refusal(() -> stranger.query("SELECT 1").get());

            // Then
            assertThat(refusal.getCode()).isEqualTo(516);
            assertThat(refusal.getTransportProtocolCode()).isEqualTo(403);
        }
    }

    @Test
    void keepsTemporaryTablesOfASessionAndOfNoOther() throws Exception {
        // Given
        String session = address.database() + "-session";
        try (Client first = builder().serverSetting("session_id", session).build();
                Client second = builder().serverSetting("session_id", session).build()) {
            execute(first, "CREATE TEMPORARY TABLE kept AS SELECT 7 AS x");

            // When
            String seen = one(second, "SELECT x FROM kept");

            // Then
            assertThat(seen).isEqualTo("7");
            assertThat(refusal("SELECT x FROM kept").getCode()).isEqualTo(60);
        }
    }

    @Test
    void keepsSettingsOfASessionButNotThoseOfARequestInIt() throws Exception {
        // Given
        String session = address.database() + "-settings";
        try (Client inSession = builder().serverSetting("session_id", session).build()) {
            execute(inSession, "SET max_block_size = 777");

            // When
            var once = new QuerySettings().serverSetting("max_block_size", "555");
            String during = inSession
                    .queryAll("SELECT toString(getSetting('max_block_size'))", once)
                    .getFirst()
                    .getString(1);

            // Then
            assertThat(during).isEqualTo("555");
            assertThat(one(inSession, "SELECT toString(getSetting('max_block_size'))"))
                    .isEqualTo("777");
        }
    }

    @Test
    void refusesASecondRequestOfABusySessionAndLeavesTheFirstAlone() throws Exception {
        // Given
        String session = address.database() + "-busy";
        String id = session + "-first";
        var settings = new QuerySettings().setQueryId(id).waitEndOfQuery(true).serverSetting("max_block_size", "1");
        try (Client inSession = builder().serverSetting("session_id", session).build();
                var thread = Executors.newSingleThreadExecutor()) {
            var first = thread.submit(() -> refusal(() -> inSession
                    .query("SELECT sleepEachRow(0.1) FROM numbers(601)", settings)
                    .get()));
            String running = "SELECT count() FROM system.processes WHERE query LIKE 'SELECT sleepEachRow(0.1)%601)%'";
            while (one(running).equals("0")) Thread.onSpinWait();

            // When
            List<Integer> refusals = new ArrayList<>();
            for (int time = 0; time < 3; time++)
                refusals.add(refusal(() -> inSession.query("SELECT 1").get()).getCode());
            execute("KILL QUERY WHERE query_id = '" + id + "' ASYNC");

            // Then
            assertThat(refusals).containsOnly(373);
            assertThat(first.get().getCode()).isEqualTo(394);
            assertThat(one(inSession, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void goesOnInASessionAfterARefusedRequest() throws Exception {
        // Given
        String session = address.database() + "-refused";
        try (Client inSession = builder().serverSetting("session_id", session).build()) {
            execute(inSession, "CREATE TEMPORARY TABLE kept AS SELECT 7 AS x");
            var unknown =
                    new QuerySettings().serverSetting("max_block_size", "99").serverSetting("no_such", "1");

            // When
            var refusal = refusal(() -> inSession.query("SELECT 1", unknown).get());

            // Then
            assertThat(refusal.getCode()).isEqualTo(115);
            assertThat(one(inSession, "SELECT x FROM kept")).isEqualTo("7");
            assertThat(one(inSession, "SELECT toString(getSetting('max_block_size'))"))
                    .isNotEqualTo("99");
        }
    }

    @Test
    void echoesTheQueryId() throws Exception {
        // Given
        String id = address.database() + "-echo";

        // When
        try (QueryResponse response =
                client.query("SELECT 1", new QuerySettings().setQueryId(id)).get()) {
            // Then
            assertThat(response.getQueryId()).isEqualTo(id);
        }
    }

    @Test
    void takesALogComment() {
        // Given
        var settings = new QuerySettings().logComment("from a test");

        // Then
        assertThat(client.queryAll("SELECT 1", settings)).hasSize(1);
    }

    @Test
    void answersWithoutCompression() {
        try (Client plain = builder().compressServerResponse(false).build()) {
            assertThat(rows(plain)).hasSize(ROWS).isEqualTo(rows(client));
        }
    }

    @Test
    void takesCompressedStatements() {
        try (Client compressed = builder().compressClientRequest(true).build()) {
            assertThat(rows(compressed)).hasSize(ROWS).isEqualTo(rows(client));
        }
    }

    @Test
    void compressesAsHttpDoes() {
        try (Client http =
                builder().useHttpCompression(true).compressClientRequest(true).build()) {
            assertThat(rows(http)).hasSize(ROWS).isEqualTo(rows(client));
        }
    }

    private static List<String> rows(Client with) {
        return with.queryAll(LONG_RESULT).stream()
                .map(row -> row.getLong(1) + row.getString(2))
                .toList();
    }

    @Test
    void takesFormData() {
        try (Client form = builder().useHttpFormDataForQuery(true).build()) {
            // When
            String answer = form.queryAll("SELECT {a:String} || 'ü'", Map.of("a", "x 'y' ö"), new QuerySettings())
                    .getFirst()
                    .getString(1);

            // Then
            assertThat(answer).isEqualTo("x 'y' öü");
        }
    }

    @Test
    void answersAsynchronousRequests() throws Exception {
        try (Client asynchronous = builder().useAsyncRequests(true).build();
                QueryResponse response = asynchronous.query("SELECT 5").get()) {
            assertThat(response.getInputStream().readAllBytes()).isNotEmpty();
        }
    }

    @Test
    void serves8ClientsAtOnce() throws Exception {
        // Given
        execute("CREATE TABLE shared (client UInt8, n UInt32) ENGINE = MergeTree ORDER BY (client, n)");
        List<Future<Long>> sums = new ArrayList<>();

        // When
        try (var threads = Executors.newFixedThreadPool(CLIENTS)) {
            for (int number = 0; number < CLIENTS; number++) {
                int own = number;
                sums.add(threads.submit(() -> inserted(own)));
            }
        }

        // Then
        for (Future<Long> sum : sums) assertThat(sum.get()).isEqualTo(QUERIES * (QUERIES + 1) / 2);
    }

    /** Inserts and reads in turns; the sum of what is read back at the end. */
    private long inserted(int own) throws Exception {
        long sum = 0;
        for (int n = 1; n <= QUERIES; n++) {
            if (n % 10 == 1) execute("INSERT INTO shared SELECT %d, number FROM numbers(%d, 10)".formatted(own, n));
            String read = "SELECT sum(n) FROM shared WHERE client = %d AND n = %d".formatted(own, n);
            sum += Long.parseLong(one(read));
        }
        return sum;
    }

    @Test
    void tellsHowMuchAStatementReadAndWrote() throws Exception {
        // Given
        execute("CREATE TABLE counted (n UInt32) ENGINE = MergeTree ORDER BY n");

        // When
        try (var written = client.execute("INSERT INTO counted SELECT number FROM numbers(1000)")
                        .get();
                QueryResponse read = client.query("SELECT sum(n) FROM counted").get()) {
            // Then
            assertThat(written.getWrittenRows()).isEqualTo(1000);
            assertThat(read.getReadRows()).isEqualTo(1000);
        }
    }
}
