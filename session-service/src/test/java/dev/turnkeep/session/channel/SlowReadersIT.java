package dev.turnkeep.session.channel;

import static dev.turnkeep.session.turn.ServiceOnTest.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.session.turn.ServiceOnTest;
import dev.turnkeep.session.turn.ServiceOnTest.Tenant;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Readers that take slowly what they asked for, or not at all, keep nobody else from what is new. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(ChannelProfile.class)
class SlowReadersIT {
    private static final String LARGE = "\"" + "x".repeat(1_000_000) + "\"";
    /** What a server says of a stream that it gives up, by HTTP/2. */
    private static final int CANCEL = 8;
    /** As many large records are on their way to the readers of one session before there is no more room for them. */
    private static final int FILLING = ChannelProfile.READERS_SIZE / 4 / LARGE.length() + 1;

    @Nullable
    TestSpace space;

    @Inject
    MeterRegistry registry;

    @Inject
    Vertx vertx;

    @ConfigProperty(name = "quarkus.http.port")
    int port;

    private ServiceOnTest service;
    private ChannelOnTest channels;
    private DeafReader deaf;
    private Tenant tenant;
    private SessionId session;

    @BeforeEach
    void open() {
        service = new ServiceOnTest(Objects.requireNonNull(space), port);
        channels = new ChannelOnTest(Objects.requireNonNull(space), port);
        deaf = new DeafReader(vertx, port);
        tenant = service.tenant();
        session = channels.session(tenant.scope());
    }

    @AfterEach
    void close() {
        deaf.close();
        channels.close();
        service.close();
        until("nothing is on its way", () -> onTheWay() == 0);
    }

    /** Whoever waits for news needs no room. */
    @Test
    void historyThatNobodyTakesKeepsNoNewsFromOthers() {
        // Given
        List<SessionId> full = new ArrayList<>();
        for (int i = 0; i <= ChannelProfile.READERS_SIZE / (FILLING * LARGE.length()); i++) {
            full.add(channels.session(tenant.scope()));
            post(full.getLast(), "/out", LARGE);
        }

        // When
        until("news goes out while there is no room for history", () -> {
            full.forEach(one ->
                    IntStream.range(0, FILLING).forEach(_ -> deaf.get(path(one, "/out?offset=-1"), tenant.key())));
            HttpResponse<String> news = news(session);
            return onTheWay() >= ChannelProfile.READERS_SIZE && news.statusCode() == 200;
        });

        // Then
        deaf.close();
        deaf = new DeafReader(vertx, port);
        until("there is room again", () -> onTheWay() == 0);
        assertThat(get(full.getFirst(), "/out").body()).isEqualTo("[" + LARGE + "]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/out?offset=-1", "/out?offset=-1&live=long-poll", "/out?offset=-1&live=sse"})
    void theReadersOfOneSessionHaveAQuarterOfTheRoom(String query) {
        // Given
        SessionId other = channels.session(tenant.scope());
        post(session, "/out", LARGE);
        post(other, "/out", LARGE);

        // When
        List<Integer> answers = IntStream.range(0, FILLING + 1)
                .mapToObj(_ -> deaf.get(path(session, query), tenant.key()))
                .toList();
        double taken = onTheWay();
        int others = deaf.get(path(other, query), tenant.key());

        // Then
        assertThat(answers.subList(0, FILLING)).containsOnly(200);
        assertThat(answers.getLast()).isEqualTo(503);
        assertThat(taken).isGreaterThanOrEqualTo(FILLING * 1_000_000.0);
        assertThat(others).isEqualTo(200);
    }

    /** Each is sent a copy, so what is new counts as well. */
    @Test
    void newsForLongPollsCountsUntilTheyHaveTakenIt() {
        // Given
        List<io.vertx.core.Future<Integer>> polls = new ArrayList<>();
        for (int i = 0; i < FILLING + 2; i++) {
            polls.add(deaf.open(path(session, "/out?offset=now&live=long-poll"), tenant.key()));
        }
        until("they wait", () -> readers() == FILLING + 2);

        // When
        post(session, "/out", LARGE);

        // Then
        until("it counts", () -> onTheWay() >= FILLING * 1_000_000.0);
        until("all are answered", () -> polls.stream().allMatch(io.vertx.core.Future::isComplete));
        assertThat(polls).extracting(io.vertx.core.Future::result).contains(200, 503);
    }

