package dev.turnkeep.session.maintenance;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.access.Gate;
import dev.turnkeep.session.access.Route;
import dev.turnkeep.session.turn.Maintenance;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Explicit jobs. Each request is a step of one; it is over when the answer has no cursor. */
@Path("/v1/admin")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Administration")
@SecurityRequirement(name = "operator")
@APIResponse(
        responseCode = "200",
        description = "What the step did, and where the next one begins",
        content = @Content(mediaType = "application/json", schema = @Schema(ref = "MaintenanceStep")))
@APIResponse(
        responseCode = "400",
        description = "The request is malformed",
        content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "Problem")))
@APIResponse(
        responseCode = "401",
        description = "The operator's credential is required",
        content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "Problem")))
@APIResponse(
        responseCode = "415",
        description = "The body is not JSON",
        content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "Problem")))
@APIResponse(
        responseCode = "422",
        description = "A field breaks its rule",
        content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "Problem")))
@APIResponse(
        responseCode = "500",
        description = "Unexpected: logged under the trace id",
        content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "Problem")))
@APIResponse(
        responseCode = "503",
        description = "A store does not answer; the same step may be asked for again",
        content = @Content(mediaType = "application/problem+json", schema = @Schema(ref = "Problem")))
@RunOnVirtualThread
public class MaintenanceResource {
    private static final String UNTOLD = "untold";

    private final Gate gate;
    private final Maintenance maintenance;

    MaintenanceResource(Gate gate, Maintenance maintenance) {
        this.gate = gate;
        this.maintenance = maintenance;
    }

    /**
     * From when until when: dates or times; {@code until} is not included.
     *
     * @param only {@code untold}: turns that were priced although their usage was not told, or not in full. Null: all
     */
    public record Repricing(
            @Nullable String from,
            @Nullable String until,
            @JsonProperty("org_id") @Nullable String orgId,
            @Nullable String only,
            @Nullable String cursor) {}

    /** Nothing is required. */
    public record Rederiving(
            @JsonProperty("org_id") @Nullable String orgId,
            @Nullable String cursor) {}

    /** {@code cursor} is absent when all is done. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Answer(boolean done, @Nullable String cursor, Map<String, Integer> counts) {
        static Answer of(Maintenance.Step step) {
            return new Answer(step.cursor() == null, step.cursor(), step.counts());
        }
    }

    @POST
    @Path("/reprice")
    @Operation(summary = "Prices turns of a range of time once more, by the prices of now; reported costs stay")
    public Answer reprice(@Nullable Repricing request) {
        gate.operator(Route.REPRICE);
        Repricing wanted = request == null ? new Repricing(null, null, null, null, null) : request;
        Instant from = time("from", wanted.from());
        Instant until = time("until", wanted.until());
        if (!from.isBefore(until)) {
            throw Invalid.field("until", "later than from");
        }
        if (wanted.only() != null && !wanted.only().equals(UNTOLD)) {
            throw Invalid.field("only", "must be " + UNTOLD + ", or left out");
        }
        return Answer.of(maintenance.reprice(from, until, org(wanted.orgId()), wanted.only() != null, wanted.cursor()));
    }

    @POST
    @Path("/rederive")
    @Operation(
            summary =
                    "Stores what the turns topic has and Postgres lacks, then what all turns say about their sessions")
    public Answer rederive(@Nullable Rederiving request) {
        gate.operator(Route.REDERIVE);
        Rederiving wanted = request == null ? new Rederiving(null, null) : request;
        return Answer.of(maintenance.rederive(org(wanted.orgId()), wanted.cursor()));
    }

    private static @Nullable OrgId org(@Nullable String text) {
        return text == null ? null : OrgId.parse(text);
    }

    private static Instant time(String field, @Nullable String text) {
        try {
            if (text != null) {
                return text.contains("T")
                        ? Instant.parse(text)
                        : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
            }
        } catch (DateTimeException e) {
            // Told below, without the value.
        }
        throw new Invalid(
                Problem.INVALID_FIELD,
                field,
                field + ": a date such as 2026-01-31, or a time such as 2026-01-31T12:00:00Z");
    }
}
