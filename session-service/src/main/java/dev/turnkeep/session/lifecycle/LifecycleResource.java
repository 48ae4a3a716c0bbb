package dev.turnkeep.session.lifecycle;

import dev.turnkeep.contracts.id.LeaseHolder;
import dev.turnkeep.contracts.lifecycle.Command;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.access.Gate;
import dev.turnkeep.session.access.Granted;
import dev.turnkeep.session.access.Route;
import dev.turnkeep.session.access.SessionRef;
import dev.turnkeep.session.read.SessionReader;
import dev.turnkeep.session.request.Given;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Commands on a session, and its leases. What they need of the caller is in {@link Route}. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Lifecycle")
@SecurityRequirement(name = "key")
@SecurityRequirement(name = "token")
@APIResponse(responseCode = "400", ref = "Malformed")
@APIResponse(responseCode = "401", ref = "Unauthenticated")
@APIResponse(responseCode = "403", ref = "Forbidden")
@APIResponse(responseCode = "404", ref = "NotFound")
@APIResponse(responseCode = "409", ref = "Conflict")
@APIResponse(responseCode = "422", ref = "InvalidField")
@APIResponse(responseCode = "429", ref = "RateLimited")
@APIResponse(responseCode = "500", ref = "Internal")
@APIResponse(responseCode = "503", ref = "Unavailable")
@RunOnVirtualThread
public class LifecycleResource {
    private static final int REASON_CAP = 256;

    private final Gate gate;
    private final Lifecycle lifecycle;
    private final SessionReader reader;
    private final LeasesConfig leases;

    LifecycleResource(Gate gate, Lifecycle lifecycle, SessionReader reader, LeasesConfig leases) {
        this.gate = gate;
        this.lifecycle = lifecycle;
        this.reader = reader;
        this.leases = leases;
    }

    /** Why a session is closed, in the caller's words. */
    public record Closing(@Nullable String reason) {}

    /** For how long a lease is wanted: an ISO 8601 duration, such as {@code PT2M}. */
    public record Heartbeat(@Nullable String ttl) {}

    @POST
    @Path("/sessions/{session}/suspend")
    @Operation(summary = "Parks an open session: it is neither ended for idleness nor retired until a turn or a resume")
    @APIResponse(
            responseCode = "200",
            description = "The session as it is now",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "SessionAnswer")))
    public Map<String, Object> suspend(@PathParam("session") String session) {
        return command(gate.session(Route.SUSPEND, SessionRef.id(session)), Command.SUSPEND, null);
    }

    @POST
    @Path("/sessions/{session}/resume")
    @Operation(summary = "Opens a suspended session in the same epoch; it has a whole idle timeout again")
    @APIResponse(
            responseCode = "200",
            description = "The session as it is now",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "SessionAnswer")))
    public Map<String, Object> resume(@PathParam("session") String session) {
        return command(gate.session(Route.RESUME, SessionRef.id(session)), Command.RESUME, null);
    }

    @POST
    @Path("/sessions/{session}/end")
    @Operation(summary = "Ends the open epoch; a later turn reopens an explicit session")
    @APIResponse(
            responseCode = "200",
            description = "The session as it is now",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "SessionAnswer")))
    public Map<String, Object> end(@PathParam("session") String session) {
        return command(gate.session(Route.END, SessionRef.id(session)), Command.END, null);
    }

    @POST
    @Path("/sessions/{session}/close")
    @Consumes({MediaType.APPLICATION_JSON, MediaType.WILDCARD})
    @Operation(summary = "Closes the session for good; an open epoch ends with it")
    @APIResponse(
            responseCode = "200",
            description = "The session as it is now",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "SessionAnswer")))
    public Map<String, Object> close(@PathParam("session") String session, @Nullable Closing closing) {
        Granted granted = gate.session(Route.CLOSE_SESSION, SessionRef.id(session));
        String reason = closing == null ? null : closing.reason();
        if (reason != null && (reason.length() > REASON_CAP || !Given.storable(reason))) {
            throw Invalid.field("reason", "at most " + REASON_CAP + " characters, no NUL and no lone surrogate");
        }
        return command(granted, Command.CLOSE, reason);
    }

    @PUT
    @Path("/sessions/{session}/leases/{holder}")
    @Consumes({MediaType.APPLICATION_JSON, MediaType.WILDCARD})
    @Operation(summary = "Takes or keeps a lease: while it lives the session is not ended for idleness, nor retired")
    @APIResponse(
            responseCode = "200",
            description = "The lease",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "LeaseAnswer")))
    public Map<String, Object> lease(
            @PathParam("session") String session, @PathParam("holder") String holder, @Nullable Heartbeat heartbeat) {
        Granted granted = gate.session(Route.LEASE, SessionRef.id(session));
        Duration ttl = heartbeat == null || heartbeat.ttl() == null ? leases.ttlDefault() : ttl(heartbeat.ttl());
        return Map.of("lease", lifecycle.lease(granted.scope(), granted.id(), new LeaseHolder(holder), ttl));
    }

    @DELETE
    @Path("/sessions/{session}/leases/{holder}")
    @Operation(summary = "Gives a lease back")
    @APIResponse(responseCode = "204", description = "There is no such lease now")
    public Response release(@PathParam("session") String session, @PathParam("holder") String holder) {
        Granted granted = gate.session(Route.RELEASE, SessionRef.id(session));
        lifecycle.release(granted.scope(), granted.id(), new LeaseHolder(holder));
        return Response.noContent().build();
    }

    private Map<String, Object> command(Granted granted, Command command, @Nullable String reason) {
        lifecycle.command(granted.scope(), granted.id(), command, reason);
        return Map.of("session", reader.session(granted));
    }

    private Duration ttl(String text) {
        try {
            Duration ttl = Duration.parse(text);
            if (ttl.isPositive() && ttl.compareTo(leases.ttlMax()) <= 0) {
                return ttl;
            }
        } catch (DateTimeException e) {
            // Told below, without the value.
        }
        throw new Invalid(Problem.INVALID_FIELD, "ttl", "ttl: an ISO 8601 duration from above 0 to " + leases.ttlMax());
    }
}
