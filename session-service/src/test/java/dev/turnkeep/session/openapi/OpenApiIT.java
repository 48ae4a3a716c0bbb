package dev.turnkeep.session.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.session.list.ListedService;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The document of the API, compared with what is served. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(ListedService.class)
class OpenApiIT {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch", "head");
    private static final Pattern VARIABLE = Pattern.compile("\\{([^}]*)}");

    @ConfigProperty(name = "quarkus.http.port")
    int port;

    @Inject
    ServedRoutes served;

    private JsonNode document;

    @BeforeEach
    void read() throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + port + "/openapi?format=json"))
                    .build();
            document = new ObjectMapper()
                    .readTree(client.send(request, BodyHandlers.ofString()).body());
        }
    }

    @Test
    void documentsEveryRouteThatIsServedAndNoOther() {
        assertThat(document.path("openapi").asText()).startsWith("3.1");
        Set<String> named = new TreeSet<>(operations().keySet());
        // A route that is a pattern serves what is documented as a path of its form.
        named.removeIf(served::coveredByPattern);
        assertThat(named).containsExactlyInAnyOrderElementsOf(served.all());
        assertThat(served.patterns())
                .allMatch(pattern -> operations().keySet().stream().anyMatch(pattern::covers));
    }

    @Test
    void saysOfEveryOperationWhatItDoesWhoMayAndWhatItAnswers() {
        operations().forEach((route, operation) -> {
            assertThat(operation.path("summary").asText()).as(route).isNotEmpty();
            assertThat(operation.path("tags")).as(route).isNotEmpty();
            assertThat(operation.path("security")).as(route).isNotEmpty();
            List<String> statuses = new ArrayList<>();
            operation.path("responses").fieldNames().forEachRemaining(statuses::add);
            assertThat(statuses)
                    .as(route)
                    .contains("401")
                    .anyMatch(status -> status.startsWith("2") || status.equals("501"));
        });
    }

    @Test
    void namesEveryVariableOfAPath() {
        operations().forEach((route, operation) -> {
            Set<String> named = new TreeSet<>();
            JsonNode path = document.path("paths").path(route.substring(route.indexOf(' ') + 1));
            for (JsonNode parameters : List.of(path.path("parameters"), operation.path("parameters"))) {
                parameters.forEach(parameter -> {
                    JsonNode resolved = resolved(parameter);
                    if (resolved.path("in").asText().equals("path")) {
                        named.add(resolved.path("name").asText());
                    }
                });
            }
            List<String> variables = VARIABLE.matcher(route)
                    .results()
                    .map(found -> found.group(1))
                    .toList();
            assertThat(named).as(route).containsExactlyInAnyOrderElementsOf(variables);
        });
    }

    @Test
    void refersOnlyToWhatIsThere() {
        document.findValuesAsText("$ref")
                .forEach(ref -> assertThat(document.at(ref.substring(1)).isMissingNode())
                        .as(ref)
                        .isFalse());
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
    }

    private Map<String, JsonNode> operations() {
        Map<String, JsonNode> operations = new TreeMap<>();
        document.path("paths").properties().forEach(path -> path.getValue().properties().stream()
                .filter(method -> METHODS.contains(method.getKey()))
                .forEach(method -> operations.put(
                        method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(), method.getValue())));
        return operations;
    }
}
