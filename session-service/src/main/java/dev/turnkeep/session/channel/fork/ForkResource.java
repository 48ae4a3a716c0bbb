package dev.turnkeep.session.channel.fork;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.access.Gate;
import dev.turnkeep.session.access.Route;
import dev.turnkeep.session.channel.fork.SessionForks.Forked;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code POST /v1/sessions/{session}/fork}: continue this conversation from message n. */
@Path("/v1/sessions/{session}/fork")
@Consumes(MediaType.WILDCARD)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Channels")
@SecurityRequirement(name = "key")
@SecurityRequirement(name = "token")
@APIResponse(responseCode = "400", ref = "Malformed")
@APIResponse(responseCode = "401", ref = "Unauthenticated")
@APIResponse(responseCode = "403", ref = "Forbidden")
@APIResponse(responseCode = "429", ref = "RateLimited")
@APIResponse(responseCode = "500", ref = "Internal")
@APIResponse(responseCode = "503", ref = "Unavailable")
@RunOnVirtualThread
public class ForkResource {
    private static final int BODY_CAP = 64 * 1024;

    private final Gate gate;
    private final SessionForks forks;
    private final ObjectMapper mapper;

    ForkResource(Gate gate, SessionForks forks, ObjectMapper mapper) {
        this.gate = gate;
        this.forks = forks;
        this.mapper = mapper;
    }

    @POST
    @Operation(
            summary = "A new session that goes on from an earlier place of this one",
            description =
                    "Its channels begin as copies, each up to the place that is named for it, or whole. A request with an"
                            + " external id may be sent again: the same one is answered with the same session.")
    @RequestBody(content = @Content(mediaType = "application/json", schema = @Schema(ref = "SessionFork")))
    @APIResponse(
            responseCode = "201",
            description = "The new session and where its channels end",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "ForkedSession")))
    @APIResponse(
            responseCode = "200",
            description = "The session that the same request has made before",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "ForkedSession")))
    @APIResponse(
            responseCode = "413",
            description = "It would copy more than a fork may, or the body is too large",
            content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "Problem")))
    @APIResponse(
            responseCode = "404",
            description = "There is no such session",
            content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "Problem")))
    @APIResponse(
            responseCode = "409",
            description = "The external id is another session's",
            content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "Problem")))
    @APIResponse(
            responseCode = "422",
            description = "A channel has no such place",
            content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "Problem")))
    public Response fork(@PathParam("session") String session, byte[] body) {
        var caller = gate.sessions(Route.FORK);
        SessionId source = SessionId.parse(session)
                .orElseThrow(() -> new Invalid(Problem.NOT_FOUND, null, Problem.NOT_FOUND.title()));
        if (body.length > BODY_CAP) {
            throw Invalid.tooLarge(
                    "a body of " + body.length + " bytes; the limit is " + BODY_CAP, body.length, BODY_CAP);
        }
        Forked forked = forks.fork(caller.scope(), source, ForkWish.of(body, mapper));
        Map<String, Object> ends = new LinkedHashMap<>();
        forked.channels().forEach((name, end) -> ends.put(name, end.toString()));
        return Response.status(forked.made() ? 201 : 200)
                .entity(Map.of(
                        "session",
                        Map.of(
                                "id", forked.id().toString(),
                                "friendly_id", forked.id().friendly(),
                                "parent_session_id", forked.parent().toString(),
                                "channels", ends)))
                .build();
    }
}
