package dev.turnkeep.session.list;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.session.access.Gate;
import dev.turnkeep.session.access.Route;
import dev.turnkeep.session.control.Item;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The list of the session API's clients. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Session API")
@SecurityRequirement(name = "key")
@SecurityRequirement(name = "token")
@APIResponse(responseCode = "400", ref = "ApiMalformed")
@APIResponse(responseCode = "401", ref = "ApiUnauthenticated")
@APIResponse(responseCode = "403", ref = "ApiForbidden")
@APIResponse(responseCode = "429", ref = "ApiRateLimited")
@APIResponse(responseCode = "500", ref = "ApiInternal")
@APIResponse(responseCode = "503", ref = "ApiUnavailable")
@RunOnVirtualThread
public class ApiListResource {
    private static final SessionLists.Shape SHAPE = new SessionLists.Shape(Item.COLUMNS, Item::listed);

    private final Gate gate;
    private final SessionLists lists;
    private final Clock clock;

    ApiListResource(Gate gate, SessionLists lists, Clock clock) {
        this.gate = gate;
        this.lists = lists;
        this.clock = clock;
    }

    /** A page; what is not there is absent, never null. */
    public record ApiPage(List<Map<String, @Nullable Object>> data, Neighbours pagination) {}

    /** The cursors of the pages beside this one. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Neighbours(
            @Nullable String next, @Nullable String previous) {}

    @GET
    @Path("/sessions")
    @Operation(
            summary = "Sessions, newest first, page by page in both directions",
            description = "A filter's values are parted by commas or given again and again: one of them must be met.")
    @Parameter(ref = "PageSize")
    @Parameter(ref = "PageAfter")
    @Parameter(ref = "PageBefore")
    @Parameter(ref = "FilterType")
    @Parameter(ref = "FilterTags")
    @Parameter(ref = "FilterTaskIdentifier")
    @Parameter(ref = "FilterExternalId")
    @Parameter(ref = "FilterStatus")
    @Parameter(ref = "FilterPeriod")
    @Parameter(ref = "FilterFrom")
    @Parameter(ref = "FilterTo")
    @APIResponse(
            responseCode = "200",
            description = "A page",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "ApiSessionPage")))
    public ApiPage sessions(@Context UriInfo uri) {
        ApiListQuery query = new ApiListQuery(new Parameters(uri.getQueryParameters()));
        Scope scope = gate.tasks(Route.LIST, query.tasks()).scope();
        SessionLists.Listed page = lists.page(new SessionLists.Wanted(
                scope,
                query.filter(clock.instant()),
                query.name(),
                Sort.CREATED_AT,
                true,
                query.after(),
                ApiListQuery.AFTER,
                query.before(),
                ApiListQuery.BEFORE,
                query.size(),
                true,
                SHAPE));
        return new ApiPage(
                page.items().stream().map(Entry::members).toList(), new Neighbours(page.next(), page.previous()));
    }
}
