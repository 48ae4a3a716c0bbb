package dev.turnkeep.session.channel;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Sends a part of a body by HTTP/2, and never the rest. */
final class LateSender implements AutoCloseable {
    private static final int MORE = 100_000;

    private final HttpClient http;
    private final int port;

    LateSender(Vertx vertx, int port) {
        this.port = port;
        this.http = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
    }

    /** A request whose body is under way. */
    record Sending(HttpClientRequest request, AtomicBoolean refused) {
        int status() {
            return LateSender.join(request.response()).statusCode();
        }

        /** Whether nothing more of the body can be sent. Tries with one byte, so what it says may be of the time before. */
        boolean isRefused() {
            request.write(Buffer.buffer("1")).onFailure(_ -> refused.set(true));
            return refused.get();
        }
    }

    /** Announces more than it sends. */
    Sending send(String path, String key, int bytes) {
        HttpClientRequest request = join(http.request(HttpMethod.POST, port, "127.0.0.1", path))
                .putHeader("Authorization", "Bearer " + key)
                .putHeader("Content-Type", "application/json")
                .putHeader("Content-Length", Integer.toString(bytes + MORE))
                .exceptionHandler(_ -> {});
        request.write(Buffer.buffer(new byte[bytes]));
        return new Sending(request, new AtomicBoolean());
    }

    private static <T> T join(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        http.close().toCompletionStage().toCompletableFuture().join();
    }
}
