package dev.turnkeep.session.channel;

import static dev.turnkeep.session.turn.ServiceOnTest.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.session.channel.ChannelOnTest.Read;
import dev.turnkeep.session.channel.log.Sweeper;
import dev.turnkeep.session.turn.ServiceOnTest;
import dev.turnkeep.session.turn.ServiceOnTest.Tenant;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A session's channels: made by themselves, closed with the session, seen by its tenant only. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(ChannelProfile.class)
class SessionChannelsIT {
    private static final int MANY = 64;

    @Nullable
    TestSpace space;

    @Inject
    Sweeper sweeper;

    @Inject
    MeterRegistry registry;

    @ConfigProperty(name = "quarkus.http.port")
    int port;

    private ServiceOnTest service;
    private ChannelOnTest channels;
    private Tenant tenant;
    private SessionId session;

    @BeforeEach
    void open() {
        service = new ServiceOnTest(Objects.requireNonNull(space), port);
        channels = new ChannelOnTest(Objects.requireNonNull(space), port);
        tenant = service.tenant();
        session = channels.session(tenant.scope());
    }

    @AfterEach
    void close() {
        channels.close();
        service.close();
    }

    @Test
    void inAndOutAreThereWithoutBeingMade() {
        // When
        HttpResponse<String> empty = get("/in");
        HttpResponse<String> appended = post("/out", "{\"n\":1}");
        HttpResponse<String> made =
                channels.send("PUT", path("/out"), tenant.key(), "", "Content-Type", "application/json");
        HttpResponse<String> other = channels.send("PUT", path("/out"), tenant.key(), "", "Content-Type", "text/plain");

        // Then
        assertThat(empty.statusCode()).isEqualTo(200);
        assertThat(empty.body()).isEqualTo("[]");
        assertThat(empty.headers().firstValue("Cache-Control").orElse("")).startsWith("private");
        assertThat(appended.statusCode()).isEqualTo(204);
        assertThat(header(appended, "Stream-Next-Offset")).isEqualTo("0000000000000000_0000000000000001");
        assertThat(made.statusCode()).isEqualTo(200);
        assertThat(other.statusCode()).isEqualTo(409);
        assertThat(get("/out").body()).isEqualTo("[{\"n\":1}]");
    }

    @Test
    void namedChannelsAreMadeOnceAndKeepTheirType() {
        // When
        HttpResponse<String> missing = get("/channels/log");
        HttpResponse<String> made =
                channels.send("PUT", path("/channels/log"), tenant.key(), "", "Content-Type", "text/plain");
        HttpResponse<String> again =
                channels.send("PUT", path("/channels/log"), tenant.key(), "", "Content-Type", "text/plain");

        // Then
        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(header(made, "Location")).endsWith(path("/channels/log"));
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(channels.send("PUT", path("/channels/a%2Fb"), tenant.key(), "")
                        .statusCode())
                .isEqualTo(400);
        assertThat(channels.send("DELETE", path("/channels/log"), tenant.key(), "")
                        .statusCode())
                .isEqualTo(405);
    }

    @Test
    void anotherTenantsSessionIsNotThere() {
        // Given
        Tenant stranger = service.tenant();
        post("/out", "1");

        // When
        List<Integer> answers = List.of(
                channels.send("GET", path("/out"), stranger.key(), "").statusCode(),
                channels.send("HEAD", path("/out"), stranger.key(), "").statusCode(),
                channels.send("POST", path("/out"), stranger.key(), "2", "Content-Type", "application/json")
                        .statusCode(),
                channels.send("PUT", path("/channels/x"), stranger.key(), "").statusCode(),
                channels.send("GET", path("/out"), "", "").statusCode(),
                channels.send("GET", path("/out"), "tk_nobody", "").statusCode());

        // Then
        assertThat(answers).containsExactly(404, 404, 404, 404, 401, 401);
        assertThat(get("/out").body()).isEqualTo("[1]");
    }

    @Test
    void aCloseOfTheSessionClosesItsChannelsAndStartsTheirRetention() {
        // Given
        post("/out", "\"last\"");

        // When
        service.send("POST", path("/close"), tenant.key(), "");
        HttpResponse<String> late = post("/out", "\"late\"");
        HttpResponse<String> read = get("/out");
        HttpResponse<String> never = get("/in");
        HttpResponse<String> head = channels.send("HEAD", path("/out"), tenant.key(), "");

        // Then
        assertThat(late.statusCode()).isEqualTo(409);
        assertThat(header(late, "Stream-Closed")).isEqualTo("true");
        assertThat(header(late, "Stream-Next-Offset")).isEqualTo(header(read, "Stream-Next-Offset"));
        assertThat(read.body()).isEqualTo("[\"last\"]");
        assertThat(header(read, "Stream-Closed")).isEqualTo("true");
        assertThat(header(never, "Stream-Closed")).isEqualTo("true");
        assertThat(head.headers().firstValue("Stream-Expires-At")).isPresent();
        assertThat(channels.send("PUT", path("/channels/x"), tenant.key(), "").statusCode())
                .isEqualTo(409);
    }

