package dev.turnkeep.ops.compose;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.ops.configuration.Known;
import dev.turnkeep.ops.document.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ComposeTest {
    private static final Path CHECKOUT = Path.of("..");
    private static final List<String> OURS =
            List.of("ingest-service", "reaper-service", "replication-service", "session-service");
    private static final Pattern PINNED = Pattern.compile("[a-z0-9/.-]+:v?\\d+(\\.\\d+)+");
    private static final Pattern ASKED = Pattern.compile("\\$\\{([A-Z_]+)");

    private final Map<String, Tree> services = services();

    ComposeTest() throws IOException {}

    @Test
    void hasAllFourServicesAndWhatTheyNeed() {
        assertThat(services)
                .containsKeys(OURS.toArray(String[]::new))
                .containsKeys(
                        "kafka",
                        "postgres",
                        "redis",
                        "clickhouse",
                        "objects",
                        "prometheus",
                        "grafana",
                        "kafka-console");
    }

    @Test
    void everyVariableIsOneThatTheServicesRead() throws IOException {
        Known known = new Known(CHECKOUT);

        for (String service : OURS) {
            assertThat(requireNonNull(services.get(service)).tree("environment").names())
                    .as(service)
                    .isNotEmpty()
                    .allMatch(known::reads);
        }
    }

    @Test
    void whatItAsksTheShellForIsInTheExample() throws IOException {
        String example = Files.readString(CHECKOUT.resolve(".env.example"));

        assertThat(ASKED.matcher(Files.readString(CHECKOUT.resolve("docker-compose.yml")))
                        .results()
                        .map(asked -> asked.group(1))
                        .distinct())
                .isNotEmpty()
                .allMatch(variable -> example.contains("\n" + variable + "="));
    }

    @Test
    void everyContainerIsPinnedBoundedAndWatched() {
        services.forEach((name, service) -> {
            if (!OURS.contains(name)) {
                assertThat(service.text("image")).as(name).matches(PINNED);
            }
            if (!OURS.contains(name) && !service.text("restart").equals("on-failure")) {
                // Ours bring theirs in the image.
                assertThat(service.tree("healthcheck").has("test")).as(name).isTrue();
            }
            assertThat(service.tree("deploy").tree("resources").tree("limits").has("memory"))
                    .as(name)
                    .isTrue();
            assertThat(service.tree("logging").tree("options").has("max-size"))
                    .as(name)
                    .isTrue();
        });
    }

    @Test
    void listensOnLoopbackOnly() {
        services.forEach((name, service) ->
                assertThat(service.texts("ports")).as(name).allMatch(port -> port.startsWith("127.0.0.1:")));
    }

    @Test
    void everyFileItMountsIsThere() {
        assertThat(services.values().stream()
                        .flatMap(service -> service.texts("volumes").stream())
                        .filter(volume -> volume.startsWith("./")))
                .isNotEmpty()
                .allMatch(volume -> Files.exists(CHECKOUT.resolve(volume.substring(0, volume.indexOf(':')))));
    }

    private static Map<String, Tree> services() throws IOException {
        Tree all = Tree.yaml(CHECKOUT.resolve("docker-compose.yml")).tree("services");
        Map<String, Tree> services = new TreeMap<>();
        all.names().forEach(name -> services.put(name, all.tree(name)));
        return services;
    }
}
