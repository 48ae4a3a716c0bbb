package dev.turnkeep.session.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpVersion;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FarewellTest {
    private final Vertx vertx = Vertx.vertx();
    private HttpServer server;

    @BeforeEach
    void open() throws Exception {
        server = get(vertx.createHttpServer()
                .requestHandler(request -> {
                    Farewell.to(request);
                    // Others of its connection may be told as well.
                    Farewell.to(request);
                    request.bodyHandler(body -> request.response().end(body));
                })
                .listen(0, "127.0.0.1"));
    }

    @AfterEach
    void close() throws Exception {
        get(vertx.close());
    }

    @Test
    void whatIsUnderWayOnHttp2IsBroughtToItsEndAndNothingNewBegins() throws Exception {
        // Given
        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
        HttpClientRequest request = get(client.request(HttpMethod.POST, server.actualPort(), "127.0.0.1", "/"));
        CompletableFuture<Integer> last = new CompletableFuture<>();
        request.connection().goAwayHandler(gone -> last.complete(gone.getLastStreamId()));

        // When
        request.setChunked(true);
        get(request.sendHead());
        int stream = last.get(30, TimeUnit.SECONDS);
        Buffer answer = get(request.end("late").compose(_ -> request.response()).compose(response -> response.body()));

        // Then
        assertThat(stream).isPositive();
        assertThat(answer.toString()).isEqualTo("late");
    }

    @Test
    void anAnswerOfHttp1SaysThatItIsTheLast() throws Exception {
        // Given
        HttpClient client = vertx.createHttpClient();
        HttpClientRequest request = get(client.request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/"));

        // When
        String connection = get(request.send()).getHeader("Connection");

        // Then
        assertThat(connection).isEqualTo("close");
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
