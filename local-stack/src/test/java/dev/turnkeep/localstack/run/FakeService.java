package dev.turnkeep.localstack.run;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * Stands in for both services where only their lives matter: reads their environment, answers their routes, and keeps its
 * counts in files of the working folder, so that both see them and they last. Needs nothing but the JDK.
 */
public final class FakeService {

    private static final Path KEY = Path.of("fake-key");
    private static final Path TURNS = Path.of("fake-turns");

    private FakeService() {}

    public static void main(String[] arguments) throws IOException {
        if ("true".equals(System.getenv("TURNKEEP_FAKE_DIES"))) throw new IOException("told to die");
        HttpServer management = server("QUARKUS_MANAGEMENT");
        HttpServer api = server("QUARKUS_HTTP");
        management.createContext("/q/health/ready", exchange -> answer(exchange, 200, "{}"));
        api.createContext("/v1/admin/orgs", exchange -> admin(exchange, "{\"org_id\":\"org-1\"}"));
        api.createContext("/v1/admin/keys", exchange -> {
            Files.writeString(KEY, "key-" + System.nanoTime());
            admin(exchange, "{\"key_id\":\"k\",\"key\":\"" + Files.readString(KEY) + "\"}");
        });
        api.createContext("/v1/ingest", exchange -> {
            Files.writeString(TURNS, Integer.toString(turns() + 1));
            answer(exchange, 202, "{}");
        });
        api.createContext("/v1/sessions", exchange -> {
            boolean known = Files.exists(KEY)
                    && Objects.equals(
                            exchange.getRequestHeaders().getFirst("Authorization"), "Bearer " + Files.readString(KEY));
            answer(exchange, known ? 200 : 401, "{\"items\":[{\"turn_count\":%d}]}".formatted(turns()));
        });
        api.start();
        management.start();
    }

    private static int turns() throws IOException {
        return Files.exists(TURNS) ? Integer.parseInt(Files.readString(TURNS)) : 0;
    }

    private static void admin(HttpExchange exchange, String body) throws IOException {
        String expected = "Bearer " + System.getenv("TURNKEEP_ADMIN_KEY");
        boolean operator = expected.equals(exchange.getRequestHeaders().getFirst("Authorization"));
        answer(exchange, operator ? 201 : 401, body);
    }

    private static HttpServer server(String prefix) throws IOException {
        var address = new InetSocketAddress(
                System.getenv(prefix + "_HOST"), Integer.parseInt(System.getenv(prefix + "_PORT")));
        return HttpServer.create(address, 0);
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        exchange.getRequestBody().readAllBytes();
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** Puts it where the service's own jar would be. */
    static void build(Path checkout, Service service) throws IOException {
        Path jar = service.jar(checkout);
        Files.createDirectories(Objects.requireNonNull(jar.getParent()));
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, FakeService.class.getName());
        String entry = FakeService.class.getName().replace('.', '/') + ".class";
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                InputStream in = Objects.requireNonNull(
                        FakeService.class.getClassLoader().getResourceAsStream(entry))) {
            out.putNextEntry(new JarEntry(entry));
            in.transferTo(out);
        }
    }
}
