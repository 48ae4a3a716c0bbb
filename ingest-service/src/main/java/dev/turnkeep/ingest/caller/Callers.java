package dev.turnkeep.ingest.caller;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.auth.Authenticator;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a request's headers to whose data it brings. */
@Singleton
public class Callers {
    private static final Logger LOG = LoggerFactory.getLogger(Callers.class);
    private static final String PERMISSION = "ingest";

    private final Authenticator authenticator;
    private final Trusted trusted;

    Callers(Authenticator authenticator, TrustedConfig config) {
        this.authenticator = authenticator;
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
     * @throws dev.turnkeep.platform.http.RetryLater (503) when the credential cannot be looked up at the moment
     */
    public Scope scope(Function<String, @Nullable String> headers) {
        String authorization = headers.apply("Authorization");
        if (Authenticator.bearer(authorization).isEmpty()) {
            return trusted.scope(headers)
                    .orElseThrow(() -> new Invalid(Problem.UNAUTHENTICATED, null, "a bearer API key is required"));
        }
        return authenticator.authenticate(authorization).requiring(PERMISSION).scope();
    }
}
