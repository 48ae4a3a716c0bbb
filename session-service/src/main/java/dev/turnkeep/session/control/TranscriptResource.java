package dev.turnkeep.session.control;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The conversation of an agent's session, from its snapshot. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Session API")
@SecurityRequirement(name = "key")
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
public class TranscriptResource {
    private static final Pattern LIMIT = Pattern.compile("[0-9]{1,6}");

    private final Gate gate;
    private final Control control;
    private final Snapshots snapshots;

    TranscriptResource(Gate gate, Control control, Snapshots snapshots) {
        this.gate = gate;
        this.control = control;
        this.snapshots = snapshots;
    }

    @GET
    @Path("/sessions/{session}/transcript")
    @Operation(
            summary = "The messages that an agent has kept of a session, the newest ones with a limit",
            description = "None while the agent has kept no snapshot. 501 where no store for snapshots is configured.")
    @APIResponse(
            responseCode = "200",
            description = "Messages, the oldest first",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiTranscript")))
    public Map<String, Object> transcript(
            @PathParam("session") String session,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("before") @Nullable String before) {
        Granted granted = gate.session(Route.TRANSCRIPT, SessionRef.api(session));
        SessionId id = new SessionId(control.retrieve(granted, "Not found").getUUID("id"));
        if (limit != null && !LIMIT.matcher(limit).matches()) {
            throw Invalid.field("limit", "a whole number");
        }
        Transcript transcript = snapshots
                .read(granted.scope(), id)
                .flatMap(Transcript::parse)
                .orElse(new Transcript(List.of(), null, null));
        // 0 is no limit, as clients have it.
        Integer most = limit == null || Integer.parseInt(limit) == 0 ? null : Integer.valueOf(limit);
        Transcript.Part part = transcript.page(most, before);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("messages", part.messages());
        Map<String, Object> cursors = new LinkedHashMap<>();
        putIf(cursors, "lastOutEventId", transcript.lastOut());
        putIf(cursors, "lastInEventId", transcript.lastIn());
        if (!cursors.isEmpty()) {
            answer.put("cursors", cursors);
        }
        putIf(answer, "nextCursor", part.earlier());
        return answer;
    }

    /** Absent rather than null: clients refuse null. */
    private static void putIf(Map<String, Object> members, String name, @Nullable String value) {
        if (value != null) {
            members.put(name, value);
        }
    }
}
