package dev.turnkeep.ops.smoke;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** What a service says of its routes. */
final class Operations {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete", "head");

    private Operations() {}

    static Set<String> of(Caller service) {
        JsonNode paths =
                service.get("/openapi?format=json").expecting(200).json().path("paths");
        Set<String> operations = new TreeSet<>();
        paths.properties().forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
            if (METHODS.contains(method)) {
                operations.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
            }
        }));
        if (operations.isEmpty()) {
            throw new Unexpected("the service describes no routes");
        }
        return operations;
    }
}