    /** By HTTP/2 its connection goes on, so nobody else notices; and what has ended here has not gone out yet. */
    @Test
    void whoTakesNothingIsCutWhateverItReadsAndLetsGoOfAll() {
        // Given
        double before = cuts();
        String key = "Bearer " + tenant.key();
        String stream = "/v1/s2/streams/sessions%2F%s%2Fout/records";
        List<String> asked = List.of(
                "/v1/sessions/%s/out?offset=-1",
                "/v1/sessions/%s/out?offset=-1&live=sse",
                "/v1/sessions/%s/channels/closed?offset=-1&live=sse",
                stream + "?seq_num=0",
                stream + "?seq_num=0&count=1",
                "/realtime/v1/sessions/%s/out");
        List<String> paths = asked.stream()
                .map(path -> {
                    SessionId one = channels.session(tenant.scope());
                    post(one, "/out", LARGE);
                    channels.send(
                            "PUT",
                            path(one, "/channels/closed"),
                            tenant.key(),
                            "[" + LARGE + "]",
                            "Content-Type",
                            "application/json",
                            "Stream-Closed",
                            "true");
                    return path.replace("%s", one.friendly());
                })
                .toList();

        // When
        try (StingyReader reader = new StingyReader(port)) {
            List<Integer> streams = paths.stream()
                    .map(path -> reader.get(path, "authorization", key, "accept", "text/event-stream"))
                    .toList();
            until("all are answered", () -> streams.stream().allMatch(reader::isAnswered));
            assertThat(onTheWay()).isGreaterThanOrEqualTo(asked.size() * 1_000_000.0);

            // Then
            until("all are cut", () -> streams.stream().allMatch(one -> reader.reset(one) == CANCEL));
            assertThat(cuts() - before).isEqualTo(asked.size());
            assertThat(reader.isClosed()).isFalse();
            until("nothing is kept for them", () -> onTheWay() == 0 && readers() == 0 && gauge("tails") == 0);
        }
    }

    @Test
    void bodiesCountAsTheyComeAndNotAsTheyAreAnnounced() throws IOException {
        // Given
        int many = ChannelProfile.IN_FLIGHT / 2_000_000 + 4;
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            slow.add(sender(path(session, "/out"), "1"));
        }

        // When
        HttpResponse<String> others = post(session, "/out", LARGE);

        // Then
        assertThat(others.statusCode()).isEqualTo(204);
        for (Socket socket : slow) {
            assertThat(line(socket)).startsWith("HTTP/1.1 400");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/sessions/%s/out", "/realtime/v1/sessions/%s/out/append"})
    void theBodiesForOneSessionHaveAQuarterOfTheRoom(String path) throws IOException {
        // Given
        SessionId other = channels.session(tenant.scope());
        String most = "\"" + "x".repeat(1_900_000);
        int fitting = ChannelProfile.IN_FLIGHT / 4 / most.length();
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < fitting; i++) {
            slow.add(sender(path.formatted(session.friendly()), most));
        }
        until("they have come", () -> bodies() >= fitting * (double) most.length());

        // When
        String beyond = line(sender(path.formatted(session.friendly()), most));
        HttpResponse<String> others = post(other, "/out", LARGE);

        // Then
        assertThat(beyond).startsWith("HTTP/1.1 503");
        assertThat(others.statusCode()).isEqualTo(204);
        for (Socket socket : slow) {
            assertThat(line(socket)).startsWith("HTTP/1.1 400");
        }
        until("nothing is kept", () -> bodies() == 0);
    }

    /** By HTTP/2 the connection lives on; what has come late must not live with it. */
    @Test
    void aBodyThatIsLateOnAConnectionOfManyIsGivenUp() {
        try (LateSender late = new LateSender(vertx, port)) {
            // When
            LateSender.Sending sending = late.send(path(session, "/out"), tenant.key(), 1_500_000);
            until("it has come", () -> bodies() >= 1_500_000);

            // Then
            assertThat(sending.status()).isEqualTo(400);
            until("its stream is ended", sending::isRefused);
            until("nothing is kept", () -> bodies() == 0);
        }
    }

    private HttpResponse<String> news(SessionId of) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<HttpResponse<String>> polling = threads.submit(() -> get(of, "/out?offset=now&live=long-poll"));
            until("a reader waits, or is refused", () -> readers() > 0 || polling.isDone());
            post(of, "/out", "1");
            return polling.get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One that announces two megabytes, and sends a part of them. */
    private Socket sender(String path, String part) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        write(
                socket,
                "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Authorization: Bearer " + tenant.key() + "\r\nContent-Length: 2000000\r\n\r\n" + part);
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.setSoTimeout(30_000);
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }

    private static String line(Socket socket) throws IOException {
        try (socket) {
            StringBuilder line = new StringBuilder();
            InputStream in = socket.getInputStream();
            for (int next = in.read(); next >= 0 && next != '\r'; next = in.read()) {
                line.append((char) next);
            }
            return line.toString();
        }
    }

    private double onTheWay() {
        return gauge("readers_bytes");
    }

    private double readers() {
        return gauge("readers");
    }

    private double bodies() {
        return gauge("bodies_bytes");
    }

    private double cuts() {
        return registry.get("turnkeep_channels_readers_cut").counter().count();
    }

    private double gauge(String name) {
        return registry.get("turnkeep_channels_" + name).gauge().value();
    }

    private static String path(SessionId of, String rest) {
        return "/v1/sessions/" + of.friendly() + rest;
    }

    private HttpResponse<String> get(SessionId of, String channel) {
        return channels.send("GET", path(of, channel), tenant.key(), "");
    }

    private HttpResponse<String> post(SessionId to, String channel, String body) {
        return channels.send("POST", path(to, channel), tenant.key(), body, "Content-Type", "application/json");
    }
}
