package dev.turnkeep.ingest.deadletter;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.ingest.body.BodyFormat;
import dev.turnkeep.ingest.body.BodyReader;
import dev.turnkeep.ingest.body.ByteBudget;
import dev.turnkeep.ingest.body.ByteBudget.Reservation;
import dev.turnkeep.ingest.caller.Operator;
import dev.turnkeep.ingest.deadletter.DeadLetters.Item;
import dev.turnkeep.ingest.deadletter.DeadLetters.One;
import dev.turnkeep.ingest.deadletter.DeadLetters.Requeued;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.SortedSet;
import java.util.function.UnaryOperator;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.jspecify.annotations.Nullable;

/** The operator's view of what was refused for good. */
@Path("/v1/admin/dead-letters")
@Produces(MediaType.APPLICATION_JSON)
@SecurityRequirement(name = "operator")
@RunOnVirtualThread
public class DeadLetterResource {
    private static final int USUAL = 50;
    private static final int MOST = 200;

    private final Operator operator;
    private final DeadLetterLog letters;
    private final Requeue requeue;
    private final ByteBudget budget;
    private final BodyReader bodies;

    DeadLetterResource(
            Operator operator, DeadLetterLog letters, Requeue requeue, ByteBudget budget, BodyReader bodies) {
        this.operator = operator;
        this.letters = letters;
        this.requeue = requeue;
        this.budget = budget;
        this.bodies = bodies;
    }

    @GET
    @Operation(operationId = "listDeadLetters", summary = "Lists dead letters, partition by partition")
    @APIResponse(
            responseCode = "200",
            description = "Some of them, and where to go on",
            content = @Content(schema = @Schema(implementation = DeadLetters.class)))
    public DeadLetters list(
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("code") @Nullable String code,
            @QueryParam("stage") @Nullable String stage,
            @QueryParam("org_id") @Nullable String org,
            @QueryParam("from") @Nullable String since,
            @QueryParam("until") @Nullable String until,
            @Parameter(description = "`false` leaves out letters that were put back before and refused once more")
                    @QueryParam("requeued")
                    @Nullable
                    String requeued,
            @Context HttpServerRequest request) {
        operator.required(request::getHeader);
        LetterId from = cursor == null ? LetterId.FIRST : LetterId.parse("cursor", cursor);
        LetterFilter filter = new LetterFilter(
                code,
                stage,
                org,
                RequeueBody.time("from", since),
                RequeueBody.time("until", until),
                !"false".equals(requeued));
        return DeadLetters.of(letters.list(filter, from, limit(limit)));
    }

    @GET
    @Path("/{id}")
    @Operation(operationId = "showDeadLetter", summary = "Says why a dead letter stands there")
    @APIResponse(
            responseCode = "200",
            description = "All but what was received",
            content = @Content(schema = @Schema(implementation = One.class)))
    @APIResponse(
            responseCode = "404",
            description = "`not_found`: there is none, or none any more",
            content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "Problem")))
    public One show(@PathParam("id") String id, @Context HttpServerRequest request) {
        operator.required(request::getHeader);
        return new One(Item.of(found(id, Letter::withoutValue)));
    }

    @GET
    @Path("/{id}/value")
    @Produces(MediaType.WILDCARD)
    @Operation(operationId = "showDeadLetterValue", summary = "What was received, byte for byte")
    @APIResponse(
            responseCode = "200",
            description = "The bytes",
            content = @Content(mediaType = MediaType.APPLICATION_OCTET_STREAM))
    @APIResponse(
            responseCode = "404",
            description = "`not_found`: there is none, or none any more",
            content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "Problem")))
    public Response value(
            @PathParam("id") String id, @Context HttpServerRequest request, @Context RoutingContext routing) {
        operator.required(request::getHeader);
        Reservation reservation = budget.open();
        // Held until the last byte is on its way, or nobody waits for it any more.
        routing.addEndHandler(_ -> reservation.close());
        if (routing.response().closed()) {
            // Who left before the handler was there ends nothing any more.
            reservation.close();
        }
        Letter letter = found(id, found -> {
            reservation.grow(found.bytes());
            return found;
        });
        // Whatever was asked for: these are the bytes as they came.
        return Response.ok(letter.value().array(), MediaType.APPLICATION_OCTET_STREAM_TYPE)
                .build();
    }

    @POST
    @Path("/requeue")
    @Operation(operationId = "requeueDeadLetters", summary = "Puts dead letters back; doing it twice is harmless")
    @RequestBody(
            required = true,
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(ref = "Requeue")))
    @APIResponse(
            responseCode = "200",
            description = "The brokers have those that were requeued; each of the others says why not. With a filter,"
                    + " `next_cursor` says where to go on",
            content = @Content(schema = @Schema(implementation = Requeued.class)))
    public Requeued requeue(InputStream in, @Context HttpServerRequest request) throws IOException {
        operator.required(request::getHeader);
        BodyFormat.of(request.getHeader("Content-Type")).requiring(BodyFormat.JSON);
        try (Reservation reservation = budget.open()) {
            return switch (RequeueBody.read(bodies.read(in, request, reservation))) {
                case RequeueBody.Named(SortedSet<LetterId> ids) -> requeue.named(ids);
                case RequeueBody.Matching(LetterFilter filter, LetterId from) -> requeue.matching(filter, from);
            };
        }
    }

    private Letter found(String id, UnaryOperator<Letter> use) {
        return letters.find(LetterId.parse("id", id), use)
                .orElseThrow(() -> new Invalid(Problem.NOT_FOUND, null, "there is no such dead letter"));
    }

    private static int limit(@Nullable String text) {
        if (text == null) {
            return USUAL;
        }
        if (!text.matches("[1-9]\\d{0,2}") || Integer.parseInt(text) > MOST) {
            throw Invalid.field("limit", "must be from 1 to " + MOST);
        }
        return Integer.parseInt(text);
    }
}
