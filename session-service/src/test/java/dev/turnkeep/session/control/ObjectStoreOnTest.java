package dev.turnkeep.session.control;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A store of objects that speaks as much of S3 as links need, and is told by {@code PUT /-/refuse} with a number in the body how
 * many deletions it refuses from now on.
 */
public final class ObjectStoreOnTest implements QuarkusTestResourceLifecycleManager {
    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private final AtomicInteger refusing = new AtomicInteger();
    private @Nullable HttpServer server;

    @Override
    public Map<String, String> start() {
        try {
            HttpServer started = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            started.createContext("/", this::answer);
            started.start();
            server = started;
            return Map.of(
                    "turnkeep.snapshots.endpoint",
                    "http://127.0.0.1:" + started.getAddress().getPort(),
                    "turnkeep.snapshots.bucket",
                    "snapshots",
                    "turnkeep.snapshots.access-key",
                    "access",
                    "turnkeep.snapshots.secret-key",
                    "secret",
                    "turnkeep.snapshots.lifetime",
                    "1s",
                    "turnkeep.snapshots.upload-time",
                    "4s",
                    "turnkeep.snapshots.delete-every",
                    "100ms");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] body = exchange.getRequestBody().readAllBytes();
            byte[] answer = {};
            int status = 200;
            if (path.equals("/-/refuse")) {
                refusing.set(Integer.parseInt(new String(body, StandardCharsets.UTF_8)));
            } else {
                switch (exchange.getRequestMethod()) {
                    case "PUT" -> objects.put(path, body);
                    case "DELETE" -> status = delete(path);
                    default -> {
                        byte[] found = objects.get(path);
                        status = found == null ? 404 : 200;
                        answer = found == null ? answer : found;
                    }
                }
            }
            exchange.sendResponseHeaders(status, status == 204 || answer.length == 0 ? -1 : answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    private int delete(String path) {
        if (refusing.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return 503;
        }
        objects.remove(path);
        return 204;
    }

    @Override
    public void stop() {
        HttpServer running = server;
        if (running != null) {
            running.stop(0);
        }
    }
}
