package dev.turnkeep.session.erase;

import dev.turnkeep.session.access.Gate;
import dev.turnkeep.session.access.Granted;
import dev.turnkeep.session.access.Route;
import dev.turnkeep.session.access.SessionRef;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Erasure by the API. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Sessions")
@SecurityRequirement(name = "key")
@SecurityRequirement(name = "token")
@APIResponse(responseCode = "401", ref = "Unauthenticated")
@APIResponse(responseCode = "403", ref = "Forbidden")
@APIResponse(responseCode = "404", ref = "NotFound")
@APIResponse(responseCode = "429", ref = "RateLimited")
@APIResponse(responseCode = "500", ref = "Internal")
@APIResponse(responseCode = "503", ref = "Unavailable")
@RunOnVirtualThread
public class ErasureResource {
    private final Gate gate;
    private final Erasure erasure;

    ErasureResource(Gate gate, Erasure erasure) {
        this.gate = gate;
        this.erasure = erasure;
    }

    @DELETE
    @Path("/sessions/{session}")
    @Operation(
            summary = "Erases a session with all that is only its own; turns of it stay out from now on",
            description = "Conversations that go on in other sessions keep what they share. The deletion reaches"
                    + " ClickHouse and the session events, where only the event of the deletion stays.")
    @APIResponse(responseCode = "204", description = "Erased")
    public Response erase(@PathParam("session") String session) {
        Granted granted = gate.session(Route.ERASE, SessionRef.id(session));
        erasure.erase(granted.scope(), granted.id());
        return Response.noContent().build();
    }
}
