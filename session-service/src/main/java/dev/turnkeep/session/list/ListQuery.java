package dev.turnkeep.session.list;

import dev.turnkeep.contracts.lifecycle.State;
import dev.turnkeep.contracts.lifecycle.Status;
import dev.turnkeep.session.request.Given;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@code GET /v1/sessions} and {@code /v1/sessions/count} are asked. */
record ListQuery(Parameters parameters) {
    private static final String HARNESS = "harness_id";
    private static final String HARNESS_SESSION = "harness_session_id";
    private static final Set<String> STATES =
            Arrays.stream(State.values()).map(State::text).collect(Collectors.toUnmodifiableSet());
    private static final Set<String> OUTCOMES =
            Arrays.stream(Status.values()).map(Status::text).collect(Collectors.toUnmodifiableSet());
    private static final Set<String> NOT_WITH_KEY = Set.of("cursor", "sort", "direction", "since", "until");

    /** The session of a harness's own id. */
    record ByKey(String harness, String session) {}

    /** Whether the session of one key is wanted, and no list. */
    Optional<ByKey> byKey() {
        Optional<String> harness = parameters.raw(HARNESS);
        Optional<String> session = parameters.raw(HARNESS_SESSION);
        if (harness.isEmpty() && session.isEmpty()) {
            return Optional.empty();
        }
        if (harness.isEmpty() || session.isEmpty()) {
            throw Given.malformed(
                    harness.isEmpty() ? HARNESS : HARNESS_SESSION, "harness_id and harness_session_id go together");
        }
        NOT_WITH_KEY.stream().filter(parameters::has).sorted().findFirst().ifPresent(other -> {
            throw Given.malformed(other, "not together with harness_session_id");
        });
        return Optional.of(new ByKey(harness.get(), session.get()));
    }

    boolean retired() {
        Optional<String> include = parameters.one("include");
        if (include.isPresent() && !include.get().equals("retired")) {
            throw Given.malformed("include", "must be retired");
        }
        return include.isPresent();
    }

    Sort sort() {
        return parameters
                .one("sort")
                .map(name -> Sort.of(name).orElseThrow(() -> Given.malformed("sort", "one of " + Sort.names())))
                .orElse(Sort.CREATED_AT);
    }

    boolean descending() {
        String direction = parameters.one("direction").orElse("desc");
        if (!direction.equals("asc") && !direction.equals("desc")) {
            throw Given.malformed("direction", "asc or desc");
        }
        return direction.equals("desc");
    }

    int limit(int usual, int most) {
        Integer limit = Given.limit("limit", parameters.text("limit"));
        if (limit == null) {
            return usual;
        }
        if (limit < 1) {
            throw Given.malformed("limit", "at least 1");
        }
        return Math.min(limit, most);
    }

    Filter filter() {
        Set<String> states = oneOf("state", STATES);
        boolean retired = retired() || states.contains(State.RETIRED.text());
        String external = parameters.text("external_id");
        if (external != null && retired) {
            throw Given.malformed("external_id", "not together with retired sessions: they have given it back");
        }
        return new Filter(
                parameters.all("type"),
                parameters.all("tag"),
                parameters.all("task_identifier"),
                Set.of(),
                states,
                oneOf("status", OUTCOMES),
                parameters.all("harness"),
                parameters.all("model"),
                external,
                parameters.text("auth_subject"),
                parameters.text("text"),
                time("created_since"),
                time("created_until"),
                time("since"),
                time("until"),
                retired);
    }

    private Set<String> oneOf(String name, Set<String> known) {
        Set<String> values = parameters.all(name);
        if (!known.containsAll(values)) {
            throw Given.malformed(
                    name, "one of " + String.join(", ", known.stream().sorted().toList()));
        }
        return values;
    }

    private @Nullable Instant time(String name) {
        return parameters.time(name);
    }
}
