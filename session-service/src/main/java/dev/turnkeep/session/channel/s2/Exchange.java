package dev.turnkeep.session.channel.s2;

import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.channel.durable.Delivery;
import dev.turnkeep.session.channel.durable.Readers;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** One request, which may be asked on any thread, and its answer, which goes out on its own. */
record Exchange(RoutingContext routing, Context context) {
    HttpServerRequest request() {
        return routing.request();
    }

    HttpServerResponse response() {
        return routing.response();
    }

    @Nullable
    String header(String name) {
        return request().getHeader(name);
    }

    /** Whether a header names this type, among others or with parameters. */
    boolean names(String header, String type) {
        String value = header(header);
        return value != null && value.contains(type);
    }

    /** @throws Refused (429) with the number, when there are too many already */
    static void enter(Readers readers, Readers.Waiting connection) {
        try {
            readers.enter(connection);
        } catch (RetryLater e) {
            if (e.problem() == Problem.RATE_LIMITED) {
                throw new Refused(Refusal.crowded(e, readers.limit(connection)));
            }
            throw e;
        }
    }

    void answer(String type, Buffer body) {
        write(200, type, body, null);
    }

    /** @param way by which the body goes out */
    void answer(String type, Buffer body, Delivery way) {
        write(200, type, body, way);
    }

    void refuse(Throwable thrown) {
        refuse(Refusal.of(thrown));
    }

    void refuse(Refusal refusal) {
        onLoop(() -> {
            if (isOpen()) {
                if (refusal.after() != null) {
                    response()
                            .putHeader("Retry-After", retryAfter(refusal.after().toMillis()));
                }
                if (refusal.status() == 401) {
                    response().putHeader("WWW-Authenticate", "Bearer");
                }
                write(refusal.status(), JsonFormat.TYPE, refusal.json(), null);
            }
        });
    }

    private static String retryAfter(long millis) {
        return Long.toString(Math.max(1, (millis + 999) / 1000));
    }

    private void write(int status, String type, Buffer body, @Nullable Delivery way) {
        onLoop(() -> {
            if (isOpen()) {
                response().setStatusCode(status).putHeader("Content-Type", type).putHeader("Cache-Control", "no-store");
                if (way == null) {
                    response().end(body);
                } else {
                    way.send(body);
                }
            } else if (way != null) {
                way.spare();
            }
        });
    }

    /** Whether nothing was answered yet, and there is somebody to answer. */
    private boolean isOpen() {
        return !response().ended() && !response().closed() && !response().headWritten();
    }

    void onLoop(Runnable task) {
        if (Vertx.currentContext() == context) {
            task.run();
        } else {
            context.runOnContext(_ -> task.run());
        }
    }

    /** For what may wait. */
    void onThread(Runnable task) {
        Thread.ofVirtual().name("s2").start(task);
    }
}
