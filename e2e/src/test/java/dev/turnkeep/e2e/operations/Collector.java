package dev.turnkeep.e2e.operations;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/** A collector of OpenTelemetry that keeps what it is sent. It looks for bytes in it and reads no more. */
final class Collector implements AutoCloseable {
    private final List<String> exports = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    Collector() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", this::take);
        server.setExecutor(threads);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void take(HttpExchange exchange) throws IOException {
        boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
        try (exchange;
                InputStream body =
                        zipped ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
            exports.add(new String(body.readAllBytes(), StandardCharsets.ISO_8859_1));
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
        }
    }

    /**
     * Whether a service has sent a span of a trace.
     *
     * @param trace 32 hexadecimal digits
     */
    boolean has(String service, String trace, String span) {
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < trace.length(); i += 2) {
            id.append((char) Integer.parseInt(trace, i, i + 2, 16));
        }
        return exports.stream()
                .anyMatch(export -> export.contains(service) && export.contains(id) && export.contains(span));
    }

    /** Whether anybody has sent a text. */
    boolean says(String text) {
        return exports.stream().anyMatch(export -> export.contains(text));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
