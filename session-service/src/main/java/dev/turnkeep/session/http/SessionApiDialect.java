package dev.turnkeep.session.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.ProblemDialect;
import dev.turnkeep.platform.http.ProblemDocument;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.MultiMap;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Errors on {@code /api} and {@code /realtime} as the clients of that API match on them: one string, what a schema refuses
 * is 400, and a refusal of rights has four members.
 */
@Singleton
public class SessionApiDialect implements ProblemDialect {
    private final CurrentVertxRequest current;
    private final Clock clock;

    SessionApiDialect(CurrentVertxRequest current, Clock clock) {
        this.current = current;
        this.clock = clock;
    }

    @Override
    public boolean covers(String path) {
        return path.startsWith("/api/") || path.startsWith("/realtime/");
    }

    @Override
    public ResponseBuilder answer(Problem problem, ProblemDocument document) {
        Form form = form(problem, document, current.getCurrent().response().headers(), clock.millis());
        return Response.status(form.status()).type(form.mediaType()).entity(form.body());
    }

    /** How an error is said. */
    public record Form(int status, String mediaType, Object body) {}

    /**
     * For answers that are not the framework's.
     *
     * @param headers of the answer so far: what is left of a limit stands there
     * @param now in milliseconds since 1970
     */
    public static Form form(Problem problem, ProblemDocument document, MultiMap headers, long now) {
        if (problem == Problem.RATE_LIMITED) {
            return new Form(document.status(), ProblemDocument.MEDIA_TYPE, Limited.of(document, headers, now));
        }
        // A rule of a field is part of the schema here.
        int status = problem == Problem.INVALID_FIELD ? Problem.MALFORMED.status() : document.status();
        return new Form(status, MediaType.APPLICATION_JSON, body(problem, document));
    }

    private static Body body(Problem problem, ProblemDocument document) {
        return switch (problem) {
            case FORBIDDEN, FOREIGN_ORG ->
                new Body("Unauthorized", "unauthorized", "access_token", "authorization", null, null, null);
            case INVALID_FIELD -> Body.of("Validation error: " + document.detail());
            case METHOD_NOT_ALLOWED -> Body.of("Method not allowed");
            case INTERNAL -> new Body("Internal Server Error", null, null, null, document.traceId(), null, null);
            case NOT_FOUND ->
                Body.of(document.detail().equals(Problem.NOT_FOUND.title()) ? "Not found" : document.detail());
            default -> new Body(document.detail(), null, null, null, null, document.size(), document.limit());
        };
    }

    /** The members that clients know, and the numbers of a limit; those that are absent are not written. */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Body(
            String error,
            @Nullable String code,
            @Nullable String param,
            @Nullable String type,
            @JsonProperty("trace_id") @Nullable String traceId,
            @Nullable Long size,
            @Nullable Long limit) {
        static Body of(String error) {
            return new Body(error, null, null, null, null, null, null);
        }
    }

    /** What clients know of a rate limit: when to come back, in milliseconds since 1970, and how much there is. */
    @RegisterForReflection
    public record Limited(
            String title,
            int status,
            String type,
            String detail,
            long reset,
            long limit,
            long remaining,
            long secondsUntilReset,
            String error) {
        static Limited of(ProblemDocument document, MultiMap headers, long now) {
            long reset = number(headers, "x-ratelimit-reset");
            return new Limited(
                    document.title(),
                    document.status(),
                    document.type(),
                    document.detail(),
                    reset,
                    number(headers, "x-ratelimit-limit"),
                    number(headers, "x-ratelimit-remaining"),
                    Math.max(0, (reset - now + 999) / 1000),
                    document.error());
        }

        private static long number(MultiMap headers, String name) {
            String value = headers.get(name);
            return value == null ? 0 : Long.parseLong(value);
        }
    }
}
