package dev.turnkeep.session.read;

import dev.turnkeep.contracts.id.ActorId;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.session.access.Caller;
import dev.turnkeep.session.access.Gate;
import dev.turnkeep.session.access.Granted;
import dev.turnkeep.session.access.Route;
import dev.turnkeep.session.access.SessionRef;
import dev.turnkeep.session.page.Page;
import dev.turnkeep.session.request.Given;
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

/** The read API over sessions and turns. Another organisation's session is not there: 404. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Sessions")
@SecurityRequirement(name = "key")
@SecurityRequirement(name = "token")
@APIResponse(responseCode = "400", ref = "Malformed")
@APIResponse(responseCode = "401", ref = "Unauthenticated")
@APIResponse(responseCode = "403", ref = "Forbidden")
@APIResponse(responseCode = "404", ref = "NotFound")
@APIResponse(responseCode = "422", ref = "InvalidField")
@APIResponse(responseCode = "429", ref = "RateLimited")
@APIResponse(responseCode = "500", ref = "Internal")
@APIResponse(responseCode = "503", ref = "Unavailable")
@RunOnVirtualThread
public class SessionResource {
    private static final int THREAD_CAP = 256;

    private final Gate gate;
    private final SessionReader reader;

    SessionResource(Gate gate, SessionReader reader) {
        this.gate = gate;
        this.reader = reader;
    }

    @GET
    @Path("/sessions/{session}")
    @Operation(summary = "A session with its totals and its place in the fork tree, by id or friendly id")
    @APIResponse(
            responseCode = "200",
            description = "The session",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "SessionAnswer")))
    public Map<String, Object> session(@PathParam("session") String session) {
        Granted granted = gate.session(Route.SESSION, SessionRef.id(session));
        return Map.of("session", reader.session(granted));
    }

    @GET
    @Path("/sessions/{session}/turns")
    @Operation(summary = "A session's turns in the order of their arrival")
    @APIResponse(
            responseCode = "200",
            description = "A page",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "TurnPage")))
    public Page turns(
            @PathParam("session") String session,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @Nullable String limit) {
        Granted granted = gate.session(Route.TURNS, SessionRef.id(session));
        return reader.turns(granted.scope(), granted.id(), cursor, Given.limit("limit", limit));
    }

    @GET
    @Path("/sessions/{session}/messages")
    @Operation(summary = "The conversation from its newest message upwards, as this session sent it")
    @APIResponse(
            responseCode = "200",
            description = "A page",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "MessagePage")))
    public Page messages(
            @PathParam("session") String session,
            @QueryParam("turn") @Nullable String turn,
            @QueryParam("thread") @Nullable String thread,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @Nullable String limit) {
        Granted granted = gate.session(Route.MESSAGES, SessionRef.id(session));
        TurnId turnId = turn == null ? null : TurnId.parse(turn);
        if (thread != null && (thread.length() > THREAD_CAP || !Given.storable(thread))) {
            throw Invalid.field("thread", "at most " + THREAD_CAP + " characters, no NUL and no lone surrogate");
        }
        return reader.messages(granted.scope(), granted.id(), turnId, thread, cursor, Given.limit("limit", limit));
    }

    @GET
    @Path("/sessions/{session}/events")
    @Operation(summary = "What happened to a session, oldest first")
    @APIResponse(
            responseCode = "200",
            description = "A page",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "EventPage")))
    public Page events(
            @PathParam("session") String session,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @Nullable String limit) {
        Granted granted = gate.session(Route.EVENTS, SessionRef.id(session));
        return reader.events(granted.caller(), granted.id(), cursor, Given.limit("limit", limit));
    }

    @GET
    @Path("/turns/{turn}")
    @Operation(summary = "A turn by its id")
    @APIResponse(
            responseCode = "200",
            description = "The turn",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "TurnAnswer")))
    public Map<String, Object> turn(@PathParam("turn") String turn) {
        Scope scope = gate.sessions(Route.TURN).scope();
        return Map.of("turn", reader.turn(scope, TurnId.parse(turn)));
    }

    @GET
    @Path("/actors/{harness}/{actor}/session")
    @Operation(summary = "The live implicit session of a person or device")
    @APIResponse(
            responseCode = "200",
            description = "The session",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "SessionAnswer")))
    public Map<String, Object> actor(@PathParam("harness") String harness, @PathParam("actor") String actor) {
        Caller caller = gate.sessions(Route.ACTOR);
        return Map.of("session", reader.liveOf(caller, new HarnessId(harness), new ActorId(actor)));
    }
}
