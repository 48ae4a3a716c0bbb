package dev.turnkeep.session.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a caller wants changed of a session's labels; what is absent stays.
 *
 * @param metadata JSON text; {@code null} as JSON clears it
 * @param external what the caller believes its name to be: it never changes. Empty where nothing is said of it
 */
record Changes(Optional<List<String>> tags, Optional<String> metadata, Optional<Named> external) {
    record Named(@Nullable String name) {}

    static Changes of(Fields fields) {
        Optional<String> metadata = fields.isNull("metadata") ? Optional.of("null") : fields.json("metadata");
        return new Changes(fields.texts("tags", NewSession.TAGS, NewSession.TAG), metadata, named(fields));
    }

    private static Optional<Named> named(Fields fields) {
        if (!fields.has("externalId")) {
            return Optional.empty();
        }
        JsonNode name = fields.object().path("externalId");
        return Optional.of(
                name.isNull()
                        ? new Named(null)
                        : new Named(NewSession.external(fields.text("externalId", 0, Integer.MAX_VALUE))
                                .value()));
    }

    boolean none() {
        return tags.isEmpty() && metadata.isEmpty();
    }

    /** 422 when the caller would have another name than there is. */
    void requireName(@Nullable String current) {
        if (external.isPresent() && !Objects.equals(external.get().name(), current)) {
            throw new Invalid(Problem.UNPROCESSABLE, "externalId", "externalId cannot be changed");
        }
    }
}
