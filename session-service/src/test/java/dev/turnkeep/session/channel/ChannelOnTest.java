package dev.turnkeep.session.channel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.localstack.junit.TestSpace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** A client of the channels that knows nothing but HTTP, and a database to make sessions in. */
public final class ChannelOnTest implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ObjectMapper json = new ObjectMapper();
    private final TestSpace space;
    private final int port;

    public ChannelOnTest(TestSpace space, int port) {
        this.space = space;
        this.port = port;
    }

    /** A session that nobody has talked in yet. */
    public SessionId session(Scope scope) {
        SessionId id = new SessionId(UUID.randomUUID());
        execute("""
                INSERT INTO sessions (id, friendly_id, org_id, environment, harness_id, type, task_identifier, state,
                                      created_at, updated_at)
                VALUES ('%s', '%s', '%s', '%s', 'test', 'chat', 'test', 'created', now(), now())
                """.formatted(
                id.value(), id.friendly(), scope.org(), scope.environment().value()));
        return id;
    }

    /** Headers as names and values in turn. */
    public HttpResponse<String> send(String method, String path, String key, String body, String... headers) {
        return exchange(request(method, path, key, body, headers), BodyHandlers.ofString());
    }

    /** What is answered to a request that is sent as it stands, before it is at its end: its first line. */
    public String answerTo(String request) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a reader of server-sent events has got when its stream ends. */
    public record Read(List<JsonNode> messages, List<JsonNode> controls) {
        public JsonNode lastControl() {
            return controls.getLast();
        }
    }

    /** Reads a JSON stream by events until the connection ends. */
    public Read events(String path, String key) {
        Read read = new Read(new ArrayList<>(), new ArrayList<>());
        HttpResponse<Stream<String>> response =
                exchange(request("GET", path + "&live=sse", key, ""), BodyHandlers.ofLines());
        String[] event = {""};
        try (Stream<String> lines = response.body()) {
            lines.forEach(line -> {
                if (line.startsWith("event: ")) {
                    event[0] = line.substring("event: ".length());
                } else if (line.startsWith("data:")) {
                    JsonNode data = parsed(line.substring("data:".length()));
                    if (event[0].equals("data")) {
                        data.forEach(read.messages()::add);
                    } else {
                        read.controls().add(data);
                    }
                }
            });
        }
        return read;
    }

    /** Reads a JSON stream by long polls until it is closed. */
    public List<JsonNode> polls(String path, String key) {
        List<JsonNode> messages = new ArrayList<>();
        String offset = "-1";
        while (true) {
            HttpResponse<String> answer = send("GET", path + "?live=long-poll&offset=" + offset, key, "");
            if (answer.statusCode() == 200) {
                parsed(answer.body()).forEach(messages::add);
            } else if (answer.statusCode() != 204) {
                throw new IllegalStateException("long poll answered " + answer.statusCode());
            }
            offset = answer.headers().firstValue("Stream-Next-Offset").orElseThrow();
            if (answer.headers().firstValue("Stream-Closed").isPresent()) {
                return messages;
            }
        }
    }

    public JsonNode parsed(String text) {
        try {
            return json.readTree(text);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A text as JSON has it. */
    public String quoted(String text) {
        return json.getNodeFactory().textNode(text).toString();
    }

    public void execute(String sql) {
        try (var connection = DriverManager.getConnection(
                        space.postgres().jdbcUrl(),
                        space.postgres().user(),
                        space.postgres().password());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first column of the first row. */
    public String value(String sql) {
        try (var connection = DriverManager.getConnection(
                        space.postgres().jdbcUrl(),
                        space.postgres().user(),
                        space.postgres().password());
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            return rows.next() ? String.valueOf(rows.getString(1)) : "";
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpRequest request(String method, String path, String key, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(PATIENCE)
                .method(method, BodyPublishers.ofString(body));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }

    private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return http.send(request, handler);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