    @Test
    void afterTheirRetentionChannelsAreGoneAndSwept() {
        // Given
        post("/out", "1");
        service.send("POST", path("/close"), tenant.key(), "");

        // When
        channels.execute("UPDATE streams SET deadline = now() - interval '1 second' WHERE session_id = '%s'"
                .formatted(session.value()));
        sweeper.sweep();

        // Then
        assertThat(get("/out").statusCode()).isEqualTo(404);
        assertThat(channels.value("""
                SELECT count(*) FROM stream_records r JOIN streams s ON s.id = r.stream_id WHERE s.session_id = '%s'
                """.formatted(session.value()))).isEqualTo("0");
    }

    @Test
    void aPartIsStoredOnce() {
        // When
        HttpResponse<String> first = post("/out", "1", "X-Part-Id", "p-1");
        HttpResponse<String> second = post("/out", "2", "X-Part-Id", "p-2");
        HttpResponse<String> again = post("/out", "1", "X-Part-Id", "p-1");

        // Then
        assertThat(get("/out").body()).isEqualTo("[1,2]");
        assertThat(header(again, "Stream-Next-Offset")).isEqualTo(header(first, "Stream-Next-Offset"));
        assertThat(second.statusCode()).isEqualTo(204);
    }

    @Test
    void thePartsOfOneRequestAreNotThoseOfAnother() {
        // When
        post("/out", "\"a\"", "X-Part-Id", "m:1");
        post("/out", "[\"b\",\"c\"]", "X-Part-Id", "m");
        HttpResponse<String> again = post("/out", "[\"b\",\"c\"]", "X-Part-Id", "m");
        HttpResponse<String> first = post("/out", "[\"b\"]", "X-Part-Id", "m");

        // Then
        assertThat(get("/out").body()).isEqualTo("[\"a\",\"b\",\"c\"]");
        assertThat(header(again, "Stream-Next-Offset")).endsWith("3");
        assertThat(header(first, "Stream-Next-Offset")).endsWith("2");
        assertThat(post("/out", "1", "X-Part-Id", "p".repeat(256)).statusCode()).isEqualTo(204);
        assertThat(post("/out", "[1,2]", "X-Part-Id", "q".repeat(256)).statusCode())
                .isEqualTo(204);
        assertThat(post("/out", "1", "X-Part-Id", "r".repeat(257)).statusCode()).isEqualTo(400);
    }

    @Test
    void producersThatHaveNotWrittenForLongMakeRoomForOthers() {
        // Given
        assertThat(produce("first", 0).statusCode()).isEqualTo(200);
        channels.execute("UPDATE streams SET producer_count = 1000 WHERE session_id = '%s'".formatted(session.value()));

        // When
        HttpResponse<String> full = produce("second", 0);
        channels.execute("""
                UPDATE stream_producers p SET used_at = now() - interval '8 days'
                FROM streams s WHERE s.id = p.stream_id AND s.session_id = '%s'
                """.formatted(session.value()));
        HttpResponse<String> back = produce("first", 1);
        channels.execute("""
                UPDATE stream_producers p SET used_at = now() - interval '8 days'
                FROM streams s WHERE s.id = p.stream_id AND s.session_id = '%s'
                """.formatted(session.value()));
        HttpResponse<String> roomy = produce("second", 0);

        // Then
        assertThat(full.statusCode()).isEqualTo(413);
        assertThat(full.body()).contains("1000");
        assertThat(back.statusCode()).isEqualTo(200);
        assertThat(roomy.statusCode()).isEqualTo(200);
        assertThat(channels.value("SELECT producer_count FROM streams WHERE name = 'out' AND session_id = '%s'"
                        .formatted(session.value())))
                .isEqualTo("1000");
    }

    /** A page's token makes as many as it likes; those that come with a key have their room, and others of its kind wait. */
    @Test
    void producersOfTokensNeverTakeTheRoomOfThoseOfKeys() {
        // Given
        String token = service.send(
                        "POST",
                        "/api/v1/auth/public-tokens",
                        tenant.key(),
                        "{\"scopes\":[\"write:sessions:%s\"]}".formatted(session.friendly()))
                .body()
                .get("token")
                .asText();
        assertThat(produceIn(token, "page-0").statusCode()).isEqualTo(200);
        channels.execute("""
                INSERT INTO stream_producers (stream_id, producer_id, epoch, last_seq, guest)
                SELECT s.id, 'page-' || n, 0, 0, true FROM streams s CROSS JOIN generate_series(1, 249) n
                WHERE s.name = 'in' AND s.session_id = '%1$s';
                UPDATE streams SET producer_count = 250 WHERE name = 'in' AND session_id = '%1$s'
                """.formatted(session.value()));

        // When
        HttpResponse<String> another = produceIn(token, "page-250");
        HttpResponse<String> agent = produceIn(tenant.key(), "agent");
        channels.execute("""
                UPDATE stream_producers p SET used_at = now() - interval '2 hours'
                FROM streams s WHERE s.id = p.stream_id AND s.session_id = '%s'
                """.formatted(session.value()));
        HttpResponse<String> later = produceIn(token, "page-250");

        // Then
        assertThat(another.statusCode()).isEqualTo(413);
        assertThat(agent.statusCode()).isEqualTo(200);
        assertThat(later.statusCode()).isEqualTo(200);
        assertThat(channels.value("""
                SELECT count(*) FROM stream_producers p JOIN streams s ON s.id = p.stream_id
                WHERE s.session_id = '%s' AND NOT p.guest AND p.producer_id = 'agent'
                """.formatted(session.value()))).isEqualTo("1");
    }

