package dev.turnkeep.ingest.batch;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.ingest.body.BodyFormat;
import dev.turnkeep.ingest.body.BodyReader;
import dev.turnkeep.ingest.body.ByteBudget;
import dev.turnkeep.ingest.body.ByteBudget.Reservation;
import dev.turnkeep.ingest.caller.Callers;
import dev.turnkeep.ingest.caller.RateLimit;
import dev.turnkeep.ingest.turn.Intake;
import dev.turnkeep.ingest.turn.Judgement;
import dev.turnkeep.ingest.turn.SessionHeaders;
import dev.turnkeep.ingest.turn.TurnJudge;
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
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** Many turns at once, each judged alone: one that is refused never stops its neighbours. */
@Path("/v1/ingest/batch")
@Produces(MediaType.APPLICATION_JSON)
public class BatchResource {
    private final Callers callers;
    private final RateLimit limit;
    private final ByteBudget budget;
    private final BodyReader bodies;
    private final BatchConfig config;
    private final Intake intake;

    BatchResource(
            Callers callers, RateLimit limit, ByteBudget budget, BodyReader bodies, BatchConfig config, Intake intake) {
        this.callers = callers;
        this.limit = limit;
        this.budget = budget;
        this.bodies = bodies;
        this.config = config;
        this.intake = intake;
    }

    @POST
    @RunOnVirtualThread
    @Operation(
            operationId = "ingestBatch",
            summary = "Posts many turns; when the brokers confirm only a part of them, the answer is 503 for all")
    @RequestBody(
            required = true,
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(ref = "TurnBatch")),
                @Content(
                        mediaType = "application/x-ndjson",
                        schema = @Schema(type = SchemaType.STRING, description = "A turn envelope per line"))
            })
    @APIResponse(
            responseCode = "202",
            description = "The brokers have the accepted turns; each of the others says why not",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = BatchAnswer.class)))
    public Response ingest(InputStream in, @Context HttpServerRequest request) throws IOException {
        Scope scope = callers.scope(request);
        BodyFormat format = BodyFormat.of(request.getHeader("Content-Type"));
        limit.admit(scope.org());
        try (Reservation reservation = budget.open()) {
            RawJson body = bodies.read(in, request, reservation);
            List<RawJson> turns = BatchBody.turns(body, format, config.turns());
            return limit.paid(scope.org(), turns.size(), () -> {
                String traceparent = Tracing.handedOn(request.getHeader("traceparent"));
                SessionHeaders headers = SessionHeaders.of(request::getHeader);
                List<Judgement> judgements = turns.stream()
                        .map(turn -> headers.applied(turn, reservation))
                        .map(turn -> TurnJudge.judge(turn, scope, traceparent))
                        .toList();
                intake.keep(judgements, scope, reservation);
                return Response.accepted(BatchAnswer.of(judgements)).build();
            });
        }
    }
}
