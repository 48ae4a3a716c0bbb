package dev.turnkeep.session.control;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.access.Gate;
import dev.turnkeep.session.access.Granted;
import dev.turnkeep.session.access.Route;
import dev.turnkeep.session.access.SessionRef;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Links to a session's snapshot. */
@Path("/api/v1")
@Consumes(MediaType.WILDCARD)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Session API")
@SecurityRequirement(name = "key")
@SecurityRequirement(name = "token")
@APIResponse(responseCode = "401", ref = "ApiUnauthenticated")
@APIResponse(responseCode = "403", ref = "ApiForbidden")
@APIResponse(responseCode = "404", ref = "ApiNotFound")
@APIResponse(responseCode = "429", ref = "ApiRateLimited")
@APIResponse(responseCode = "500", ref = "ApiInternal")
@APIResponse(
        responseCode = "501",
        description = "No store for snapshots is configured",
        content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiError")))
@APIResponse(responseCode = "503", ref = "ApiUnavailable")
@RunOnVirtualThread
public class SnapshotResource {
    private final Gate gate;
    private final Control control;
    private final Snapshots snapshots;

    SnapshotResource(Gate gate, Control control, Snapshots snapshots) {
        this.gate = gate;
        this.control = control;
        this.snapshots = snapshots;
    }

    @PUT
    @Path("/sessions/{session}/snapshot-url")
    @Operation(summary = "A link under which the session's snapshot is put")
    @APIResponse(
            responseCode = "200",
            description = "The link; it works for some minutes",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiSnapshotUrl")))
    public Map<String, Object> upload(@PathParam("session") String session) {
        Granted granted = gate.session(Route.SNAPSHOT_UPLOAD, SessionRef.api(session));
        return link(snapshots.uploadUrl(granted.scope(), found(granted, "Resource not found")));
    }

    @GET
    @Path("/sessions/{session}/snapshot-url")
    @Operation(summary = "A link under which the session's snapshot is got")
    @APIResponse(
            responseCode = "200",
            description = "The link; it works for some minutes",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiSnapshotUrl")))
    public Map<String, Object> download(@PathParam("session") String session) {
        Granted granted = gate.session(Route.SNAPSHOT_DOWNLOAD, SessionRef.api(session));
        return link(snapshots.downloadUrl(granted.scope(), found(granted, "Not found")));
    }

    private SessionId found(Granted granted, String missing) {
        SessionId id = new SessionId(control.retrieve(granted, missing).getUUID("id"));
        snapshots.require();
        return id;
    }

    private static Map<String, Object> link(String url) {
        return Map.of("presignedUrl", url);
    }
}
