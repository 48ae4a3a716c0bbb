package dev.turnkeep.session.control;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.access.Caller;
import dev.turnkeep.session.access.Gate;
import dev.turnkeep.session.access.Granted;
import dev.turnkeep.session.access.Route;
import dev.turnkeep.session.access.SessionRef;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.sqlclient.Row;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The session API's control plane. Bodies are read by hand: their refusals have words of their own. */
@Path("/api/v1")
@Consumes(MediaType.WILDCARD)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Session API")
@SecurityRequirement(name = "key")
@SecurityRequirement(name = "token")
@APIResponse(responseCode = "400", ref = "ApiMalformed")
@APIResponse(responseCode = "401", ref = "ApiUnauthenticated")
@APIResponse(responseCode = "403", ref = "ApiForbidden")
@APIResponse(responseCode = "404", ref = "ApiNotFound")
@APIResponse(responseCode = "413", ref = "ApiTooLarge")
@APIResponse(responseCode = "429", ref = "ApiRateLimited")
@APIResponse(responseCode = "500", ref = "ApiInternal")
@APIResponse(responseCode = "503", ref = "ApiUnavailable")
@RunOnVirtualThread
public class ControlResource {
    private static final int BODY_CAP = 32 * 1024;
    private static final int SMALL_CAP = 1024;
    private static final int REASON_CAP = 256;
    private static final int RUN_CAP = 256;

    private final Gate gate;
    private final Body body;
    private final Creation creation;
    private final Control control;
    private final SessionTokens tokens;
    private final Clock clock;

    ControlResource(Gate gate, Body body, Creation creation, Control control, SessionTokens tokens, Clock clock) {
        this.gate = gate;
        this.body = body;
        this.creation = creation;
        this.control = control;
        this.tokens = tokens;
        this.clock = clock;
    }

    @POST
    @Path("/sessions")
    @Operation(
            summary = "Creates a session, or finds the one of the same externalId",
            description = "With harnessId and harnessSessionId the session is the one that this harness's turns go to.")
    @RequestBody(content = @Content(mediaType = "application/json", schema = @Schema(ref = "NewApiSession")))
    @APIResponse(
            responseCode = "201",
            description = "Created",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "CreatedApiSession")))
    @APIResponse(
            responseCode = "200",
            description = "It was there already",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "CreatedApiSession")))
    @APIResponse(
            responseCode = "409",
            description = "There is another session under its name, or a closed or expired one",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiError")))
    @APIResponse(
            responseCode = "422",
            description = "It would have expired already",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiError")))
    public Response create(
            byte[] bytes, @HeaderParam("x-trigger-request-idempotency-key") @Nullable String requestKey) {
        Caller caller = gate.identify();
        NewSession wanted = NewSession.of(body.required(bytes, BODY_CAP), clock.instant());
        gate.task(caller, Route.CREATE, wanted.task());
        if (wanted.harness() != null) {
            // The conversations of a harness are of its task, whether they have begun or not.
            gate.task(caller, Route.CREATE, wanted.harness().harness().value());
        }
        Creation.Created created = creation.create(caller.scope(), wanted, RequestKey.of(requestKey));
        Map<String, @Nullable Object> item = Item.whole(created.row(), caller.holdsKey());
        item.put("runId", created.row().getString("current_run_id"));
        item.put("publicAccessToken", tokens.ofSession(caller, created.row().getString("friendly_id")));
        item.put("isCached", created.cached());
        return Response.status(created.cached() ? 200 : 201).entity(item).build();
    }

    @GET
    @Path("/sessions/{session}")
    @Operation(summary = "A session, by its id (session_...) or its externalId")
    @APIResponse(
            responseCode = "200",
            description = "The session; without triggerConfig for a public token",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiSession")))
    public Map<String, @Nullable Object> retrieve(@PathParam("session") String session) {
        Granted granted = gate.session(Route.RETRIEVE, SessionRef.api(session));
        return item(granted, control.retrieve(granted, "Not found"));
    }

    @PATCH
    @Path("/sessions/{session}")
    @Operation(summary = "Replaces tags and metadata; what is absent stays")
    @RequestBody(content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiSessionChanges")))
    @APIResponse(
            responseCode = "200",
            description = "The session as it is now",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiSession")))
    @APIResponse(
            responseCode = "422",
            description = "externalId never changes",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiError")))
    public Map<String, @Nullable Object> update(@PathParam("session") String session, byte[] bytes) {
        Granted granted = gate.session(Route.UPDATE, SessionRef.api(session));
        Changes changes = Changes.of(body.required(bytes, BODY_CAP));
        return item(granted, control.change(granted, changes));
    }

    @POST
    @Path("/sessions/{session}/close")
    @Operation(summary = "Closes a session for good; one that is closed stays as it is. The body may be absent")
    @RequestBody(content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiSessionClose")))
    @APIResponse(
            responseCode = "200",
            description = "The session as it is now",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiSession")))
    @APIResponse(
            responseCode = "409",
            description = "It is retired",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiError")))
    public Map<String, @Nullable Object> close(@PathParam("session") String session, byte[] bytes) {
        Granted granted = gate.session(Route.CLOSE, SessionRef.api(session));
        Fields fields = body.optional(bytes, SMALL_CAP);
        fields.optionalText("callingRunId", 0, RUN_CAP);
        String reason = fields.optionalText("reason", 0, REASON_CAP).orElse(null);
        return item(granted, control.close(granted, reason));
    }

    @POST
    @Path("/sessions/{session}/end-and-continue")
    @Operation(summary = "Lets a new run follow the one that asks, if that is still the current one")
    @RequestBody(content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiHandOver")))
    @APIResponse(
            responseCode = "200",
            description = "The run that goes on",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiContinued")))
    public Map<String, Object> endAndContinue(@PathParam("session") String session, byte[] bytes) {
        Granted granted = gate.session(Route.END_AND_CONTINUE, SessionRef.api(session));
        HandOver wish = HandOver.of(body.required(bytes, SMALL_CAP));
        Control.Continued continued = control.handOver(granted, wish);
        return Map.of("runId", continued.run().value(), "swapped", continued.swapped());
    }

    @POST
    @Path("/runs/{run}/session-streams/wait")
    @Operation(summary = "Waiting inside a run is a run engine's; read the channel instead")
    @SecurityRequirement(name = "key")
    @APIResponse(
            responseCode = "501",
            description = "Turnkeep runs no tasks",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiError")))
    public Response waitInRun(@PathParam("run") String run) {
        gate.keyHolder(Route.RUN_WAIT);
        throw new Invalid(
                Problem.NOT_OFFERED,
                null,
                "Turnkeep runs no tasks, so no run can wait here: read the channel of the session instead");
    }

    private static Map<String, @Nullable Object> item(Granted granted, Row row) {
        return Item.whole(row, granted.caller().holdsKey());
    }
}
