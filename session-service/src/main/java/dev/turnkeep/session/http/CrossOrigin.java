package dev.turnkeep.session.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets pages of any origin call the API, errors included, and read what its clients need. Credentials are bearer tokens,
 * which no browser adds by itself, so an origin proves nothing. Administration is not for pages; the open namespace, which
 * asks for no token, says itself which pages it is for.
 */
@ApplicationScoped
public class CrossOrigin {
    private static final int PREFLIGHT_SECONDS = 300;
    /** Before everything that may answer, authentication included. */
    private static final int FIRST = 10_000;

    private static final Set<HttpMethod> METHODS = Set.of(
            HttpMethod.GET, HttpMethod.HEAD, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.POST, HttpMethod.DELETE);

    private static final Set<String> EXPOSED = Set.of(
            "x-trigger-jwt",
            "x-trigger-jwt-claims",
            "x-should-retry",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
            "retry-after",
            "www-authenticate",
            "allow",
            "location",
            "etag",
            "x-stream-version",
            "x-session-settled",
            "x-last-chunk-index",
            "x-s2-access-token",
            "x-s2-stream-name",
            "x-s2-basin",
            "x-s2-endpoint",
            "x-s2-flush-interval-ms",
            "x-s2-max-retries",
            "stream-next-offset",
            "stream-cursor",
            "stream-up-to-date",
            "stream-closed",
            "stream-ttl",
            "stream-expires-at",
            "stream-seq",
            "producer-epoch",
            "producer-seq",
            "producer-expected-seq",
            "producer-received-seq");

    void register(@Observes Filters filters) {
        Handler<RoutingContext> cors = CorsHandler.create()
                .addOriginWithRegex(".+")
                .allowedMethods(METHODS)
                .exposedHeaders(EXPOSED)
                .maxAgeSeconds(PREFLIGHT_SECONDS);
        filters.register(
                context -> {
                    if (forPages(context.request().path())) {
                        cors.handle(context);
                    } else {
                        context.next();
                    }
                },
                FIRST);
    }

    private static boolean forPages(@Nullable String path) {
        if (path == null) {
            return false;
        }
        return path.startsWith("/api/")
                || path.startsWith("/realtime/")
                || (path.startsWith("/v1/") && !path.startsWith("/v1/admin/") && !path.startsWith("/v1/stream/"));
    }
}
