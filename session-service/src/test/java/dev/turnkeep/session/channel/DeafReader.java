package dev.turnkeep.session.channel;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.concurrent.TimeUnit;

/** One connection of HTTP/2 that takes the beginnings of answers, and nothing of their bodies. */
final class DeafReader implements AutoCloseable {
    private final HttpClient http;
    private final int port;

    DeafReader(Vertx vertx, int port) {
        this.port = port;
        this.http = vertx.createHttpClient(new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setHttp2MaxPoolSize(1)
                .setInitialSettings(new Http2Settings().setInitialWindowSize(0)));
    }

    /** The status, once the answer has begun. */
    Future<Integer> open(String path, String key) {
        return http.request(HttpMethod.GET, port, "127.0.0.1", path)
                .map(request -> key.isEmpty() ? request : request.putHeader("Authorization", "Bearer " + key))
                .compose(HttpClientRequest::send)
                .map(HttpClientResponse::statusCode);
    }

    int get(String path, String key) {
        return open(path, key)
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        http.close().toCompletionStage().toCompletableFuture().join();
    }
}