    private HttpResponse<String> produceIn(String credential, String producer) {
        return channels.send(
                "POST",
                path("/in"),
                credential,
                "1",
                "Content-Type",
                "application/json",
                "Producer-Id",
                producer,
                "Producer-Epoch",
                "0",
                "Producer-Seq",
                "0");
    }

    private HttpResponse<String> produce(String producer, int seq) {
        return post("/out", "1", "Producer-Id", producer, "Producer-Epoch", "0", "Producer-Seq", Integer.toString(seq));
    }

    @Test
    void nothingIsWrittenIntoAClosedSessionByMakingItsChannels() {
        // Given
        SessionId source = channels.session(tenant.scope());
        String from = "/v1/sessions/" + source.friendly() + "/out";
        channels.send("POST", from, tenant.key(), "1", "Content-Type", "application/json");
        service.send("POST", path("/close"), tenant.key(), "");

        // When
        HttpResponse<String> filled =
                channels.send("PUT", path("/out"), tenant.key(), "[1]", "Content-Type", "application/json");
        HttpResponse<String> forked = channels.send("PUT", path("/in"), tenant.key(), "", "Stream-Forked-From", from);

        // Then
        assertThat(filled.statusCode()).isEqualTo(409);
        assertThat(forked.statusCode()).isEqualTo(409);
        assertThat(get("/out").body()).isEqualTo("[]");
        assertThat(header(get("/in"), "Stream-Closed")).isEqualTo("true");
    }

    @Test
    void theOperatorSaysHowLongChannelsAreReadAfterTheirEnd() {
        // Given
        String environment = "/v1/admin/orgs/" + tenant.scope().org() + "/environments/"
                + tenant.scope().environment().value();
        service.send("PUT", environment, ServiceOnTest.ADMIN_KEY, "{\"channel_retention\":\"PT1H\"}");
        post("/out", "1");

        // When
        service.send("POST", path("/close"), tenant.key(), "");

        // Then
        assertThat(channels.value("""
                SELECT s.deadline - s.closed_at FROM streams s WHERE s.name = 'out' AND s.session_id = '%s'
                """.formatted(session.value()))).isEqualTo("01:00:00");
        assertThat(service.get("/v1/admin/orgs/" + tenant.scope().org() + "/environments", ServiceOnTest.ADMIN_KEY)
                        .body()
                        .at("/items/0/channel_retention")
                        .asText())
                .isEqualTo("PT1H");
    }

    /** Whoever makes a channel holds the session's row until it is made: the close comes after, and closes it. */
    @Test
    void aChannelThatIsMadeWhileItsSessionClosesIsClosedWithIt()
            throws SQLException, ExecutionException, InterruptedException {
        // Given
        Future<HttpResponse<String>> made;
        Future<ServiceOnTest.Answer> closed;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                Connection other = Objects.requireNonNull(space).postgres().connect()) {
            other.setAutoCommit(false);
            try (var statement = other.createStatement()) {
                statement.execute("""
                        INSERT INTO streams (org_id, environment, session_id, name, content_type)
                        VALUES ('%s', '%s', '%s', 'channels/log', 'text/plain')
                        """.formatted(
                        tenant.scope().org(), tenant.scope().environment().value(), session.value()));
            }
            made = threads.submit(
                    () -> channels.send("PUT", path("/channels/log"), tenant.key(), "", "Content-Type", "text/plain"));
            untilSomebodyWaits("INSERT INTO streams");

            // When
            closed = threads.submit(() -> service.send("POST", path("/close"), tenant.key(), ""));
            untilSomebodyWaits("sessions");
            other.rollback();
        }

