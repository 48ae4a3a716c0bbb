package dev.turnkeep.ingest.ping;

import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** Says that the process runs, and nothing about what it depends on. */
@Path("/ping")
public class PingResource {
    private static final String OK = "{\"status\":\"ok\"}";

    @GET
    @NonBlocking
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "ping", summary = "Whether the process runs")
    @APIResponse(responseCode = "200", description = "It does")
    public String ping() {
        return OK;
    }
}
