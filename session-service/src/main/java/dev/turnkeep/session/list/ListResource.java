package dev.turnkeep.session.list;

import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.session.access.Caller;
import dev.turnkeep.session.access.Gate;
import dev.turnkeep.session.access.Route;
import dev.turnkeep.session.page.Page;
import dev.turnkeep.session.read.SessionColumns;
import dev.turnkeep.session.read.SessionMembers;
import dev.turnkeep.session.read.SessionReader;
import dev.turnkeep.session.store.ApiConfig;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Lists of sessions. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Lists")
@SecurityRequirement(name = "key")
@SecurityRequirement(name = "token")
@APIResponse(responseCode = "400", ref = "Malformed")
@APIResponse(responseCode = "401", ref = "Unauthenticated")
@APIResponse(responseCode = "403", ref = "Forbidden")
@APIResponse(responseCode = "422", ref = "InvalidField")
@APIResponse(responseCode = "429", ref = "RateLimited")
@APIResponse(responseCode = "500", ref = "Internal")
@APIResponse(responseCode = "503", ref = "Unavailable")
@RunOnVirtualThread
public class ListResource {
    private final Gate gate;
    private final SessionLists lists;
    private final SessionReader reader;
    private final ApiConfig config;

    ListResource(Gate gate, SessionLists lists, SessionReader reader, ApiConfig config) {
        this.gate = gate;
        this.lists = lists;
        this.reader = reader;
        this.config = config;
    }

    @GET
    @Path("/sessions")
    @Operation(
            summary = "Sessions, newest first; or the session of a harness's own session id",
            description = "In the order of `created_at` no session is skipped or repeated, whatever happens between two"
                    + " pages; in the other orders sessions move under the reader. Filters may be given again and again:"
                    + " one of their values must be met.")
    @Parameter(ref = "Limit")
    @Parameter(ref = "Cursor")
    @Parameter(ref = "Sort")
    @Parameter(ref = "Direction")
    @Parameter(ref = "HarnessId")
    @Parameter(ref = "HarnessSessionId")
    @Parameter(ref = "Status")
    @Parameter(ref = "State")
    @Parameter(ref = "Model")
    @Parameter(ref = "Harness")
    @Parameter(ref = "TagFilter")
    @Parameter(ref = "Type")
    @Parameter(ref = "TaskIdentifier")
    @Parameter(ref = "ExternalId")
    @Parameter(ref = "AuthSubject")
    @Parameter(ref = "Text")
    @Parameter(ref = "Since")
    @Parameter(ref = "Until")
    @Parameter(ref = "CreatedSince")
    @Parameter(ref = "CreatedUntil")
    @Parameter(ref = "Include")
    @APIResponse(
            responseCode = "200",
            description = "A page",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "SessionPage")))
    public Page sessions(@Context UriInfo uri) {
        Caller caller = gate.sessions(Route.SESSION_LIST);
        ListQuery query = new ListQuery(new Parameters(uri.getQueryParameters()));
        return query.byKey()
                .map(key -> reader.byKey(
                        caller, new HarnessId(key.harness()), new HarnessSessionId(key.session()), query.retired()))
                .orElseGet(() -> page(caller, query));
    }

    private Page page(Caller caller, ListQuery query) {
        Filter filter = query.filter();
        SessionLists.Listed page = lists.page(new SessionLists.Wanted(
                caller.scope(),
                filter,
                "sessions " + filter.createdFrom() + " " + filter.createdTo(),
                query.sort(),
                query.descending(),
                query.parameters().raw("cursor").orElse(null),
                "cursor",
                null,
                "",
                query.limit(config.pageDefault(), config.pageMax()),
                false,
                new SessionLists.Shape(SessionColumns.ALL, new SessionMembers(caller)::of)));
        return new Page(page.items().stream().map(Entry::members).toList(), page.next());
    }
}
