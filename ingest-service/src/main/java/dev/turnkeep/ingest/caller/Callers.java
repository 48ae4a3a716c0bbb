package dev.turnkeep.ingest.caller;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.auth.Authenticator;
import dev.turnkeep.platform.auth.Principal;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a request's headers to whose data it brings. Each request counts against its key's limit. */
@Singleton
public class Callers {
    private static final Logger LOG = LoggerFactory.getLogger(Callers.class);
    private static final String PERMISSION = "ingest";

    private final Authenticator authenticator;
    private final RequestLimits limits;
    private final Trusted trusted;

    Callers(Authenticator authenticator, RequestLimits limits, TrustedConfig config) {
        this.authenticator = authenticator;
        this.limits = limits;
        this.trusted = Trusted.of(config);
    }

    void start(@Observes StartupEvent starting) {
        switch (trusted) {
            case Trusted.Nobody _ -> {}
            case Trusted.One(Scope scope) ->
                LOG.atWarn()
                        .addKeyValue("org_id", scope.org())
                        .addKeyValue("environment", scope.environment().value())
                        .log("callers without a credential are trusted");
            case Trusted.Gateway(String orgHeader, String environmentHeader) ->
                LOG.atWarn()
                        .addKeyValue("org_header", orgHeader)
                        .addKeyValue("environment_header", environmentHeader)
                        .log("a gateway's headers are trusted");
        }
    }

    /**
     * Whose data it is.
     *
     * @throws Invalid 401 without a credential that is known, 403 when it may not ingest
     * @throws dev.turnkeep.platform.http.RetryLater 503 when the credential cannot be looked up at the moment, 429 when
     *     its key has asked too often
     */
    public Scope scope(HttpServerRequest request) {
        String authorization = request.getHeader("Authorization");
        if (Authenticator.bearer(authorization).isEmpty()) {
            return trusted.scope(request::getHeader)
                    .orElseThrow(() -> new Invalid(Problem.UNAUTHENTICATED, null, "a bearer API key is required"));
        }
        Principal caller = authenticator.authenticate(authorization).requiring(PERMISSION);
        limits.count(request.response(), caller);
        return caller.scope();
    }
}
