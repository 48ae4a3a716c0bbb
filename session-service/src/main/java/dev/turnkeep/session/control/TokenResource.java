package dev.turnkeep.session.control;

import dev.turnkeep.session.access.Caller;
import dev.turnkeep.session.access.Gate;
import dev.turnkeep.session.access.Route;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** For those who make public tokens of their key. */
@Path("/api/v1/auth")
@Consumes(MediaType.WILDCARD)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Session API")
@SecurityRequirement(name = "key")
@APIResponse(
        responseCode = "401",
        description = "A valid key is required",
        content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiError")))
@APIResponse(
        responseCode = "403",
        description = "A public token is not enough",
        content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiError")))
@APIResponse(
        responseCode = "429",
        description = "The key's rate limit is exceeded",
        content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "ApiError")))
@APIResponse(
        responseCode = "500",
        description = "Unexpected: logged under the trace id",
        content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiError")))
@APIResponse(
        responseCode = "503",
        description = "Postgres does not answer; Retry-After says when to come back",
        content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiError")))
@RunOnVirtualThread
public class TokenResource {
    private final Gate gate;
    private final SessionTokens tokens;

    TokenResource(Gate gate, SessionTokens tokens) {
        this.gate = gate;
        this.tokens = tokens;
    }

    @POST
    @Path("/jwt/claims")
    @Operation(summary = "The claims of a public token that the holder of the key signs itself")
    @APIResponse(
            responseCode = "200",
            description = "The claims to begin with",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiTokenClaims")))
    public Map<String, Object> claims() {
        Caller caller = gate.keyHolder(Route.TOKEN_CLAIMS);
        return Map.of("sub", tokens.subject(caller), "pub", true);
    }
}
