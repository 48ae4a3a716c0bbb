package dev.turnkeep.ingest.openapi;

import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.ProblemDocument;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem.HttpMethod;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;

/** Adds to each route of turns the problems it can answer, in the words of the catalogue. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class ProblemResponses implements OASFilter {
    private static final String ROUTES = "/v1/";
    private static final String OPERATORS = "/v1/admin/";
    private static final int UNPROCESSABLE = 422;
    private static final Set<Problem> ANSWERED = Set.of(
            Problem.MALFORMED,
            Problem.INVALID_ENVELOPE,
            Problem.UNAUTHENTICATED,
            Problem.FORBIDDEN,
            Problem.FOREIGN_ORG,
            Problem.TOO_LARGE,
            Problem.UNSUPPORTED_MEDIA_TYPE,
            Problem.INVALID_FIELD,
            Problem.UNSUPPORTED_PROVIDER,
            Problem.UNPROCESSABLE_REQUEST,
            Problem.UNPROCESSABLE_RESPONSE,
            Problem.RATE_LIMITED,
            Problem.INTERNAL,
            Problem.UNAVAILABLE,
            Problem.OVERLOADED);

    private static final Map<String, String> LIMITS = Map.of(
            "x-ratelimit-limit", "Requests of the key in a window; where they are limited, on every answer",
            "x-ratelimit-remaining", "What is left of them",
            "x-ratelimit-reset", "When the next window begins, in milliseconds since 1970");

    @Override
    public void filterOpenAPI(OpenAPI document) {
        document.getPaths().getPathItems().forEach((path, item) -> {
            if (path.startsWith(ROUTES)) {
                item.getOperations().forEach((method, operation) -> describe(path, method, operation));
            }
        });
    }

    private static void describe(String path, HttpMethod method, Operation operation) {
        APIResponses responses = operation.getResponses();
        ANSWERED.stream()
                .map(Problem::status)
                .distinct()
                .filter(status -> isPossible(status, path, method))
                .filter(status -> !responses.hasAPIResponse(status.toString()))
                .sorted()
                .forEach(status -> responses.addAPIResponse(status.toString(), response(status)));
    }

    /** What holds many turns is never refused for one that cannot be processed. The operator is bound to no organisation. */
    private static boolean isPossible(int status, String path, HttpMethod method) {
        boolean many = path.endsWith("/batch") || path.endsWith("/traces");
        if (path.startsWith(OPERATORS)) {
            boolean ofBodies = status == Problem.TOO_LARGE.status()
                    || status == Problem.UNSUPPORTED_MEDIA_TYPE.status()
                    || status == Problem.MALFORMED.status();
            return status != Problem.FORBIDDEN.status()
                    && status != Problem.RATE_LIMITED.status()
                    && (method == HttpMethod.POST || !ofBodies);
        }
        return status != UNPROCESSABLE || !many;
    }

    private static APIResponse response(int status) {
        String meanings = Arrays.stream(Problem.values())
                .filter(ANSWERED::contains)
                .filter(problem -> problem.status() == status)
                .map(problem -> "`%s`: %s".formatted(problem.code(), problem.title()))
                .collect(Collectors.joining("; "));
        APIResponse response =
                OASFactory.createAPIResponse().description(meanings).content(problem());
        if (status == Problem.RATE_LIMITED.status() || status == Problem.UNAVAILABLE.status()) {
            response.addHeader(
                    "Retry-After",
                    OASFactory.createHeader()
                            .description("Seconds to wait")
                            .schema(OASFactory.createSchema().addType(SchemaType.INTEGER)));
        }
        if (status == Problem.RATE_LIMITED.status()) {
            LIMITS.forEach((name, meaning) -> response.addHeader(
                    name,
                    OASFactory.createHeader()
                            .description(meaning)
                            .schema(OASFactory.createSchema().addType(SchemaType.INTEGER))));
        }
        return response;
    }

    private static Content problem() {
        return OASFactory.createContent()
                .addMediaType(
                        ProblemDocument.MEDIA_TYPE,
                        OASFactory.createMediaType()
                                .schema(OASFactory.createSchema().ref("Problem")));
    }
}
