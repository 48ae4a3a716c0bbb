package dev.turnkeep.session.channel.durable;

import dev.turnkeep.contracts.id.SessionId;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/**
 * An answer with records on its way to its reader. It counts until it has gone out, in pieces, so that a slow reader is told
 * from one that takes nothing; that one is cut when there is no room for others.
 *
 * <p>State: confined to the request's event loop, but for {@link #tick}.
 */
public final class Delivery implements Readers.Timed, Call.Way {
    private static final int PIECE = 64 * 1024;

    private final HttpServerResponse response;
    private final Context context;
    private final Following following;
    private final Outgoing outgoing;
    private final SessionId session;
    private final long admitted;
    private boolean over;

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
        this.context = context;
        this.following = following;
        this.outgoing = following.outgoing(request, session, () -> {});
    }

    @Override
    public void spare() {
        following.outbound().sent(session, admitted);
    }

    @Override
    public void send(Buffer body) {
        // From here on it counts piece by piece.
        spare();
        following.readers().watch(this);
        if (body.length() <= PIECE) {
            outgoing.end(body, this::over);
            return;
        }
        if (!response.headWritten()) {
            response.putHeader("Content-Length", Integer.toString(body.length()));
        }
        for (int from = 0; from < body.length(); from += PIECE) {
            outgoing.send(body.slice(from, Math.min(body.length(), from + PIECE)));
        }
        outgoing.end(Buffer.buffer(), this::over);
    }

    private void over() {
        over = true;
        following.readers().unwatch(this);
    }

    @Override
    public void tick(long nanos) {
        if (outgoing.isStuck(nanos)) {
            context.runOnContext(_ -> cut(nanos));
        }
    }

    /** Unless it has moved, or was cut, since. */
    private void cut(long nanos) {
        if (!over && outgoing.isStuck(nanos)) {
            over();
            outgoing.cut();
        }
    }
}
