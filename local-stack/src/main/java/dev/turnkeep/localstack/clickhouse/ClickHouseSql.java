package dev.turnkeep.localstack.clickhouse;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnkeep.localstack.ClickHouseAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;

/** Plain statements over HTTP, for what needs no client library. */
public final class ClickHouseSql {

    private static final int CONNECT_MILLIS = 5_000;
    private static final int ANSWER_MILLIS = 60_000;

    private ClickHouseSql() {}

    /**
     * Runs one statement without choosing a database, and returns its result without the last line end.
     *
     * @throws IOException with the server's words when it refuses
     */
    public static String run(ClickHouseAddress address, String sql) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) address.endpoint().resolve("/").toURL().openConnection();
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(ANSWER_MILLIS);
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setRequestProperty("X-ClickHouse-User", address.user());
        connection.setRequestProperty("X-ClickHouse-Key", address.password());
        try (OutputStream body = connection.getOutputStream()) {
            body.write(sql.getBytes(UTF_8));
        }
        boolean well = connection.getResponseCode() == HttpURLConnection.HTTP_OK;
        try (InputStream answer = well ? connection.getInputStream() : connection.getErrorStream()) {
            String text = answer == null ? "" : new String(answer.readAllBytes(), UTF_8).stripTrailing();
            if (well) return text;
            throw new IOException("HTTP " + connection.getResponseCode() + ": " + text);
        }
    }
}
