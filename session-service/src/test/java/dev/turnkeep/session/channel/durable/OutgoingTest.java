package dev.turnkeep.session.channel.durable;

import static dev.turnkeep.session.turn.ServiceOnTest.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.channel.StingyReader;
import dev.turnkeep.session.channel.log.LogMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server, and readers that take what they are sent when it pleases them. */
class OutgoingTest {
    private static final Duration SOON = Duration.ofMillis(300);
    private static final Duration NEVER = Duration.ofHours(1);
    private static final Buffer LARGE = Buffer.buffer(new byte[200_000]);
    /** Less than one reader is sent. */
    private static final long NO_ROOM = 1;

    private static final long ROOM = 1L << 40;

    private final Vertx vertx = Vertx.vertx();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final LogMetrics metrics = new LogMetrics(registry);
    private final Readers readers = new Readers(10, 10, metrics, vertx);
    private final SessionId session = new SessionId(UUID.randomUUID());
    private final AtomicInteger roomy = new AtomicInteger();
    private final CompletableFuture<Context> serving = new CompletableFuture<>();

    @AfterEach
    void close() {
        joined(vertx.close());
    }

    @Test
    void whoTakesNothingOfItsEndIsCutByHttp2AndLetsGoOfAll() {
        // Given
        Outbound outbound = new Outbound(NO_ROOM);
        int port = serve(outbound, NEVER, SOON, out -> out.end(LARGE));

        // When
        try (StingyReader reader = new StingyReader(port)) {
            int stream = reader.get("/");
            until("it is cut", () -> reader.reset(stream) >= 0);

            // Then
            assertThat(reader.reset(stream)).as("CANCEL").isEqualTo(8);
            assertThat(reader.taken(stream)).isZero();
            assertThat(reader.isClosed()).isFalse();
            until("nothing is on its way", () -> !outbound.isFull());
            assertThat(cuts()).isEqualTo(1);
        }
    }

    @Test
    void whoTakesNothingIsCutSoonerWhileThereIsNoRoom() {
        // Given
        int port = serve(new Outbound(NO_ROOM), SOON, NEVER, out -> out.end(LARGE));

        // When / Then
        try (StingyReader reader = new StingyReader(port)) {
            int stream = reader.get("/");
            until("it is cut", () -> reader.reset(stream) >= 0);
        }
    }

    /** An end needs no room of its own, and waits for it all the same behind what does. */
    @Test
    void whoIsLeftWithTheEndOnlyIsCutToo() {
        // Given
        int port = serve(new Outbound(ROOM), NEVER, SOON, out -> {
            out.send(LARGE);
            out.end(Buffer.buffer());
        });

        // When / Then
        try (StingyReader reader = new StingyReader(port)) {
            int stream = reader.get("/");
            until("it is cut", () -> reader.reset(stream) >= 0);
            assertThat(cuts()).isEqualTo(1);
        }
    }

    @Test
    void whoDoesNotTakeTheWordThatBreaksItOffIsCutToo() {
        // Given
        Outbound outbound = new Outbound(NO_ROOM);
        int port = serve(outbound, NEVER, SOON, out -> out.breakOff(LARGE));

        // When / Then
        try (StingyReader reader = new StingyReader(port)) {
            int stream = reader.get("/");
            until("it is cut", () -> reader.reset(stream) >= 0);
            until("nothing is on its way", () -> !outbound.isFull());
        }
    }

    @Test
    void whoTakesNothingIsCutByHttp1ByItsConnection() throws IOException {
        // Given
        Outbound outbound = new Outbound(NO_ROOM);
        // More than machines keep for a connection.
        int port = serve(outbound, NEVER, SOON, out -> out.end(Buffer.buffer(new byte[24 << 20])));

        // When
        try (Socket reader = new Socket()) {
            reader.setReceiveBufferSize(4096);
            reader.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            reader.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            // Then
            until("it is cut", () -> cuts() == 1);
            until("nothing is on its way", () -> !outbound.isFull());
        }
    }

    @Test
    void whoTakesAPieceOfAnythingIsNotStuck() {
        // Given
        CompletableFuture<Outgoing> made = new CompletableFuture<>();
        int port = serve(new Outbound(NO_ROOM), NEVER, NEVER, out -> {
            out.send(LARGE);
            made.complete(out);
        });
        try (StingyReader reader = new StingyReader(port)) {
            int stream = reader.get("/");
            Outgoing outgoing = made.orTimeout(30, TimeUnit.SECONDS).join();
            long late = System.nanoTime() + NEVER.toNanos();
            assertThat(outgoing.isStuck(late)).isTrue();

            // When
            reader.give(stream, 40_000);

            // Then
            until("it has taken some", () -> reader.taken(stream) == 40_000);
            until("it is not stuck", () -> !outgoing.isStuck(late));
            assertThat(outgoing.isIdle()).isFalse();
            assertThat(cuts()).isZero();
        }
    }

    @Test
    void whoIsNotReadyForWantOfRoomIsToldWhenItsOwnIsTaken() {
        // Given
        CompletableFuture<Outgoing> made = new CompletableFuture<>();
        Outbound outbound = new Outbound(NO_ROOM);
        outbound.add(NO_ROOM);
        int port = serve(outbound, NEVER, NEVER, out -> {
            out.send(Buffer.buffer("news"));
            made.complete(out);
        });
        try (StingyReader reader = new StingyReader(port)) {
            int stream = reader.get("/");
            Outgoing outgoing = made.orTimeout(30, TimeUnit.SECONDS).join();
            assertThat(asked(outgoing::isReady)).isFalse();
            assertThat(roomy).hasValue(0);

            // When
            reader.give(stream, 1000);

            // Then: the others' share is as full as before.
            until("it is told", () -> roomy.get() == 1);
            assertThat(outbound.isFull()).isTrue();
            // Nothing of its own is on its way, so what is new goes out.
            assertThat(asked(outgoing::isReady)).isTrue();
        }
    }

    private int serve(Outbound outbound, Duration patience, Duration timeout, Consumer<Outgoing> answer) {
        Outgoing.Shared shared = new Outgoing.Shared(outbound, readers, metrics, patience, timeout);
        readers.start(new StartupEvent());
        HttpServer server = vertx.createHttpServer().requestHandler(request -> {
            request.response().setChunked(true);
            Context context = vertx.getOrCreateContext();
            serving.complete(context);
            answer.accept(new Outgoing(request, context, session, shared, roomy::incrementAndGet));
        });
        return joined(server.listen(0, "127.0.0.1")).actualPort();
    }

    private double cuts() {
        return registry.get("turnkeep_channels_readers_cut").counter().count();
    }

    /** Where it may be asked. */
    private <T> T asked(Supplier<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        serving.join().runOnContext(_ -> answer.complete(question.get()));
        return answer.orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static <T> T joined(io.vertx.core.Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }
}
