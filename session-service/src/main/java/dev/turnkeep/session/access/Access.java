package dev.turnkeep.session.access;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.auth.Authenticator;
import dev.turnkeep.platform.auth.Principal;
import dev.turnkeep.platform.limit.RateLimits;
import dev.turnkeep.session.access.SessionNames.Names;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jose4j.jwt.JwtClaims;

/**
 * Answers for every route who is calling and whether it may, as {@link Route} has it. It waits for Postgres at times: for
 * virtual threads only. What it refuses is thrown: 401 for a credential that is missing or of no use, 403 for one that does
 * not allow this, whether or not what it asks for exists, 429 for one that asks too often. Each call counts as a request of
 * the key.
 */
@Singleton
public class Access {
    private final Authenticator authenticator;
    private final PublicTokens tokens;
    private final SessionNames names;
    private final RateLimits limits;
    private final LimitsConfig limitsConfig;
    private final AdminConfig admin;

    Access(
            Authenticator authenticator,
            PublicTokens tokens,
            SessionNames names,
            RateLimits limits,
            LimitsConfig limitsConfig,
            AdminConfig admin) {
        this.authenticator = authenticator;
        this.tokens = tokens;
        this.names = names;
        this.limits = limits;
        this.limitsConfig = limitsConfig;
        this.admin = admin;
    }

    /** The operator; an organisation's key is none. */
    public void operator(HttpServerRequest request, Route route) {
        require(route, Need.OPERATOR);
        byte[] given = Authenticator.bearer(request.getHeader(HttpHeaders.AUTHORIZATION))
                .orElse("")
                .getBytes(StandardCharsets.UTF_8);
        byte[] key = admin.key().orElse("").getBytes(StandardCharsets.UTF_8);
        if (key.length == 0 || !MessageDigest.isEqual(given, key)) {
            throw new Invalid(Problem.UNAUTHENTICATED, null, "the operator's key is required as a bearer token");
        }
    }

    /** Who is calling; nothing is said yet of what it may do. For routes whose body decides. */
    public Caller identify(HttpServerRequest request) {
        String bearer = Authenticator.bearer(request.getHeader(HttpHeaders.AUTHORIZATION))
                .orElseThrow(() -> new Invalid(Problem.UNAUTHENTICATED, null, "Invalid or Missing API key"));
        Optional<JwtClaims> claimed = tokens.claimed(bearer);
        return claimed.isPresent() ? bearerOf(request, bearer, claimed.get()) : holderOf(request, bearer);
    }

    private Caller holderOf(HttpServerRequest request, String key) {
        Principal owner = authenticator
                .find(key)
                .orElseThrow(() -> new Invalid(Problem.UNAUTHENTICATED, null, "Invalid API key"));
        int limit = owner.rateLimit() == null ? limitsConfig.requests() : owner.rateLimit();
        limits.count(request.response(), owner.key().toString(), limit);
        return new Caller(owner.key(), owner.scope(), Grants.ofKey(owner.scopes()), null, key, null);
    }

    private Caller bearerOf(HttpServerRequest request, String token, JwtClaims claimed) {
        PublicTokens.Verified verified = tokens.verify(token, claimed);
        Principal owner = verified.owner();
        countToken(request, owner);
        return new Caller(
                owner.key(),
                owner.scope(),
                Grants.ofKey(owner.scopes()),
                Grants.ofToken(verified.scopes()),
                verified.keyText(),
                verified.until());
    }

    /**
     * For a connection that stays: whether its credential is as good as when it came. Counts as no request.
     *
     * @throws Invalid (401) once it has expired or was revoked
     */
    public void recheck(HttpServerRequest request) {
        String bearer = Authenticator.bearer(request.getHeader(HttpHeaders.AUTHORIZATION))
                .orElse("");
        Optional<JwtClaims> claimed = tokens.claimed(bearer);
        if (claimed.isPresent()) {
            tokens.verify(bearer, claimed.get());
        } else if (authenticator.find(bearer).isEmpty()) {
            throw new Invalid(Problem.UNAUTHENTICATED, null, "Invalid API key");
        }
    }