        // Then
        assertThat(made.get().statusCode()).isEqualTo(201);
        assertThat(closed.get().status()).isEqualTo(200);
        assertThat(channels.value("""
                SELECT s.closed_at IS NOT NULL AND s.deadline IS NOT NULL FROM streams s
                WHERE s.name = 'channels/log' AND s.session_id = '%s'
                """.formatted(session.value()))).isEqualTo("t");
    }

    @Test
    void aChannelIsNotMadeOnceItsSessionIsClosing() throws SQLException, ExecutionException, InterruptedException {
        // Given
        Future<HttpResponse<String>> named;
        Future<HttpResponse<String>> written;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                Connection closing = Objects.requireNonNull(space).postgres().connect()) {
            closing.setAutoCommit(false);
            try (var statement = closing.createStatement()) {
                statement.execute("""
                        SELECT c.id FROM sessions s CROSS JOIN LATERAL change_sessions(
                            ARRAY[s.id], ARRAY[s.version], ARRAY[gen_random_uuid()], 'session.closed', 'test', now()) c
                        WHERE s.id = '%s'
                        """.formatted(session.value()));
            }

            // When
            named = threads.submit(
                    () -> channels.send("PUT", path("/channels/log"), tenant.key(), "", "Content-Type", "text/plain"));
            written = threads.submit(() -> post("/out", "1"));
            untilSomebodyWaits("FOR SHARE OF s");
            closing.commit();
        }

        // Then
        assertThat(named.get().statusCode()).isEqualTo(409);
        assertThat(written.get().statusCode()).isEqualTo(409);
        assertThat(get("/out").body()).isEqualTo("[]");
    }

    private void untilReaders(int count) {
        until(
                "readers wait",
                () -> count == registry.get("turnkeep_channels_readers").gauge().value());
    }

    private void untilSomebodyWaits(String statement) {
        until(statement + " waits", () -> !channels.value("""
                SELECT a.pid FROM pg_stat_activity a
                WHERE a.wait_event_type = 'Lock' AND a.datname = current_database() AND a.query LIKE '%%%s%%'
                """.formatted(statement))
                .isEmpty());
    }

    @Test
    void aStreamWithALifetimeLivesOnWhileItIsRead() throws ExecutionException, InterruptedException {
        // Given
        String stream = "/v1/stream/" + session.value();
        channels.send("PUT", stream, "", "", "Content-Type", "application/json", "Stream-TTL", "60");
        String column = "SELECT extract(epoch FROM deadline - created_at) > 40 FROM streams WHERE name = '%s'"
                .formatted(session.value());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Read> reading = threads.submit(() -> channels.events(stream + "?offset=-1", ""));
            untilReaders(1);
            channels.execute("UPDATE streams SET deadline = now() + interval '30 seconds' WHERE name = '%s'"
                    .formatted(session.value()));

            // When / Then
            until("its life is longer again", () -> channels.value(column).equals("t"));
            channels.send("POST", stream, "", "", "Stream-Closed", "true");
            assertThat(reading.get().lastControl().path("streamClosed").asBoolean())
                    .isTrue();
        }
    }

    @Test
    void whatIsTrimmedIsGoneAndTheRestIsRead() {
        // Given
        for (int i = 0; i < 5; i++) {
            post("/out", Integer.toString(i));
        }

        // When
        HttpResponse<String> trimmed = trim("/out", offset(3));
        HttpResponse<String> again = trim("/out", offset(2));

        // Then
        assertThat(List.of(trimmed.statusCode(), again.statusCode())).containsOnly(204);
        assertThat(get("/out").body()).isEqualTo("[3,4]");
        assertThat(get("/out?offset=" + offset(1)).statusCode()).isEqualTo(410);
        assertThat(get("/out?offset=" + offset(3)).body()).isEqualTo("[3,4]");
        assertThat(stored("stream_records", session)).isEqualTo("2");
        assertThat(channels.value("SELECT byte_count FROM streams WHERE name = 'out' AND session_id = '%s'"
                        .formatted(session.value())))
                .isEqualTo("18");
        assertThat(trim("/out", offset(6)).statusCode()).isEqualTo(400);
        assertThat(trim("/out", "now").statusCode()).isEqualTo(400);
        assertThat(channels.send(
                                "DELETE",
                                path("/out?before=" + offset(4)),
                                service.tenant().key(),
                                "")
                        .statusCode())
                .isEqualTo(404);
    }

    /** Full is not for ever, and says what to do. */
    @Test
    void aFullChannelSaysSoWithBothNumbersAndIsWrittenAgainOnceItIsTrimmed() {
        // Given
        String large = "\"" + "x".repeat(1_000_000) + "\"";
        for (int i = 0; i < ChannelProfile.SIZE; i++) {
            post("/out", large);
        }
        long record = 8L + large.length();

        // When
        HttpResponse<String> full = post("/out", large);
        HttpResponse<String> trimmed = trim("/out", offset(1));
        HttpResponse<String> written = post("/out", large);

        // Then
        assertThat(full.statusCode()).isEqualTo(413);
        assertThat(full.body())
                .contains(
                        "holds " + ChannelProfile.SIZE * record + " bytes",
                        "the limit is " + ChannelProfile.SIZE * 1024 * 1024,
                        "?before=");
        assertThat(header(full, "x-should-retry")).isEqualTo("false");
        assertThat(full.headers().firstValue("Retry-After")).isEmpty();
        assertThat(List.of(trimmed.statusCode(), written.statusCode())).containsOnly(204);
        assertThat(channels.value("SELECT byte_count FROM streams WHERE name = 'out' AND session_id = '%s'"
                        .formatted(session.value())))
                .isEqualTo(Long.toString(ChannelProfile.SIZE * record));
    }

    @Test
    void aSessionHasSoManyChannelsAndNoMore() {
        // Given
        for (int i = 0; i < ChannelProfile.CHANNELS; i++) {
            assertThat(channels.send("PUT", path("/channels/c" + i), tenant.key(), "")
                            .statusCode())
                    .isEqualTo(201);
        }

        // When
        HttpResponse<String> beyond = channels.send("PUT", path("/channels/more"), tenant.key(), "");

        // Then
        assertThat(beyond.statusCode()).isEqualTo(413);
        assertThat(beyond.body()).contains("has " + ChannelProfile.CHANNELS + " channels");
        assertThat(channels.send("PUT", path("/channels/c0"), tenant.key(), "").statusCode())
                .isEqualTo(200);
        assertThat(post("/out", "1").statusCode()).isEqualTo(204);
    }

    /** However large: the transaction that erases it stays small. */
    @Test
    void aLargeSessionsChannelsAreOutOfReachOnceItIsErasedAndThenRemoved() {
        // Given
        String large = "\"" + "x".repeat(1_000_000) + "\"";
        for (int i = 0; i < 3; i++) {
            post("/out", large);
            post("/in", large);
        }

        // When
        HttpResponse<String> erased = channels.send("DELETE", path(""), tenant.key(), "");
        String doomed = channels.value("SELECT count(*) FROM streams WHERE erased_at IS NOT NULL AND session_id = '%s'"
                .formatted(session.value()));
        sweeper.sweep();

        // Then
        assertThat(erased.statusCode()).isBetween(200, 204);
        assertThat(doomed).isEqualTo("2");
        assertThat(get("/out").statusCode()).isEqualTo(404);
        assertThat(stored("stream_records", session)).isEqualTo("0");
        assertThat(channels.value("SELECT count(*) FROM streams WHERE session_id = '%s'".formatted(session.value())))
                .isEqualTo("0");
    }

    /** A deleted row is looked at until it is empty, and then no more; one that is held keeps no other. */
    @Test
    void theSweepIsDoneWithWhatItHasEmptiedAndPassesOverWhatIsHeld() throws SQLException {
        // Given
        SessionId second = channels.session(tenant.scope());
        for (SessionId one : List.of(session, second)) {
            channels.send(
                    "POST",
                    "/v1/sessions/" + one.friendly() + "/out",
                    tenant.key(),
                    "1",
                    "Content-Type",
                    "application/json",
                    "Producer-Id",
                    "p",
                    "Producer-Epoch",
                    "0",
                    "Producer-Seq",
                    "0");
            channels.execute("UPDATE streams SET deadline = now() - interval '1 hour' WHERE session_id = '%s'"
                    .formatted(one.value()));
        }
        channels.execute("UPDATE streams SET deadline = now() - interval '2 hours' WHERE session_id = '%s'"
                .formatted(session.value()));

        // When
        try (Connection holder = Objects.requireNonNull(space).postgres().connect()) {
            holder.setAutoCommit(false);
            try (var statement = holder.createStatement()) {
                statement.execute(
                        "SELECT 1 FROM streams WHERE session_id = '%s' FOR UPDATE".formatted(session.value()));
            }
            sweeper.sweep();
            holder.rollback();
        }

        // Then
        assertThat(stored("stream_records", session)).isEqualTo("1");
        assertThat(stored("stream_records", second)).isEqualTo("0");
        assertThat(stored("stream_producers", second)).isEqualTo("0");
        String left = "SELECT count(*) FROM streams WHERE deleted_at IS NOT NULL AND emptied_at IS NULL";
        assertThat(channels.value(left)).isEqualTo("0");
        sweeper.sweep();
        assertThat(stored("stream_records", session)).isEqualTo("0");
        assertThat(channels.value(left)).isEqualTo("0");
        assertThat(channels.value("SELECT count(*) FROM streams WHERE session_id = '%s' AND emptied_at IS NOT NULL"
                        .formatted(second.value())))
                .isEqualTo("1");
    }

    @Test
    void limitsAreToldWithTheirNumbers() {
        // When
        HttpResponse<String> record = post("/out", "\"" + "x".repeat(1024 * 1024) + "\"");
        HttpResponse<String> body = post("/out", "\"" + "x".repeat(5 * 1024 * 1024) + "\"");
        HttpResponse<String> records = post("/out", "[" + "1,".repeat(1000) + "1]");

        // Then
        assertThat(List.of(record, body, records))
                .extracting(HttpResponse::statusCode)
                .containsOnly(413);
        assertThat(record.body()).contains("1048576");
        assertThat(body.body()).contains("4194304");
        assertThat(records.body()).contains("1001").contains("1000");
    }

    @Test
    void aSessionIsContinuedFromAnEarlierMessage() {
        // Given
        post("/out", "[0,1,2,3]");
        post("/in", "[\"a\",\"b\"]");
        String fork = "/v1/sessions/" + session.friendly() + "/fork";

        // When
        HttpResponse<String> made =
                channels.send("POST", fork, tenant.key(), "{\"channels\":{\"out\":2},\"external_id\":\"try-2\"}");
        HttpResponse<String> repeated =
                channels.send("POST", fork, tenant.key(), "{\"channels\":{\"out\":2},\"external_id\":\"try-2\"}");
        HttpResponse<String> taken = channels.send("POST", fork, tenant.key(), "{\"external_id\":\"try-2\"}");
        HttpResponse<String> beyond = channels.send("POST", fork, tenant.key(), "{\"channels\":{\"out\":9}}");
        HttpResponse<String> stranger =
                channels.send("POST", fork, service.tenant().key(), "{}");
        String continued = "/v1/sessions/"
                + channels.parsed(made.body()).at("/session/friendly_id").asText();
        HttpResponse<String> appended = channels.send(
                "POST", continued + "/out", tenant.key(), "\"other\"", "Content-Type", "application/json");

        // Then
        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(repeated.statusCode()).isEqualTo(200);
        assertThat(channels.parsed(repeated.body())).isEqualTo(channels.parsed(made.body()));
        assertThat(appended.statusCode()).isEqualTo(204);
        assertThat(channels.send("GET", continued + "/out", tenant.key(), "").body())
                .isEqualTo("[0,1,\"other\"]");
        assertThat(channels.send("GET", continued + "/in", tenant.key(), "").body())
                .isEqualTo("[\"a\",\"b\"]");
        assertThat(get("/out").body()).isEqualTo("[0,1,2,3]");
        assertThat(service.get(continued, tenant.key())
                        .body()
                        .at("/session/parent_session_id")
                        .asText())
                .isEqualTo(session.toString());
        assertThat(List.of(taken.statusCode(), beyond.statusCode(), stranger.statusCode()))
                .containsExactly(409, 422, 404);
    }

    /** The copy of one channel waits here for its row; the channel before it is copied already. */
    @Test
    void aForkLetsItsSourceBeWritten() throws SQLException, ExecutionException, InterruptedException {
        // Given
        post("/in", "0");
        post("/out", "0");
        Future<HttpResponse<String>> fork;
        HttpResponse<String> appended;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                Connection holder = Objects.requireNonNull(space).postgres().connect()) {
            holder.setAutoCommit(false);
            try (var statement = holder.createStatement()) {
                statement.execute("SELECT 1 FROM streams WHERE name = 'out' AND session_id = '%s' FOR UPDATE"
                        .formatted(session.value()));
            }
            fork = threads.submit(() -> channels.send("POST", path("/fork"), tenant.key(), "{}"));
            until("the fork waits", () -> !channels.value("""
                    SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND usename IS NOT NULL AND wait_event_type = 'Lock'
                    """).equals("0"));

            // When
            appended = post("/in", "1");

            // Then
            assertThat(appended.statusCode()).isEqualTo(204);
            assertThat(fork.isDone()).isFalse();
            holder.rollback();
        }
        assertThat(fork.get().statusCode()).isEqualTo(201);
        assertThat(get("/in").body()).isEqualTo("[0,1]");
    }

    @Test
    void aRowThatSomebodyHoldsKeepsItsOwnStreamWaitingAndNoOther()
            throws SQLException, ExecutionException, InterruptedException {
        // Given
        post("/out", "0");
        post("/in", "0");
        Future<HttpResponse<String>> waiting;
        Future<HttpResponse<String>> behind;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                Connection holder = Objects.requireNonNull(space).postgres().connect()) {
            holder.setAutoCommit(false);
            try (var statement = holder.createStatement()) {
                statement.execute("SELECT 1 FROM streams WHERE name = 'out' AND session_id = '%s' FOR UPDATE"
                        .formatted(session.value()));
            }

            // When
            waiting = threads.submit(() -> post("/out", "1"));
            for (int i = 1; i <= 20; i++) {
                assertThat(post("/in", Integer.toString(i)).statusCode()).isEqualTo(204);
            }
            behind = threads.submit(() -> post("/out", "2"));
            assertThat(waiting.isDone()).isFalse();
            holder.rollback();
        }

        // Then
        assertThat(waiting.get().statusCode()).isEqualTo(204);
        assertThat(behind.get().statusCode()).isEqualTo(204);
        assertThat(get("/out").body()).isIn("[0,1,2]", "[0,2,1]");
    }

    /** They are sent the same bytes, each from where it is. */
    @Test
    void largeEventsReachEveryReaderWhole() throws InterruptedException, ExecutionException {
        // Given
        List<Future<List<JsonNode>>> readers = new ArrayList<>();
        List<String> sent = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            post("/out", "\"first\"");
            for (int i = 0; i < 8; i++) {
                readers.add(threads.submit(() -> eventsToTheEnd("/out")));
            }
            until(
                    "readers wait",
                    () -> registry.get("turnkeep_channels_readers").gauge().value() >= 8);

            // When
            sent.add("first");
            for (int i = 0; i < 5; i++) {
                String message = i + "x".repeat(100_000);
                sent.add(message);
                post("/out", "\"" + message + "\"");
            }
            service.send("POST", path("/close"), tenant.key(), "");
        }

        // Then
        for (Future<List<JsonNode>> reader : readers) {
            assertThat(reader.get()).extracting(JsonNode::asText).isEqualTo(sent);
        }
        until(
                "all is sent",
                () -> registry.get("turnkeep_channels_readers_bytes").gauge().value() == 0);
    }

    /** What is read later than it was written is history; what a reader waited for has a delay. */
    @Test
    void historyHasNoDelayAndNewsHas() {
        // Given
        post("/out", "0");
        long before = delays();

        // When
        get("/out");
        get("/out?live=long-poll&offset=-1");
        long afterHistory = delays();
        AtomicInteger written = new AtomicInteger();
        until("news is timed", () -> {
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                threads.execute(() -> get("/out?live=long-poll&offset=now"));
                until(
                        "a reader waits",
                        () -> registry.get("turnkeep_channels_readers").gauge().value() > 0);
                post("/out", Integer.toString(written.incrementAndGet()));
            }
            return delays() > before;
        });

        // Then
        assertThat(afterHistory).isEqualTo(before);
    }

    private long delays() {
        return registry.get("turnkeep_channels_delivery_lag").timer().count();
    }

    /** Of two megabytes that a stranger announces, none is waited for; of those of a friend, for a while. */
    @Test
    void aLargeBodyIsNotReadBeforeItsSenderIsKnownAndNotWaitedForForEver() {
        // Given
        String announced = "POST " + path("/out") + " HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Type: application/json\r\nContent-Length: 2000000\r\n%s\r\n1";

        // When
        String stranger = channels.answerTo(announced.formatted(""));
        String friend = channels.answerTo(announced.formatted("Authorization: Bearer " + tenant.key() + "\r\n"));

        // Then
        assertThat(stranger).startsWith("HTTP/1.1 401");
        assertThat(friend).startsWith("HTTP/1.1 400");
        assertThat(get("/out").body()).isEqualTo("[]");
    }

    @Test
    void theOpenNamespaceIsNotThereForPagesFromElsewhere() {
        // Given
        String open = "/v1/stream/" + session.value();
        channels.send("PUT", open, "", "1", "Content-Type", "application/json");
        String asked = "GET " + open + " HTTP/1.1\r\nHost: %s\r\n\r\n";

        // When
        List<HttpResponse<String>> foreign = List.of(
                channels.send("GET", open, "", "", "Origin", "https://evil.example"),
                channels.send("GET", open, "", "", "Origin", "null"));
        HttpResponse<String> asking = channels.send("OPTIONS", open, "", "", "Origin", "https://evil.example");
        HttpResponse<String> local = channels.send("GET", open, "", "", "Origin", "http://localhost:3000");

        // Then
        assertThat(foreign).extracting(HttpResponse::statusCode).containsOnly(404);
        assertThat(header(asking, "Access-Control-Allow-Origin")).isEmpty();
        assertThat(header(local, "Access-Control-Allow-Origin")).isEqualTo("*");
        assertThat(local.body()).isEqualTo("[1]");
        assertThat(channels.answerTo(asked.formatted("rebound.example:" + port)))
                .startsWith("HTTP/1.1 404");
        assertThat(channels.answerTo(asked.formatted("[::1]:" + port))).startsWith("HTTP/1.1 200");
    }

    @Test
    void anExpiredForkThatIsMadeAnewLetsItsSourceGo() {
        // Given
        String source = "/v1/stream/source-" + session.value();
        String fork = "/v1/stream/fork-" + session.value();
        channels.send("PUT", source, "", "");
        channels.send("PUT", fork, "", "", "Stream-Forked-From", source);
        channels.send("DELETE", source, "", "");
        int hidden = channels.send("GET", source, "", "").statusCode();

        // When
        channels.execute("UPDATE streams SET deadline = now() - interval '1 second' WHERE name = 'fork-%s'"
                .formatted(session.value()));
        int made = channels.send("PUT", fork, "", "").statusCode();

        // Then
        assertThat(hidden).isEqualTo(410);
        assertThat(made).isEqualTo(201);
        assertThat(channels.send("GET", source, "", "").statusCode()).isEqualTo(404);
    }

    @Test
    void soDoManyRowsThatSomebodyHolds() throws SQLException, ExecutionException, InterruptedException {
        // Given
        post("/in", "0");
        List<String> held =
                IntStream.range(0, 20).mapToObj(i -> "/channels/held-" + i).toList();
        held.forEach(
                channel -> channels.send("PUT", path(channel), tenant.key(), "", "Content-Type", "application/json"));
        List<Future<HttpResponse<String>>> waiting = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                Connection holder = Objects.requireNonNull(space).postgres().connect()) {
            holder.setAutoCommit(false);
            try (var statement = holder.createStatement()) {
                statement.execute("SELECT 1 FROM streams WHERE name LIKE 'channels/%%' AND session_id = '%s' FOR UPDATE"
                        .formatted(session.value()));
            }
            held.forEach(channel -> waiting.add(threads.submit(() -> post(channel, "1"))));

            // When
            for (int i = 1; i <= 20; i++) {
                assertThat(post("/in", Integer.toString(i)).statusCode()).isEqualTo(204);
                assertThat(get("/in").statusCode()).isEqualTo(200);
            }
            assertThat(waiting).noneMatch(Future::isDone);
            holder.rollback();
        }

        // Then
        for (Future<HttpResponse<String>> each : waiting) {
            assertThat(each.get().statusCode()).isEqualTo(204);
        }
    }

    @Test
    void aSessionHasSoManyReadersAndNoMore() throws InterruptedException {
        // Given
        List<Integer> answers = Collections.synchronizedList(new ArrayList<>());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < ChannelProfile.READERS + 5; i++) {
                // When
                threads.execute(
                        () -> answers.add(channels.send("GET", path("/in?live=long-poll&offset=now"), tenant.key(), "")
                                .statusCode()));
            }
        }

        // Then
        assertThat(answers).filteredOn(status -> status == 429).hasSize(5);
        assertThat(answers).filteredOn(status -> status == 204).hasSize(ChannelProfile.READERS);
    }

    /** Close and append serialise: a writer that was acknowledged is read by all, and nobody waits for ever. */
    @Test
    void aCloseAgainstManyWritersAndReadersLosesNothing() throws InterruptedException, ExecutionException {
        // Given
        Map<String, String> acknowledged = new ConcurrentHashMap<>();
        AtomicInteger refused = new AtomicInteger();
        List<Future<List<JsonNode>>> readers = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < MANY / 2; i++) {
                readers.add(threads.submit(() -> eventsToTheEnd("/out")));
                readers.add(threads.submit(() -> channels.polls(path("/out"), tenant.key())));
            }
            for (int i = 0; i < MANY; i++) {
                int writer = i;
                threads.execute(() -> write(writer, acknowledged, refused));
            }

            // When
            until("many are written", () -> acknowledged.size() > 10 * MANY);
            service.send("POST", path("/close"), tenant.key(), "");
        }

        // Then
        List<JsonNode> stored = eventsToTheEnd("/out");
        assertThat(refused).hasValue(MANY);
        assertThat(stored).extracting(JsonNode::asText).containsAll(acknowledged.keySet());
        assertThat(stored).doesNotHaveDuplicates();
        for (Future<List<JsonNode>> reader : readers) {
            assertThat(reader.get()).isEqualTo(stored);
        }
        assertThat(channels.value("""
                SELECT count(*) FROM stream_records r JOIN streams s ON s.id = r.stream_id
                WHERE s.session_id = '%s' AND s.name = 'out' AND r.at > s.closed_at + interval '1 second'
                """.formatted(session.value()))).isEqualTo("0");
    }

    private void write(int writer, Map<String, String> acknowledged, AtomicInteger refused) {
        for (int n = 0; true; n++) {
            String message = writer + "-" + n;
            HttpResponse<String> answer = post("/out", "\"" + message + "\"");
            if (answer.statusCode() != 204) {
                assertThat(answer.statusCode()).isEqualTo(409);
                refused.incrementAndGet();
                return;
            }
            acknowledged.put(message, header(answer, "Stream-Next-Offset"));
        }
    }

    private List<JsonNode> eventsToTheEnd(String channel) {
        Read read = channels.events(path(channel) + "?offset=-1", tenant.key());
        assertThat(read.lastControl().path("streamClosed").asBoolean()).isTrue();
        return read.messages();
    }

    private HttpResponse<String> trim(String channel, String before) {
        return channels.send("DELETE", path(channel + "?before=" + before), tenant.key(), "");
    }

    private static String offset(long seq) {
        return "0000000000000000_%016d".formatted(seq);
    }

    private String stored(String table, SessionId owner) {
        return channels.value("SELECT count(*) FROM %s r JOIN streams s ON s.id = r.stream_id WHERE s.session_id = '%s'"
                .formatted(table, owner.value()));
    }

    private String path(String rest) {
        return "/v1/sessions/" + session.friendly() + rest;
    }

    private HttpResponse<String> get(String channel) {
        return channels.send("GET", path(channel), tenant.key(), "");
    }

    private HttpResponse<String> post(String channel, String body, String... headers) {
        List<String> all = new ArrayList<>(List.of("Content-Type", "application/json"));
        all.addAll(List.of(headers));
        return channels.send("POST", path(channel), tenant.key(), body, all.toArray(String[]::new));
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }
}
