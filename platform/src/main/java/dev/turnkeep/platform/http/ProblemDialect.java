package dev.turnkeep.platform.http;

import dev.turnkeep.contracts.problem.Problem;
import jakarta.ws.rs.core.Response.ResponseBuilder;

/**
 * Another form of error for the paths whose clients expect one. Every bean of this type is asked; the first that covers
 * the path answers. {@code Retry-After}, {@code WWW-Authenticate}, {@code Allow} and
 * {@code x-should-retry} are added to what it builds.
 */
public interface ProblemDialect {
    /** Whether this dialect is spoken on the path, which starts with a slash and has no query. */
    boolean covers(String path);

    /** Status, media type and body. */
    ResponseBuilder answer(Problem problem, ProblemDocument document);
}
