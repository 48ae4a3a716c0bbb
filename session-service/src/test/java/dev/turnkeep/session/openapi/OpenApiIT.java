package dev.turnkeep.session.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.session.access.Need;
import dev.turnkeep.session.access.Route;
import dev.turnkeep.session.list.ListedService;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
                    .containsAll(refusals(route))
                    .anyMatch(status -> status.startsWith("2") || status.equals("501") || status.equals("405"));
        });
    }

    @Test
    void documentsTheTableOfWhoMayDoWhat() {
        Map<String, Set<String>> documented = new TreeMap<>();
        operations().forEach((operation, said) -> {
            Set<String> schemes = new TreeSet<>();
            said.path("security").forEach(one -> one.fieldNames().forEachRemaining(schemes::add));
            documented
                    .computeIfAbsent(form(operation.replaceFirst("^HEAD ", "GET ")), _ -> new TreeSet<>())
                    .addAll(schemes);
        });
        Map<String, Set<String>> table = new TreeMap<>();
        for (Route route : Route.values()) {
            // The pair's writable half is documented with the named channels.
            String path = route == Route.CHANNEL_WRITE_IN ? Route.CHANNEL_WRITE.path() : route.path();
            table.computeIfAbsent(form(route.method() + " " + path), _ -> new TreeSet<>())
                    .addAll(schemes(route.need()));
        }
        assertThat(documented).isEqualTo(table);
    }

    /** What every route of its kind may answer. */
    private static Set<String> refusals(String operation) {
        Set<String> statuses = new TreeSet<>(Set.of("401"));
        if (!operation.contains(" /v1/admin/")) {
            statuses.addAll(Set.of("403", "429", "503"));
        }
        if (operation.contains("{session}")) {
            statuses.add("404");
        }
        return statuses;
    }

    private static String form(String operation) {
        return operation.replaceAll("\\{[^}]*}", "{}");
    }

    private static Set<String> schemes(Need need) {
        return switch (need) {
            case OPERATOR -> Set.of("operator");
            case KEY -> Set.of("key");
            case SESSIONS, SESSION, TASK, TASKS -> Set.of("key", "token");
        };
    }

    @Test
    void isShownToDevelopers() throws IOException, InterruptedException {
        // When: what development mode serves, the tests' mode does too
        HttpResponse<String> page;
        try (HttpClient client = HttpClient.newHttpClient()) {
            page = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/q/swagger-ui/"))
                            .build(),
                    BodyHandlers.ofString());
        }

        // Then
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("'/openapi'");
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
