package dev.turnkeep.ingest.transcript;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.ingest.body.BodyFormat;
import dev.turnkeep.ingest.body.BodyReader;
import dev.turnkeep.ingest.body.ByteBudget;
import dev.turnkeep.ingest.body.ByteBudget.Reservation;
import dev.turnkeep.ingest.caller.Callers;
import dev.turnkeep.ingest.caller.RateLimit;
import dev.turnkeep.platform.trace.Tracing;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** One transcript. */
@Path("/v1/ingest/transcript")
@Produces(MediaType.APPLICATION_JSON)
public class TranscriptResource {
    private final Callers callers;
    private final RateLimit limit;
    private final ByteBudget budget;
    private final BodyReader bodies;
    private final TranscriptIntake intake;

    TranscriptResource(
            Callers callers, RateLimit limit, ByteBudget budget, BodyReader bodies, TranscriptIntake intake) {
        this.callers = callers;
        this.limit = limit;
        this.budget = budget;
        this.bodies = bodies;
        this.intake = intake;
    }

    @POST
    @RunOnVirtualThread
    @Operation(operationId = "ingestTranscript", summary = "Posts one transcript of a harness")
    @RequestBody(
            required = true,
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(ref = "Transcript")))
    @APIResponse(
            responseCode = "202",
            description = "The brokers have the transcript",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = TranscriptAnswer.class)))
    public Response ingest(InputStream in, @Context HttpServerRequest request) throws IOException {
        Scope scope = callers.scope(request);
        BodyFormat.of(request.getHeader("Content-Type")).requiring(BodyFormat.JSON);
        return limit.paid(scope.org(), 1, () -> kept(in, request, scope));
    }

    private Response kept(InputStream in, HttpServerRequest request, Scope scope) throws IOException {
        try (Reservation reservation = budget.open()) {
            RawJson body = TranscriptJudge.withSubject(
                    bodies.read(in, request, reservation), request.getHeader("x-paper-auth-subject"));
            String traceparent = Tracing.handedOn(request.getHeader("traceparent"));
            return Response.accepted(TranscriptAnswer.accepted(intake.keep(body, scope, traceparent, reservation)))
                    .build();
        }
    }
}
