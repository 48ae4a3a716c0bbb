package dev.turnkeep.session.channel.durable;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/** Reads bodies up to a limit. What is too large is read to its end and thrown away, so that the client hears of it. */
final class RequestBody {
    private RequestBody() {}

    /** On the event loop, before anything else reads. Fails as 413 beyond the limit. */
    static Future<Buffer> read(HttpServerRequest request, int limit) {
        Promise<Buffer> promise = Promise.promise();
        Buffer body = Buffer.buffer();
        long[] seen = new long[1];
        request.handler(chunk -> {
            seen[0] += chunk.length();
            if (seen[0] <= limit) {
                body.appendBuffer(chunk);
            }
        });
        request.exceptionHandler(promise::tryFail);
        request.endHandler(_ -> {
            if (seen[0] > limit) {
                promise.tryFail(
                        new Invalid(Problem.TOO_LARGE, null, "a body of " + seen[0] + " bytes; the limit is " + limit));
            } else {
                promise.tryComplete(body);
            }
        });
        request.resume();
        return promise.future();
    }
}
