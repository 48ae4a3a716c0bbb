package dev.turnkeep.platform.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.turnkeep.contracts.problem.Excess;
import dev.turnkeep.contracts.problem.Problem;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.jspecify.annotations.Nullable;

/**
 * The body of an error (RFC 9457), with members of our own.
 *
 * @param type {@code urn:turnkeep:problem:} and the code
 * @param code stable: clients match on it
 * @param field the path of the field that is meant
 * @param traceId under which an unexpected failure was logged
 * @param size what is beyond a limit, in the unit that the detail names
 * @param limit which it is beyond
 * @param error the same as {@code detail}: the one member that older proxies read
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ProblemDocument(
        String type,
        String title,
        int status,
        String detail,
        String code,
        @Nullable String field,
        @JsonProperty("trace_id") @Nullable String traceId,
        @Nullable Long size,
        @Nullable Long limit,
        String error) {

    public static final String MEDIA_TYPE = "application/problem+json";

    public static ProblemDocument of(
            Problem problem, int status, String detail, @Nullable String field, @Nullable String traceId) {
        String type = "urn:turnkeep:problem:" + problem.code();
        return new ProblemDocument(
                type, problem.title(), status, detail, problem.code(), field, traceId, null, null, detail);
    }

    /** The same with the numbers of a limit, if there are any. */
    public ProblemDocument with(@Nullable Excess excess) {
        return excess == null
                ? this
                : new ProblemDocument(
                        type, title, status, detail, code, field, traceId, excess.size(), excess.limit(), error);
    }
}
