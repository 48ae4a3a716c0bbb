package dev.turnkeep.localstack.run;

import dev.turnkeep.localstack.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One of the services, as data.
 *
 * @param name also its module's folder
 * @param variable what its settings begin with: {@code SESSION} for {@code SESSION_PORT}
 * @param heap the bound of its JVM's heap, in the form of {@code -Xmx}
 * @param environment what it gets besides that which all services get
 */
public record Service(
        String name, String variable, int port, int managementPort, String heap, Map<String, String> environment) {

    /** Migrates the schema, so it comes first and alone. */
    public static final Service SESSION = new Service(
            "session-service",
            "SESSION",
            8080,
            9080,
            "320m",
            Map.of(
                    // One machine has one clock, and one broker nothing to replicate.
                    "TURNKEEP_SESSION_TURNS_WATERMARK_MARGIN", "0s",
                    // For the machine itself only, as all of it.
                    "TURNKEEP_SESSION_CHANNELS_OPEN_NAMESPACE", "true"));

    public static final Service INGEST = new Service("ingest-service", "INGEST", 8081, 9081, "384m", Map.of());

    public static final Service REAPER = new Service("reaper-service", "REAPER", 8082, 9082, "128m", Map.of());

    public static final Service REPLICATION =
            new Service("replication-service", "REPLICATION", 8083, 9083, "256m", Map.of());

    /** In the order of their start. */
    public static final List<Service> ALL = List.of(SESSION, INGEST, REAPER, REPLICATION);

    public Service on(int otherPort, int otherManagementPort) {
        return new Service(name, variable, otherPort, otherManagementPort, heap, environment);
    }

    /** With the ports of the settings, such as {@code SESSION_PORT} and {@code SESSION_MANAGEMENT_PORT}. */
    public Service configured(Settings settings) {
        return on(settings.port(portVariable(), port), settings.port(managementPortVariable(), managementPort));
    }

    public String portVariable() {
        return variable + "_PORT";
    }

    public String managementPortVariable() {
        return variable + "_MANAGEMENT_PORT";
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    public URI managementUrl() {
        return URI.create("http://127.0.0.1:" + managementPort);
    }

    public Path jar(Path checkout) {
        return checkout.resolve(name).resolve("target/quarkus-app/quarkus-run.jar");
    }
}
