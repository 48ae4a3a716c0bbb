package dev.turnkeep.session.channel;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;

/**
 * Tells a client that its connection takes no more requests, so that the next one goes to another node. Clients keep
 * connections for as long as they can: without it they would come back to a node that stops until it is gone.
 */
public final class Farewell {
    /** Of HTTP/2: all is well, and what is under way is brought to its end. */
    private static final long NO_ERROR = 0;

    private Farewell() {}

    /** On the request's event loop. What was answered already is not changed by it. */
    public static void to(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        if (request.version() == HttpVersion.HTTP_2) {
            if (!response.closed()) {
                request.connection().goAway(NO_ERROR);
            }
        } else if (!response.headWritten()) {
            response.putHeader("Connection", "close");
        }
    }
}
