package dev.turnkeep.ingest.otlp;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.ingest.batch.BatchConfig;
import dev.turnkeep.ingest.body.BodyReader;
import dev.turnkeep.ingest.body.ByteBudget;
import dev.turnkeep.ingest.body.ByteBudget.Reservation;
import dev.turnkeep.ingest.caller.Callers;
import dev.turnkeep.ingest.caller.RateLimit;
import dev.turnkeep.ingest.turn.Intake;
import dev.turnkeep.ingest.turn.Judgement;
import dev.turnkeep.ingest.turn.Judgement.Accepted;
import dev.turnkeep.ingest.turn.Judgement.Refused;
import dev.turnkeep.ingest.turn.TurnJudge;
import dev.turnkeep.platform.trace.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
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

/** What an OpenTelemetry exporter posts: the spans that are calls of models become turns. */
@Path("/v1/otlp/v1/traces")
public class OtlpResource {
    private final Callers callers;
    private final RateLimit limit;
    private final ByteBudget budget;
    private final BodyReader bodies;
    private final BatchConfig config;
    private final Intake intake;
    private final MeterRegistry meters;

    OtlpResource(
            Callers callers,
            RateLimit limit,
            ByteBudget budget,
            BodyReader bodies,
            BatchConfig config,
            Intake intake,
            MeterRegistry meters) {
        this.callers = callers;
        this.limit = limit;
        this.budget = budget;
        this.bodies = bodies;
        this.config = config;
        this.intake = intake;
        this.meters = meters;
    }

    @POST
    @RunOnVirtualThread
    @Operation(
            operationId = "exportTraces",
            summary =
                    "Takes spans of calls to models (OTLP/HTTP); what cannot be a turn is told in the partial success")
    @RequestBody(
            required = true,
            content = {
                @Content(
                        mediaType = "application/x-protobuf",
                        schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = "application/json", schema = @Schema(ref = "ExportTraceServiceRequest"))
            })
    @APIResponse(
            responseCode = "200",
            description = "The brokers have the turns; partial_success says how many spans were rejected, and why",
            content = {
                @Content(
                        mediaType = "application/x-protobuf",
                        schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = "application/json", schema = @Schema(ref = "ExportTraceServiceResponse"))
            })
    public Response export(InputStream in, @Context HttpServerRequest request) throws IOException {
        Scope scope = callers.scope(request);
        OtlpFormat format = OtlpFormat.of(request.getHeader("Content-Type"));
        limit.admit(scope.org());
        try (Reservation reservation = budget.open()) {
            RawJson body = bodies.read(in, request, reservation);
            Export export = new Export(reservation, config.turns());
            format.read(body, export::add);
            count("rejected", export.rejections());
            List<RawJson> turns = export.turns();
            count("repeated", export.repeated());
            meters.counter("turnkeep_ingest_spans_unnamed").increment((double) export.unnamed());
            // Exporters come again after a 429, and drop what is answered 413.
            return limit.paidAfterwards(scope.org(), turns.size(), () -> {
                String traceparent = Tracing.handedOn(request.getHeader("traceparent"));
                List<Judgement> judgements = turns.stream()
                        .map(turn -> TurnJudge.judge(turn, scope, traceparent))
                        .toList();
                intake.keep(judgements, scope, reservation);
                judgements.forEach(judgement -> record(judgement, export));
                return Response.ok(export.answer(format), format.mediaType()).build();
            });
        }
    }

    private void record(Judgement judgement, Export export) {
        switch (judgement) {
            case Accepted _ -> {
                export.accepted();
                count("turn", 1);
            }
            case Refused refused -> {
                export.rejected(
                        refused.why().problem().code() + ", " + refused.why().detail());
                count("refused", 1);
            }
        }
    }

    private void count(String outcome, long spans) {
        meters.counter("turnkeep_ingest_spans", "outcome", outcome).increment((double) spans);
    }
}
