package dev.turnkeep.session.price;

import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.access.Gate;
import dev.turnkeep.session.access.Granted;
import dev.turnkeep.session.access.Route;
import dev.turnkeep.session.access.SessionRef;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What turns cost and why, and what the sub-agents of a session took part. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Sessions")
@SecurityRequirement(name = "key")
@SecurityRequirement(name = "token")
@APIResponse(
        responseCode = "400",
        description = "The request is malformed",
        content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "Problem")))
@APIResponse(
        responseCode = "401",
        description = "A valid credential is required",
        content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "Problem")))
@APIResponse(
        responseCode = "403",
        description = "The key may not do this",
        content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "Problem")))
@APIResponse(
        responseCode = "404",
        description = "There is no such resource",
        content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "Problem")))
@APIResponse(
        responseCode = "422",
        description = "A field breaks its rule",
        content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "Problem")))
@APIResponse(responseCode = "429", ref = "RateLimited")
@APIResponse(
        responseCode = "500",
        description = "Unexpected: logged under the trace id",
        content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "Problem")))
@APIResponse(
        responseCode = "503",
        description = "Postgres does not answer; Retry-After says when to come back",
        content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "Problem")))
@RunOnVirtualThread
public class PriceResource {
    private final Gate gate;
    private final PriceReader reader;

    PriceResource(Gate gate, PriceReader reader) {
        this.gate = gate;
        this.reader = reader;
    }

    /** The answer; a type of its own, so that a native image knows what it is made of. */
    public record Explained(Explanation explanation) {}

    @GET
    @Path("/prices/explain")
    @Operation(summary = "How a turn's cost came about: what was counted, at which rates of which price list")
    @APIResponse(
            responseCode = "200",
            description = "The arithmetic",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "Explanation")))
    public Explained explain(@QueryParam("turn_id") @Nullable String turn) {
        var scope = gate.sessions(Route.EXPLAIN_PRICE).scope();
        if (turn == null) {
            throw new Invalid(Problem.MALFORMED, "turn_id", "turn_id: is required");
        }
        return new Explained(reader.explain(scope, TurnId.parse(turn)));
    }

    @GET
    @Path("/sessions/{session}/threads")
    @Operation(summary = "The sub-agents of a session, with their totals; the oldest 1,000")
    @APIResponse(
            responseCode = "200",
            description = "The threads",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "ThreadList")))
    public Map<String, Object> threads(@PathParam("session") String session) {
        Granted granted = gate.session(Route.THREADS, SessionRef.id(session));
        return Map.of("items", reader.threads(granted.scope(), granted.id()));
    }
}