    /** Counts a request that comes with a public token of this key; 429 for one too many. */
    private void countToken(HttpServerRequest request, Principal owner) {
        int limit = owner.rateLimit() == null ? limitsConfig.publicRequests() : owner.rateLimit();
        limits.count(request.response(), owner.key() + ":public", limit);
    }

    /** Counts a request that comes with a stream token of this key, apart from those of browsers; 429 for one too many. */
    public void countStreamToken(HttpServerRequest request, Principal owner) {
        int limit = owner.rateLimit() == null ? limitsConfig.requests() : owner.rateLimit();
        limits.count(request.response(), owner.key() + ":stream", limit);
    }

    /**
     * Whether a key may do this to a session, by whichever of its names: nothing that its holder signs gives more. Counts as
     * no request.
     */
    public boolean allows(Principal owner, Action action, SessionId session) {
        Grants grants = Grants.ofKey(owner.scopes());
        if (grants.permit(action, List.of(Resource.session(session.friendly())))) {
            return true;
        }
        return grants.nameSessions(action)
                && names.of(owner.scope(), new SessionRef.ById(session))
                        .filter(all -> grants.permit(action, List.of(all.resources())))
                        .isPresent();
    }

    /** The holder of a key, for what tokens never may. */
    public Caller keyHolder(HttpServerRequest request, Route route) {
        require(route, Need.KEY);
        Caller caller = identify(request);
        if (!caller.holdsKey()) {
            throw forbidden();
        }
        return caller;
    }

    /** For routes on all sessions together. */
    public Caller sessions(HttpServerRequest request, Route route) {
        require(route, Need.SESSIONS);
        Caller caller = identify(request);
        if (!caller.may(route.action(), Resource.sessions())) {
            throw forbidden();
        }
        return caller;
    }

    /** For routes on one session, and for those on one session that need a key besides. */
    public Granted session(HttpServerRequest request, Route route, SessionRef session) {
        Caller caller = route.need() == Need.KEY ? keyHolder(request, route) : identify(request);
        if (route.need() != Need.KEY) {
            require(route, Need.SESSION);
        }
        if (caller.may(route.action(), Resource.session(session.name()))) {
            return new Granted(caller, session);
        }
        // It may be allowed to the session under its other name. One that does not exist has none.
        if (!caller.knowsSessionsByName(route.action())) {
            throw forbidden();
        }
        Names found = names.of(caller.scope(), session)
                .filter(other -> caller.may(route.action(), other.resources()))
                .orElseThrow(Access::forbidden);
        return new Granted(caller, new SessionRef.ById(found.id()));
    }

    /** For routes on the task that the body names. */
    public void task(Caller caller, Route route, String task) {
        require(route, Need.TASK);
        if (!caller.may(route.action(), Resource.sessions(), Resource.task(task))) {
            throw forbidden();
        }
    }

    /**
     * For lists.
     *
     * @param tasks that the list is filtered by; empty for no such filter
     */
    public Caller tasks(HttpServerRequest request, Route route, Collection<String> tasks) {
        require(route, Need.TASKS);
        Caller caller = identify(request);
        boolean broad = caller.may(route.action(), Resource.sessions(), Resource.tasks());
        boolean each =
                !tasks.isEmpty() && tasks.stream().allMatch(task -> caller.may(route.action(), Resource.task(task)));
        if (!broad && !each) {
            throw forbidden();
        }
        return caller;
    }

    private static void require(Route route, Need need) {
        if (route.need() != need) {
            throw new IllegalArgumentException(route + " is not a route that needs " + need);
        }
    }

    private static Invalid forbidden() {
        return new Invalid(Problem.FORBIDDEN, null, "the credential does not allow this");
    }
}
