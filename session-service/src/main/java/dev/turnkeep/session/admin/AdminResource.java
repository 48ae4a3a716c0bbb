package dev.turnkeep.session.admin;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.KeyId;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.session.access.Gate;
import dev.turnkeep.session.access.Route;
import dev.turnkeep.session.event.Times;
import dev.turnkeep.session.page.Cursors;
import dev.turnkeep.session.page.Page;
import dev.turnkeep.session.request.Given;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Administration. The credential is the operator's, not an organisation's. */
@Path("/v1/admin")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Administration")
@SecurityRequirement(name = "operator")
@APIResponse(responseCode = "400", ref = "Malformed")
@APIResponse(responseCode = "401", ref = "Unauthenticated")
@APIResponse(responseCode = "404", ref = "NotFound")
@APIResponse(responseCode = "409", ref = "Conflict")
@APIResponse(responseCode = "415", ref = "UnsupportedMediaType")
@APIResponse(responseCode = "422", ref = "InvalidField")
@APIResponse(responseCode = "500", ref = "Internal")
@APIResponse(responseCode = "503", ref = "Unavailable")
@RunOnVirtualThread
public class AdminResource {
    private static final int NAME_CAP = 256;
    private static final int ORGS = 200;
    private static final Pattern SCOPE = Pattern.compile("[\\x21-\\x7e]{1,256}");

    private final Gate gate;
    private final Administration administration;
    private final Cursors cursors;

    AdminResource(Gate gate, Administration administration, Cursors cursors) {
        this.gate = gate;
        this.administration = administration;
        this.cursors = cursors;
    }

    /** A new organisation. */
    public record NewOrg(@Nullable String name) {}

    /** A new key; without scopes it may do everything in its environment. */
    public record NewKey(
            @JsonProperty("org_id") @Nullable String orgId,
            @Nullable String environment,
            @Nullable List<@Nullable String> scopes,
            @Nullable String key,
            @Nullable String name) {}

    /** A key in the place of another; the grace is an ISO 8601 duration, such as {@code PT1H}. */
    public record Rotation(@Nullable String grace, @Nullable String key) {}

    /** Settings of an environment; what is absent stays. Durations are ISO 8601, such as {@code PT30M}. */
    public record EnvironmentSettings(
            @JsonProperty("idle_timeout") @Nullable String idleTimeout,
            @JsonProperty("harness_idle_timeouts") @Nullable Map<String, String> harnessIdleTimeouts,
            @JsonProperty("channel_retention") @Nullable String channelRetention,
            @JsonProperty("rate_limit") @Nullable Integer rateLimit,
            @JsonProperty("public_rate_limit") @Nullable Integer publicRateLimit) {}

