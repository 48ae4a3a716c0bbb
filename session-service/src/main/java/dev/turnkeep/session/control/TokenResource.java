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
import java.time.Clock;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** For those who make public tokens of their key. */
@Path("/api/v1/auth")
@Consumes(MediaType.WILDCARD)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Session API")
@SecurityRequirement(name = "key")
@APIResponse(responseCode = "401", ref = "ApiUnauthenticated")
@APIResponse(responseCode = "403", ref = "ApiForbidden")
@APIResponse(responseCode = "429", ref = "ApiRateLimited")
@APIResponse(responseCode = "500", ref = "ApiInternal")
@APIResponse(responseCode = "503", ref = "ApiUnavailable")
@RunOnVirtualThread
public class TokenResource {
    private static final int BODY_CAP = 32 * 1024;

    private final Gate gate;
    private final Body body;
    private final SessionTokens tokens;
    private final Clock clock;

    TokenResource(Gate gate, Body body, SessionTokens tokens, Clock clock) {
        this.gate = gate;
        this.body = body;
        this.tokens = tokens;
        this.clock = clock;
    }

    @POST
    @Path("/public-tokens")
    @Operation(summary = "A public token, for a holder of a key that does not sign its own")
    @RequestBody(content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiTokenWish")))
    @APIResponse(
            responseCode = "200",
            description = "The token: it may do what its scopes and those of the key allow",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiToken")))
    @APIResponse(
            responseCode = "400",
            description = "The request is malformed, or breaks the schema",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiError")))
    public Map<String, Object> token(byte[] bytes) {
        Caller caller = gate.keyHolder(Route.PUBLIC_TOKEN);
        TokenWish wish = TokenWish.of(body.required(bytes, BODY_CAP), clock.instant());
        return Map.of("token", tokens.signed(caller, wish.scopes(), wish.lifetime()));
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
