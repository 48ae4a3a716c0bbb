package dev.turnkeep.ingest.turn;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.ingest.body.BodyFormat;
import dev.turnkeep.ingest.body.BodyReader;
import dev.turnkeep.ingest.body.ByteBudget;
import dev.turnkeep.ingest.body.ByteBudget.Reservation;
import dev.turnkeep.ingest.caller.Callers;
import dev.turnkeep.ingest.caller.RateLimit;
import dev.turnkeep.ingest.turn.Judgement.Accepted;
import dev.turnkeep.ingest.turn.Judgement.Refused;
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
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** One turn. */
@Path("/v1/ingest")
@Produces(MediaType.APPLICATION_JSON)
public class TurnResource {
    private final Callers callers;
    private final RateLimit limit;
    private final ByteBudget budget;
    private final BodyReader bodies;
    private final Intake intake;

    TurnResource(Callers callers, RateLimit limit, ByteBudget budget, BodyReader bodies, Intake intake) {
        this.callers = callers;
        this.limit = limit;
        this.budget = budget;
        this.bodies = bodies;
        this.intake = intake;
    }

    @POST
    @RunOnVirtualThread
    @Operation(operationId = "ingestTurn", summary = "Posts one turn")
    @RequestBody(
            required = true,
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(ref = "TurnEnvelope")))
    @APIResponse(
            responseCode = "202",
            description = "The brokers have the turn",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = IngestAnswer.class)))
    public Response ingest(InputStream in, @Context HttpServerRequest request) throws IOException {
        Scope scope = callers.scope(request);
        BodyFormat.of(request.getHeader("Content-Type")).requiring(BodyFormat.JSON);
        return limit.paid(scope.org(), 1, () -> kept(in, request, scope));
    }

    private Response kept(InputStream in, HttpServerRequest request, Scope scope) throws IOException {
        try (Reservation reservation = budget.open()) {
            RawJson body =
                    SessionHeaders.of(request::getHeader).applied(bodies.read(in, request, reservation), reservation);
            String traceparent = Tracing.handedOn(request.getHeader("traceparent"));
            Judgement judgement = TurnJudge.judge(body, scope, traceparent);
            intake.keep(List.of(judgement), scope, reservation);
            return switch (judgement) {
                case Accepted accepted ->
                    Response.accepted(IngestAnswer.accepted(accepted.turn())).build();
                case Refused refused -> throw refused.why();
            };
        }
    }
}
