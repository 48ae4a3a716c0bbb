package dev.turnkeep.localstack.clickhouse.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnkeep.localstack.clickhouse.engine.ChdbEngine;
import dev.turnkeep.localstack.clickhouse.engine.ClickHouseException;
import dev.turnkeep.localstack.clickhouse.http.ClientGoneException;
import dev.turnkeep.localstack.clickhouse.http.DisconnectWatch;
import dev.turnkeep.localstack.clickhouse.http.HttpExchange;
import dev.turnkeep.localstack.clickhouse.http.HttpListener;
import dev.turnkeep.localstack.clickhouse.http.MalformedRequestException;
import dev.turnkeep.localstack.clickhouse.http.RequestHead;
import dev.turnkeep.localstack.clickhouse.wire.FrameException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.zip.ZipException;

/** ClickHouse's HTTP interface: who may ask, what is asked for, and how a failure is told. */
public final class ClickHouseHttp implements AutoCloseable {

    private static final Duration LAST_STATEMENTS = Duration.ofSeconds(5);

    /** The one user. */
    public record Login(String user, String password) {}

    private final ChdbEngine engine;
    private final Login login;
    private final Connections connections;
    private final Running running;
    private final DisconnectWatch watch = new DisconnectWatch();
    private final QueryHandler queries;
    private final String version;
    private final String timezone;
    private final HttpListener listener;

    private ClickHouseHttp(ChdbEngine engine, int port, Path temporary, Login login) throws IOException {
        this.engine = engine;
        this.login = login;
        connections = new Connections(engine);
        running = new Running(engine);
        queries = new QueryHandler(connections, running, watch, temporary);
        version = engine.value("SELECT version()");
        timezone = engine.value("SELECT timezone()");
        listener = HttpListener.start(port, this::handle);
    }

    /**
     * Owns the engine from here on.
     *
     * @param temporary a folder for results that are held back
     */
    public static ClickHouseHttp start(ChdbEngine engine, int port, Path temporary, Login login) throws IOException {
        return new ClickHouseHttp(engine, port, temporary, login);
    }

    public int port() {
        return listener.port();
    }

    public String version() {
        return version;
    }

    /**
     * Ends what runs, then the engine.
     *
     * @throws IOException when something runs on: the engine is then left to the end of the process
     */
    @Override
    public void close() throws IOException {
        listener.close();
        watch.close();
        if (!running.cancelAll(LAST_STATEMENTS))
            throw new IOException("statements did not end within " + LAST_STATEMENTS.toSeconds() + " s");
        connections.close();
        engine.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        exchange.header("X-ClickHouse-Server-Display-Name", "turnkeep-local");
        exchange.header("X-ClickHouse-Timezone", timezone);
        try {
            route(exchange);
        } catch (ClientGoneException | MalformedRequestException e) {
            throw e;
        } catch (ClickHouseException e) {
            fail(exchange, e);
        } catch (FrameException | ZipException e) {
            fail(exchange, of(ClickHouseException.CANNOT_DECOMPRESS, "CANNOT_DECOMPRESS", e));
        } catch (EOFException e) {
            fail(exchange, of(ClickHouseException.CANNOT_READ_ALL_DATA, "CANNOT_READ_ALL_DATA", e));
        } catch (IOException | RuntimeException e) {
            log("a request failed here, not in the engine", e);
            fail(exchange, of(ClickHouseException.STD_EXCEPTION, "STD_EXCEPTION", e));
        }
    }

    private void route(HttpExchange exchange) throws IOException {
        RequestHead head = exchange.head();
        switch (head.path()) {
            case "/ping", "/replicas_status" -> exchange.respond(200, "Ok.\n".getBytes(UTF_8));
            case "/" -> {
                boolean asks = head.method().equals("POST") || head.parameters().containsKey("query");
                if (!asks) exchange.respond(200, "Ok.\n".getBytes(UTF_8));
                else if (head.method().equals("POST") || head.method().equals("GET"))
                    queries.handle(exchange, user(head));
                else exchange.respond(501, (head.method() + " is not served\n").getBytes(UTF_8));
            }
            default -> exchange.respond(404, ("There is no handle " + head.path() + "\n").getBytes(UTF_8));
        }
    }

    /** Who asks, if that is the one user. */
    private String user(RequestHead head) {
        String user = head.parameters().getOrDefault("user", head.header("X-ClickHouse-User"));
        String password = head.parameters().getOrDefault("password", head.header("X-ClickHouse-Key"));
        String basic = head.header("Authorization");
        if (basic.regionMatches(true, 0, "Basic ", 0, 6)) {
            String pair = decoded(basic.substring(6).strip());
            int colon = pair.indexOf(':');
            user = colon < 0 ? pair : pair.substring(0, colon);
            password = colon < 0 ? "" : pair.substring(colon + 1);
        }
        String name = user.isEmpty() ? "default" : user;
        if (name.equals(login.user()) && password.equals(login.password())) return name;
        throw ClickHouseException.of(
                ClickHouseException.AUTHENTICATION_FAILED,
                "AUTHENTICATION_FAILED",
                name + ": Authentication failed: password is incorrect, or there is no user with such name");
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static ClickHouseException of(int code, String name, Exception cause) {
        return ClickHouseException.of(code, name, String.valueOf(cause.getMessage()));
    }

    /** In words while that is possible; once the result has begun, by leaving it without its end. */
    private void fail(HttpExchange exchange, ClickHouseException error) throws IOException {
        if (exchange.committed()) return;
        exchange.header("X-ClickHouse-Exception-Code", Integer.toString(error.code()));
        exchange.header("Content-Type", "text/plain; charset=UTF-8");
        exchange.respond(HttpStatus.of(error), (error.text() + " (version " + version + ")\n").getBytes(UTF_8));
    }

    private static void log(String message, Throwable cause) {
        System.err.println(message);
        cause.printStackTrace(System.err);
    }
}