    @POST
    @Path("/orgs")
    @Operation(summary = "Makes an organisation")
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "MadeOrg")))
    public Response makeOrg(@Nullable NewOrg org) {
        gate.operator(Route.MAKE_ORG);
        String name = text("name", org == null ? null : org.name());
        OrgId id = administration.makeOrg(name);
        return created(Map.of("org_id", id.toString(), "name", name));
    }

    @PUT
    @Path("/orgs/{org}/environments/{environment}")
    @Operation(summary = "Makes an environment, or changes its settings")
    @APIResponse(
            responseCode = "200",
            description = "As it is now",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "Environment")))
    public Map<String, Object> setEnvironment(
            @PathParam("org") String org,
            @PathParam("environment") String environment,
            @Nullable EnvironmentSettings settings) {
        gate.operator(Route.SET_ENVIRONMENT);
        Scope scope = new Scope(OrgId.parse(org), new EnvironmentName(environment));
        Map<String, Duration> byHarness = null;
        if (settings != null && settings.harnessIdleTimeouts() != null) {
            byHarness = new HashMap<>();
            for (Map.Entry<String, String> timeout :
                    settings.harnessIdleTimeouts().entrySet()) {
                byHarness.put(
                        new HarnessId(timeout.getKey()).value(), duration("harness_idle_timeouts", timeout.getValue()));
            }
        }
        Duration idle = settings == null || settings.idleTimeout() == null
                ? null
                : duration("idle_timeout", settings.idleTimeout());
        Duration retention = settings == null || settings.channelRetention() == null
                ? null
                : duration("channel_retention", settings.channelRetention());
        administration.setEnvironment(
                scope,
                new Settings(
                        idle,
                        byHarness,
                        retention,
                        settings == null ? null : limit("rate_limit", settings.rateLimit()),
                        settings == null ? null : limit("public_rate_limit", settings.publicRateLimit())));
        return Map.of("org_id", org, "environment", environment);
    }

    @POST
    @Path("/keys")
    @Operation(summary = "Makes an API key; the answer is the only place where it is shown")
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "MadeKey")))
    public Response makeKey(@Nullable NewKey request) {
        gate.operator(Route.MAKE_KEY);
        NewKey key = request == null ? new NewKey(null, null, null, null, null) : request;
        Scope scope = new Scope(
                OrgId.parse(text("org_id", key.orgId())), new EnvironmentName(text("environment", key.environment())));
        Administration.MadeKey made = administration.makeKey(
                scope, scopes(key.scopes()), key.key(), key.name() == null ? null : text("name", key.name()));
        return created(shown(made));
    }

    @GET
    @Path("/orgs")
    @Operation(summary = "The organisations, in the order of their ids")
    @APIResponse(
            responseCode = "200",
            description = "A page",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "OrgPage")))
    public Page orgs(@QueryParam("cursor") @Nullable String cursor) {
        gate.operator(Route.LIST_ORGS);
        List<String> list = List.of("orgs");
        OrgId after = cursor == null ? null : OrgId.parse(cursors.open(list, cursor, "cursor"));
        return Page.of(
                administration.orgs(after, ORGS + 1),
                ORGS,
                org -> cursors.seal(list, String.valueOf(org.get("org_id"))));
    }

    @GET
    @Path("/orgs/{org}/environments")
    @Operation(summary = "The environments of an organisation with their settings")
    @APIResponse(
            responseCode = "200",
            description = "All of them",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "EnvironmentPage")))
    public Page environments(@PathParam("org") String org) {
        gate.operator(Route.LIST_ENVIRONMENTS);
        return new Page(administration.environments(OrgId.parse(org)), null);
    }

    @GET
    @Path("/keys")
    @Operation(summary = "The keys of an organisation, without their text")
    @APIResponse(
            responseCode = "200",
            description = "All of them, revoked ones too",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "KeyPage")))
    public Page keys(
            @QueryParam("org_id") @Nullable String org, @QueryParam("environment") @Nullable String environment) {
        gate.operator(Route.LIST_KEYS);
        return new Page(
                administration.keys(
                        OrgId.parse(text("org_id", org)),
                        environment == null ? null : new EnvironmentName(environment)),
                null);
    }

    @POST
    @Path("/keys/{key}/rotate")
    @Consumes({MediaType.APPLICATION_JSON, MediaType.WILDCARD})
    @Operation(summary = "Makes a key that may do the same; the old one works on for a grace time, by default none")
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content = @Content(mediaType = "application/json", schema = @Schema(ref = "RotatedKey")))
    public Response rotateKey(@PathParam("key") String key, @Nullable Rotation rotation) {
        gate.operator(Route.ROTATE_KEY);
        Duration grace = rotation == null || rotation.grace() == null ? Duration.ZERO : grace(rotation.grace());
        Administration.RotatedKey rotated =
                administration.rotate(KeyId.parse(key), grace, rotation == null ? null : rotation.key());
        Map<String, Object> shown = shown(rotated.made());
        shown.put("replaces", key);
        shown.put("replaced_expires_at", Times.text(rotated.oldExpiresAt()));
        return created(shown);
    }

    @DELETE
    @Path("/keys/{key}")
    @Operation(summary = "Revokes an API key: it stops working everywhere within five seconds")
    @APIResponse(responseCode = "204", description = "Revoked")
    public Response revokeKey(@PathParam("key") String key) {
        gate.operator(Route.REVOKE_KEY);
        administration.revoke(KeyId.parse(key));
        return Response.noContent().build();
    }

    private static Set<String> scopes(@Nullable List<@Nullable String> given) {
        if (given == null) {
            return Set.of("*");
        }
        Set<String> scopes = new HashSet<>();
        for (String scope : given) {
            if (scope == null || !SCOPE.matcher(scope).matches()) {
                throw Invalid.field("scopes", "each 1..256 printable ASCII characters without spaces");
            }
            scopes.add(scope);
        }
        return scopes;
    }

    private static Map<String, Object> shown(Administration.MadeKey made) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("key_id", made.id().toString());
        shown.put("key", made.key());
        shown.put("org_id", made.scope().org().toString());
        shown.put("environment", made.scope().environment().value());
        return shown;
    }

    private static @Nullable Integer limit(String field, @Nullable Integer value) {
        if (value != null && value < 0) {
            throw Invalid.field(field, "0 for what is configured, else a positive number");
        }
        return value;
    }

    private static Duration grace(String text) {
        return text.equals("PT0S") ? Duration.ZERO : duration("grace", text);
    }

    private static Response created(Map<String, Object> body) {
        return Response.status(Response.Status.CREATED).entity(body).build();
    }

    private static String text(String field, @Nullable String value) {
        if (value == null || value.isBlank() || value.length() > NAME_CAP || !Given.storable(value)) {
            throw Invalid.field(field, "1.." + NAME_CAP + " characters, no NUL and no lone surrogate");
        }
        return value;
    }

    private static Duration duration(String field, @Nullable String text) {
        try {
            Duration duration = Duration.parse(String.valueOf(text));
            if (duration.isPositive() && duration.compareTo(Duration.ofDays(365)) <= 0) {
                return duration;
            }
        } catch (DateTimeException e) {
            // Told below, without the value.
        }
        throw new Invalid(Problem.INVALID_FIELD, field, field + ": an ISO 8601 duration from above 0 to 365 days");
    }
}
