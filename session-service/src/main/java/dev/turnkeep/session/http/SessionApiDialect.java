package dev.turnkeep.session.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.ProblemDialect;
import dev.turnkeep.platform.http.ProblemDocument;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Errors on {@code /api} and {@code /realtime} as the clients of that API match on them: one string, what a schema refuses
 * is 400, and a refusal of rights has four members.
 */
@Singleton
public class SessionApiDialect implements ProblemDialect {
    @Override
    public boolean covers(String path) {
        return path.startsWith("/api/") || path.startsWith("/realtime/");
    }

    @Override
    public ResponseBuilder answer(Problem problem, ProblemDocument document) {
        // A rule of a field is part of the schema here.
        int status = problem == Problem.INVALID_FIELD ? Problem.MALFORMED.status() : document.status();
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(
                        switch (problem) {
                            case FORBIDDEN, FOREIGN_ORG ->
                                new Body("Unauthorized", "unauthorized", "access_token", "authorization", null);
                            case INVALID_FIELD -> Body.of("Validation error: " + document.detail());
                            case METHOD_NOT_ALLOWED -> Body.of("Method not allowed");
                            case INTERNAL -> new Body("Internal Server Error", null, null, null, document.traceId());
                            case NOT_FOUND ->
                                Body.of(
                                        document.detail().equals(Problem.NOT_FOUND.title())
                                                ? "Not found"
                                                : document.detail());
                            default -> Body.of(document.detail());
                        });
    }

    /** The members that clients know; those that are absent are not written. */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Body(
            String error,
            @Nullable String code,
            @Nullable String param,
            @Nullable String type,
            @JsonProperty("trace_id") @Nullable String traceId) {
        static Body of(String error) {
            return new Body(error, null, null, null, null);
        }
    }
}
