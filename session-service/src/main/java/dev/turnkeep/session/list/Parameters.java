package dev.turnkeep.session.list;

import dev.turnkeep.session.request.Given;
import jakarta.ws.rs.core.MultivaluedMap;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The parameters of a query. One that is empty is as good as absent; of one that can stand only once the last counts. */
record Parameters(MultivaluedMap<String, String> query) {
    private static final int CAP = 256;
    private static final int VALUES = 100;

    boolean has(String name) {
        return one(name).isPresent();
    }

    Optional<String> one(String name) {
        List<String> values = query.getOrDefault(name, List.of());
        return values.isEmpty() || values.getLast().isEmpty()
                ? Optional.empty()
                : Optional.of(Given.text(name, values.getLast(), CAP));
    }

    @Nullable
    String text(String name) {
        return one(name).orElse(null);
    }

    @Nullable
    Instant time(String name) {
        return one(name).map(text -> Given.time(name, text)).orElse(null);
    }

    /** What is checked by whoever knows its rule, such as a cursor. */
    Optional<String> raw(String name) {
        List<String> values = query.getOrDefault(name, List.of());
        return values.isEmpty() || values.getLast().isEmpty() ? Optional.empty() : Optional.of(values.getLast());
    }

    /** Every value of a parameter that is given again and again. */
    Set<String> all(String name) {
        return all(name, Stream::of);
    }

    /** The same where commas part values too. */
    Set<String> parted(String name) {
        return all(name, value -> Arrays.stream(value.split(",", -1)).map(String::strip));
    }

    private Set<String> all(String name, Function<String, Stream<String>> parts) {
        Set<String> values = query.getOrDefault(name, List.of()).stream()
                .flatMap(parts)
                .filter(value -> !value.isEmpty())
                .map(value -> Given.text(name, value, CAP))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (values.size() > VALUES) {
            throw Given.malformed(name, "at most " + VALUES + " values");
        }
        return values;
    }
}
