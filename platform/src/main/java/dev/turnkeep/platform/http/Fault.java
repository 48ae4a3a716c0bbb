package dev.turnkeep.platform.http;

import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import io.vertx.core.http.HttpClosedException;
import jakarta.ws.rs.WebApplicationException;
import java.time.Duration;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an exception means to the caller.
 *
 * @param status the problem's, or the framework's own where the catalogue has none
 * @param unexpected nobody meant it: it is logged, and the caller learns nothing but a trace id
 */
record Fault(
        Problem problem,
        int status,
        String detail,
        @Nullable String field,
        @Nullable Duration retryAfter,
        boolean unexpected) {

    private static final Duration SOON = Duration.ofSeconds(1);

    static Fault of(Throwable thrown) {
        return switch (thrown) {
            case Invalid invalid -> expected(invalid.problem(), invalid.detail(), invalid.field());
            case RetryLater later ->
                new Fault(later.problem(), later.problem().status(), later.detail(), null, later.after(), false);
            case MismatchedInputException mismatch -> mismatched(mismatch);
            case StreamReadException _ -> expected(Problem.MALFORMED, "the body is not valid JSON", null);
            // The caller is gone; what is answered, nobody reads.
            case HttpClosedException _ -> expected(Problem.MALFORMED, "the connection was closed", null);
            case WebApplicationException web -> ofStatus(web.getResponse().getStatus());
            default -> ofStatus(Problem.INTERNAL.status());
        };
    }

    /** Whether the same request would be answered the same: some clients try a 409 and every 5xx again unless told so. */
    boolean isFinal() {
        boolean passes = status == 408 || status == 425 || status == 429;
        return (status < 500 && !passes) || status == 501;
    }

    private static Fault expected(Problem problem, String detail, @Nullable String field) {
        return new Fault(problem, problem.status(), detail, field, wait(problem.status()), false);
    }

    /** The path holds names that the caller wrote, but no values. */
    private static Fault mismatched(MismatchedInputException mismatch) {
        String path = mismatch.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
                .collect(Collectors.joining("."));
        return path.isEmpty()
                ? expected(Problem.MALFORMED, "the body does not have the expected form", null)
                : expected(Problem.MALFORMED, path + ": does not have the expected form", path);
    }

    /** Of what the framework throws only the status is told: its messages quote the request. */
    private static Fault ofStatus(int status) {
        Problem problem =
                switch (status) {
                    case 401 -> Problem.UNAUTHENTICATED;
                    case 403 -> Problem.FORBIDDEN;
                    case 404 -> Problem.NOT_FOUND;
                    case 405 -> Problem.METHOD_NOT_ALLOWED;
                    case 406 -> Problem.NOT_ACCEPTABLE;
                    case 409 -> Problem.CONFLICT;
                    case 413 -> Problem.TOO_LARGE;
                    case 415 -> Problem.UNSUPPORTED_MEDIA_TYPE;
                    case 429 -> Problem.RATE_LIMITED;
                    case 503 -> Problem.UNAVAILABLE;
                    default -> status < 500 ? Problem.MALFORMED : Problem.INTERNAL;
                };
        boolean unexpected = problem == Problem.INTERNAL;
        return new Fault(problem, unexpected ? 500 : status, problem.title(), null, wait(status), unexpected);
    }

    private static @Nullable Duration wait(int status) {
        return status == 429 || status == 503 ? SOON : null;
    }
}
