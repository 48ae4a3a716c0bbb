package dev.turnkeep.session.list;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.session.access.Gate;
import dev.turnkeep.session.access.Route;
import dev.turnkeep.session.page.Cursors;
import dev.turnkeep.session.page.Page;
import dev.turnkeep.session.request.Given;
import dev.turnkeep.session.store.ApiConfig;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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

/** Counts, tags and totals: answered by ClickHouse, a second behind. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Lists")
@SecurityRequirement(name = "key")
@SecurityRequirement(name = "token")
@APIResponse(responseCode = "400", ref = "Malformed")
@APIResponse(responseCode = "401", ref = "Unauthenticated")
@APIResponse(responseCode = "403", ref = "Forbidden")
@APIResponse(responseCode = "429", ref = "RateLimited")
@APIResponse(responseCode = "500", ref = "Internal")
@APIResponse(responseCode = "503", ref = "Unavailable")
@RunOnVirtualThread
public class InsightsResource {
    private static final Duration WINDOW = Duration.ofDays(30);
    private static final Duration LONGEST = Duration.ofDays(366);
    private static final int BUCKETS = 1000;

    private final Gate gate;
    private final Insights insights;
    private final Cursors cursors;
    private final ApiConfig config;
    private final Clock clock;

    InsightsResource(Gate gate, Insights insights, Cursors cursors, ApiConfig config, Clock clock) {
        this.gate = gate;
        this.insights = insights;
        this.cursors = cursors;
        this.config = config;
        this.clock = clock;
    }

    @GET
    @Path("/sessions/count")
    @Operation(summary = "How many sessions meet the filters of the list")
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
            description = "Their number",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "SessionCount")))
    public Map<String, Object> count(@Context UriInfo uri) {
        Scope scope = gate.sessions(Route.SESSION_COUNT).scope();
        return Map.of("count", insights.count(scope, query(uri).filter()));
    }

    @GET
    @Path("/sessions/tags")
    @Operation(summary = "The tags in use, and how many sessions have each; the filters of the list apply")
    @Parameter(ref = "Limit")
    @Parameter(ref = "Cursor")
    @Parameter(ref = "Containing")
    @Parameter(ref = "Type")
    @Parameter(ref = "TaskIdentifier")
    @Parameter(ref = "Status")
    @Parameter(ref = "State")
    @Parameter(ref = "CreatedSince")
    @Parameter(ref = "CreatedUntil")
    @Parameter(ref = "Include")
    @APIResponse(
            responseCode = "200",
            description = "A page",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "TagPage")))
    public Page tags(@Context UriInfo uri) {
        Scope scope = gate.sessions(Route.SESSION_TAGS).scope();
        ListQuery query = query(uri);
        Filter filter = query.filter();
        String containing = query.parameters().text("containing");
        int limit = query.limit(config.pageDefault(), config.pageMax());
        List<String> list = List.of(
                "tags",
                scope.org().toString(),
                scope.environment().value(),
                String.valueOf(containing),
                filter.canonical());
        String after = query.parameters()
                .raw("cursor")
                .map(cursor -> cursors.open(list, cursor, "cursor"))
                .orElse(null);
        return Page.of(
                insights.tags(scope, filter, containing, after, limit + 1),
                limit,
                last -> cursors.seal(list, String.valueOf(last.get("tag"))));
    }

    @GET
    @Path("/stats")
    @Operation(
            summary = "Totals of the turns of a window: altogether, by model, and over time",
            description =
                    "The window is [`since`, `until`), the last 30 days if not given, at most 366 days and 1000 buckets.")
    @Parameter(ref = "StatsSince")
    @Parameter(ref = "StatsUntil")
    @Parameter(ref = "Bucket")
    @Parameter(ref = "Harness")
    @Parameter(ref = "Model")
    @Parameter(ref = "AuthSubject")
    @APIResponse(
            responseCode = "200",
            description = "The totals",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "Stats")))
    public Map<String, Object> stats(@Context UriInfo uri) {
        Scope scope = gate.sessions(Route.STATS).scope();
        Parameters parameters = new Parameters(uri.getQueryParameters());
        Instant until = or(parameters.time("until"), clock.instant());
        Instant since = or(parameters.time("since"), until.minus(WINDOW));
        if (!since.isBefore(until) || since.plus(LONGEST).isBefore(until)) {
            throw Given.malformed("since", "before until, by at most 366 days");
        }
        Insights.Bucket bucket =
                switch (parameters.one("bucket").orElse("day")) {
                    case "hour" -> Insights.Bucket.HOUR;
                    case "day" -> Insights.Bucket.DAY;
                    default -> throw Given.malformed("bucket", "hour or day");
                };
        if (bucket.count(since, until) > BUCKETS) {
            throw Given.malformed("bucket", "at most " + BUCKETS + " of them in the window");
        }
        return insights.stats(
                scope,
                new Insights.Window(
                        since,
                        until,
                        bucket,
                        parameters.text("harness"),
                        parameters.text("model"),
                        parameters.text("auth_subject")));
    }

    private static Instant or(@Nullable Instant given, Instant usual) {
        return given == null ? usual : given;
    }

    private static ListQuery query(UriInfo uri) {
        return new ListQuery(new Parameters(uri.getQueryParameters()));
    }
}
