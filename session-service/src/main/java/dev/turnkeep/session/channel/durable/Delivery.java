package dev.turnkeep.session.channel.durable;

import dev.turnkeep.contracts.id.SessionId;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/**
 * An answer with records on its way to its reader. It counts until it has gone out.
 *
 * <p>State: confined to the request's event loop.
 */
public final class Delivery implements Call.Way {
    private final HttpServerResponse response;
    private final Outbound outbound;
    private final Outgoing outgoing;
    private final SessionId session;
    private final long admitted;

    Delivery(Call call, Following following, long admitted) {
        this(call.request(), call.context(), call.stream().owner(), following, admitted);
    }

    /**
     * @param session whose reader it goes to
     * @param admitted as many of its bytes count already
     */
    public Delivery(HttpServerRequest request, Context context, SessionId session, Following following, long admitted) {
        this.session = session;
        this.admitted = admitted;
        this.response = request.response();
        this.outbound = following.outbound();
        this.outgoing = following.outgoing(request, context, session, () -> {});
    }

    @Override
    public void spare() {
        outbound.sent(session, admitted);
    }

    @Override
    public void send(Buffer body) {
        // From here on it counts piece by piece.
        spare();
        if (!response.headWritten() && !response.isChunked()) {
            response.putHeader("Content-Length", Integer.toString(body.length()));
        }
        outgoing.end(body);
    }
}
