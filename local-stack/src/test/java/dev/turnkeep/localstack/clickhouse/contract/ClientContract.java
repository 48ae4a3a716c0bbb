package dev.turnkeep.localstack.clickhouse.contract;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.ServerException;
import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.client.api.query.QuerySettings;
import com.clickhouse.data.ClickHouseFormat;
import dev.turnkeep.localstack.ClickHouseAddress;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.localstack.junit.WithLocalStack;
import java.io.ByteArrayInputStream;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.Callable;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/**
 * What the services may expect of ClickHouse, asked by its official client as it is. Runs against whichever server is
 * configured: the embedded one, or a real one behind {@code CLICKHOUSE_URL}.
 */
@WithLocalStack
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ClientContract {

    final ClickHouseAddress address;
    final Client client;

    ClientContract(TestSpace space) {
        address = space.clickhouse();
        client = builder().build();
    }

    @AfterAll
    void closeClient() {
        client.close();
    }

    final Client.Builder builder() {
        return new Client.Builder()
                .addEndpoint(address.endpoint().toString())
                .setUsername(address.user())
                .setPassword(address.password())
                .setDefaultDatabase(address.database())
                .setSocketTimeout(60, ChronoUnit.SECONDS);
    }

    final void execute(String sql) throws Exception {
        execute(client, sql);
    }

    static void execute(Client with, String sql) throws Exception {
        with.execute(sql).get().close();
    }

    /** The first column of the first row. */
    final String one(String sql) {
        return one(client, sql);
    }

    static String one(Client with, String sql) {
        return with.queryAll(sql).getFirst().getString(1);
    }

    final String one(String sql, Map<String, Object> parameters, QuerySettings settings) {
        return client.queryAll(sql, parameters, settings).getFirst().getString(1);
    }

    final void insert(String table, ClickHouseFormat format, String data) throws Exception {
        insert(client, table, format, data, new InsertSettings());
    }

    static void insert(Client with, String table, ClickHouseFormat format, String data, InsertSettings settings)
            throws Exception {
        with.insert(table, new ByteArrayInputStream(data.getBytes(UTF_8)), format, settings)
                .get()
                .close();
    }

    /** The error that the server answers with, whatever it is wrapped in. */
    static ServerException refusal(Callable<?> call) {
        Throwable thrown = Assertions.catchThrowable(call::call);
        for (Throwable cause = thrown; cause != null; cause = cause.getCause())
            if (cause instanceof ServerException refusal) return refusal;
        throw new AssertionError("no ServerException", thrown);
    }

    final ServerException refusal(String sql) {
        return refusal(() -> client.query(sql).get());
    }
}
