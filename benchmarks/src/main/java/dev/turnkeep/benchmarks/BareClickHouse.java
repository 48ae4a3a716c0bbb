package dev.turnkeep.benchmarks;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.client.api.query.QueryResponse;
import com.clickhouse.client.api.query.QuerySettings;
import com.clickhouse.data.ClickHouseFormat;
import dev.turnkeep.localstack.ClickHouseAddress;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;

/** The rows that the service stored, inserted once more into an empty table of the same shape by the client that it uses. */
final class BareClickHouse {
    private static final int AT_ONCE = 10_000;

    private BareClickHouse() {}

    /** Answers in how many seconds the newest {@code rows} rows of a table were inserted. */
    static double insert(ClickHouseAddress address, String table, int rows) throws Exception {
        String from = address.database() + "." + table;
        String to = from + "_bare";
        try (Client client = new Client.Builder()
                .addEndpoint(address.endpoint().toString())
                .setUsername(address.user())
                .setPassword(address.password())
                .setDefaultDatabase(address.database())
                .compressClientRequest(true)
                .build()) {
            client.execute("DROP TABLE IF EXISTS " + to + " SYNC").get().close();
            client.execute("CREATE TABLE " + to + " AS " + from).get().close();
            List<byte[]> batches = new ArrayList<>();
            for (int done = 0; done < rows; done += AT_ONCE) {
                batches.add(batch(client, from, done, Math.min(AT_ONCE, rows - done)));
            }
            long begun = System.nanoTime();
            for (byte[] batch : batches) {
                client.insert(to, new ByteArrayInputStream(batch), ClickHouseFormat.RowBinary, new InsertSettings())
                        .get()
                        .close();
            }
            return (System.nanoTime() - begun) / 1e9;
        }
    }

    private static byte[] batch(Client client, String table, int from, int rows) throws Exception {
        String newest = "SELECT * FROM %s ORDER BY _version DESC LIMIT %d OFFSET %d".formatted(table, rows, from);
        QuerySettings binary = new QuerySettings().setFormat(ClickHouseFormat.RowBinary);
        QueryResponse answer = client.query(newest, binary).get();
        try {
            return answer.getInputStream().readAllBytes();
        } finally {
            answer.close();
        }
    }
}
