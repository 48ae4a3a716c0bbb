package dev.turnkeep.ops.smoke;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The calls that were made. */
final class Calls {
    private record Call(URI base, String method, String path) {}

    private final List<Call> made = new ArrayList<>();

    void note(URI base, String method, String path) {
        made.add(new Call(base, method, path.replaceFirst("\\?.*", "")));
    }

    /**
     * The operations of a service that were never called.
     *
     * @param operations each as {@code GET /v1/sessions/{session}}
     */
    Set<String> missing(URI base, Set<String> operations) {
        Set<String> missing = new TreeSet<>(operations);
        missing.removeIf(operation -> {
            String[] parts = operation.split(" ", 2);
            Pattern path = Pattern.compile(parts[1].replaceAll("\\{[^}]+}", "[^/]+"));
            return made.stream()
                    .anyMatch(call -> call.base().equals(base)
                            && call.method().equals(parts[0])
                            && path.matcher(call.path()).matches());
        });
        return missing;
    }
}
