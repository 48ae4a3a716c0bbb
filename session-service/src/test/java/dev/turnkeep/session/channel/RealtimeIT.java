package dev.turnkeep.session.channel;

import static dev.turnkeep.session.turn.ServiceOnTest.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.session.access.TestTokens;
import dev.turnkeep.session.channel.RealtimeReader.Ending;
import dev.turnkeep.session.channel.log.Append;
import dev.turnkeep.session.channel.log.Appender;
import dev.turnkeep.session.channel.log.Kind;
import dev.turnkeep.session.channel.log.NewRecord;
import dev.turnkeep.session.channel.log.RecordHeader;
import dev.turnkeep.session.channel.log.StreamAddress;
import dev.turnkeep.session.channel.token.StreamTokens;
import dev.turnkeep.session.turn.ServiceOnTest;
import dev.turnkeep.session.turn.ServiceOnTest.Tenant;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Inject;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
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

/** The realtime API of a session's channels, as its clients see it. Points are those of docs/session-api-tests.md. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(ChannelProfile.class)
class RealtimeIT {
    private static final String TRIM_NOTHING = "\0".repeat(8);

    @Nullable
    TestSpace space;

    @Inject
    Appender appender;

    @Inject
    StreamTokens tokens;

    @ConfigProperty(name = "quarkus.http.port")
    int port;

    private ServiceOnTest service;
    private ChannelOnTest channels;
    private Tenant tenant;
    private SessionId session;
    private HttpClient http;

    @BeforeEach
    void open() {
        http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        service = new ServiceOnTest(Objects.requireNonNull(space), port);
        channels = new ChannelOnTest(Objects.requireNonNull(space), port);
        tenant = service.tenant();
        session = channels.session(tenant.scope());
    }

    @AfterEach
    void close() {
        http.shutdownNow();
        channels.close();
        service.close();
    }

    @Test
    void aReaderGetsWhatIsThereAndWhatComesUntilTheSessionIsClosed() {
        // Given
        append("/out", "{\"n\":1}");
        append("/out", "plain");

        // When
        RealtimeReader reader = reader("/out");
        reader.records(2);
        append("/out", "later");
        reader.records(3);
        service.send("POST", "/v1/sessions/" + session.friendly() + "/close", tenant.key(), "");

        // Then
        assertThat(reader.ending()).isEqualTo(Ending.DONE);
        assertThat(reader.header("X-Stream-Version")).isEqualTo("v2");
        assertThat(reader.records().stream()
                        .map(record -> record.path("seq_num").asLong()))
                .containsExactly(0L, 1L, 2L);
        assertThat(reader.records()).allSatisfy(record -> {
            assertThat(record.path("timestamp").asLong()).isPositive();
            assertThat(record.has("headers")).isFalse();
        });
        assertThat(reader.data().stream().map(JsonNode::asText)).containsExactly("{\"n\":1}", "plain", "later");
        RealtimeReader late = reader("/out", "Last-Event-ID", "1");
        assertThat(late.ending()).isEqualTo(Ending.DONE);
        assertThat(late.header("X-Session-Settled")).isEqualTo("true");
        assertThat(late.data().stream().map(JsonNode::asText)).containsExactly("later");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1-0", "1,1,80"})
    void goesOnAfterTheLastEventHoweverItIsNamed(String last) {
        // Given
        IntStream.range(0, 3).forEach(i -> append("/in", "m" + i));

        // When
        RealtimeReader reader = reader("/in", "Last-Event-ID", last, "Timeout-Seconds", "1");

        // Then
        assertThat(reader.ending()).isEqualTo(Ending.DONE);
        assertThat(reader.data().stream().map(JsonNode::asText)).containsExactly("m2");
    }

    @Test
    void aReaderMayBeginWithWhatComes() {
        // Given
        append("/out", "history");

        // When
        RealtimeReader reader = reader("/out", "X-Trigger-Stream-Start", "latest");
        append("/out", "news");

        // Then: a command, which says where it begins, and what came
        reader.records(2);
        assertThat(reader.data().getLast().asText()).isEqualTo("news");
        JsonNode begun = reader.records().getFirst();
        assertThat(begun.path("seq_num").asLong()).isZero();
        assertThat(begun.path("headers").toString()).isEqualTo("[[\"\",\"start\"]]");
        assertThat(reader.records().getLast().path("seq_num").asLong()).isEqualTo(1);
    }

    @Test
    void aReaderThatBeginsWithWhatComesLosesNothingBetweenTwoConnections() {
        // Given
        append("/out", "history");
        for (String channel : List.of("/out", "/in", "/channels/none/out")) {
            RealtimeReader cut = reader(channel, "X-Trigger-Stream-Start", "latest");
            String place = cut.records(1).getFirst().path("seq_num").asText();

            // When: its client knows of this place, and of no record
            append(channel, "between");
            RealtimeReader back = reader(channel, "Last-Event-ID", place, "Timeout-Seconds", "1");

            // Then
            assertThat(back.ending()).isEqualTo(Ending.DONE);
            assertThat(back.data().stream().map(JsonNode::asText)).as(channel).containsExactly("between");
        }
    }

    @Test
    void aReaderThatCameBeforeItsSessionCountsAmongItsReaders() {
        // Given
        String name = "later-" + UUID.randomUUID();
        String path = "/realtime/v1/sessions/" + name;
        List<RealtimeReader> early = IntStream.range(0, ChannelProfile.READERS)
                .mapToObj(_ -> new RealtimeReader(http, port, path + "/out", tenant.key()))
                .toList();
        String other = "/realtime/v1/sessions/other-" + UUID.randomUUID() + "/out";
        assertThat(channels.send("GET", other, tenant.key(), "").statusCode()).isEqualTo(429);

        // When
        create(name);
        channels.send("POST", path + "/out/append", tenant.key(), "at last");
        early.forEach(reader -> reader.records(1));

        // Then: they have made room for others that are early
        assertThat(new RealtimeReader(http, port, other, tenant.key(), "Timeout-Seconds", "1").ending())
                .isEqualTo(Ending.DONE);
        assertThat(channels.send("GET", path + "/out", tenant.key(), "").statusCode())
                .isEqualTo(429);
    }

    @Test
    void aSilentChannelSaysThatItIsAliveAndEndsWithTheReadersPatience() {
        // When
        RealtimeReader reader = reader("/out", "Timeout-Seconds", "2");

        // Then
        assertThat(reader.ending()).isEqualTo(Ending.DONE);
        assertThat(reader.pings()).isGreaterThan(1);
        assertThat(reader.header("X-Session-Settled")).isEmpty();
    }

    @Test
    void aReaderMayComeBeforeItsSession() {
        // Given
        String name = "later/" + UUID.randomUUID();
        String path = "/realtime/v1/sessions/" + name.replace("/", "%2F");
        RealtimeReader reader = new RealtimeReader(http, port, path + "/out", tenant.key());

        // When
        create(name);
        channels.send("POST", path + "/out/append", tenant.key(), "at last");

        // Then
        assertThat(reader.status()).isEqualTo(200);
        reader.records(1);
        assertThat(reader.data().getFirst().asText()).isEqualTo("at last");
        assertThat(channels.send("GET", "/realtime/v1/sessions/nobody/out/records", tenant.key(), "")
                        .body())
                .isEqualTo("{\"records\":[]}");
    }

    @Test
    void namedChannelsComeInPairsAndAreMadeByWhoeverWritesThem() {
        // Given
        RealtimeReader reader = reader("/channels/log.1/out");

        // When
        append("/channels/log.1/out", "line");
        HttpResponse<String> in = append("/channels/log.1/in", "{\"level\":\"debug\"}");

        // Then
        reader.records(1);
        assertThat(reader.data().getFirst().asText()).isEqualTo("line");
        assertThat(json(in).path("seq").asLong()).isZero();
        assertThat(durable("GET", "/channels/log.1/in?offset=-1").body())
                .startsWith("[{\"data\":\"{\\\"level\\\":\\\"debug\\\"}\",\"id\":");
        assertThat(get("/channels/log.1/sideways").statusCode()).isEqualTo(400);
        assertThat(get("/channels/a%2Fb/in").statusCode()).isEqualTo(400);
    }

    @Test
    void aNamedChannelThatNeverWasEndsAtOnceOnceItsSessionIsClosed() {
        // Given
        service.send("POST", "/v1/sessions/" + session.friendly() + "/close", tenant.key(), "");

        // When
        RealtimeReader reader = reader("/channels/none/out");

        // Then
        assertThat(reader.ending()).isEqualTo(Ending.DONE);
        assertThat(reader.header("X-Session-Settled")).isEqualTo("true");
        assertThat(append("/channels/none/in", "x").statusCode()).isEqualTo(400);
    }

    @Test
    void whatOtherProtocolsWroteIsGivenAnEnvelope() {
        // Given
        durable("POST", "/out", "[{\"a\":1},\"two\"]");

        // When
        RealtimeReader reader = reader("/out", "Timeout-Seconds", "1");
        JsonNode drained = json(get("/out/records")).path("records");

        // Then
        assertThat(reader.ending()).isEqualTo(Ending.DONE);
        assertThat(reader.data().toString()).isEqualTo("[{\"a\":1}, \"two\"]");
        assertThat(drained.path(0).path("data").toString()).isEqualTo("{\"a\":1}");
        assertThat(drained.path(1).path("id").asText()).isEqualTo("seq-1");
    }

    @Test
    void noMessageClaimsToBeAWebhooks() {
        // When
        append("/in", "{\"kind\":\"message\",\"payload\":{\"x\":1.50,\"actionSource\":\"browser\"}}");
        append("/in", "{\"kind\":\"message\",\"payload\":{\"x\":1,\"action\\u0053ource\":\"webhook\"}}");

        // Then
        List<String> data = new ArrayList<>();
        json(get("/in/records"))
                .path("records")
                .forEach(record -> data.add(record.path("data").asText()));
        assertThat(data)
                .containsExactly(
                        "{\"kind\":\"message\",\"payload\":{\"x\":1.50,\"actionSource\":\"browser\"}}",
                        "{\"kind\":\"message\",\"payload\":{\"x\":1}}");
    }

    @Test
    void noMessageOfABrowserByDurableStreamsClaimsToBeAWebhooks() {
        // Given
        String browser = browser("write:sessions:" + session.friendly());
        String forged = "{\"kind\":\"message\",\"payload\":{\"x\":1,\"actionSource\":\"webhook\"}}";
        String path = "/v1/sessions/" + session.friendly() + "/in";

        // When
        for (String key : List.of(browser, tenant.key())) {
            HttpResponse<String> sent = channels.send(
                    "POST",
                    path,
                    key,
                    "[" + forged + ",{\"data\":" + forged + "}]",
                    "Content-Type",
                    "application/json");
            assertThat(sent.statusCode()).isEqualTo(204);
        }

        // Then: whoever holds the key has it as it is
        String clean = "{\"kind\":\"message\",\"payload\":{\"x\":1}}";
        assertThat(durable("GET", "/in?offset=-1").body())
                .isEqualTo("[" + clean + ",{\"data\":" + clean + "}," + forged + ",{\"data\":" + forged + "}]");
    }

    @Test
    void point29AStreamTokenIsForOneStreamAndDiesWithItsKey() {
        // Given
        String key = service.keyWith(tenant, "[\"*\"]");
        HttpResponse<String> in = channels.send("PUT", path("/in"), key, "");
        String token = header(in, "X-S2-Access-Token");

        // When
        StreamAddress allowed = tokens.check(token).stream();
        List<Integer> elsewhere = List.of(
                channels.send("GET", path("/in/records"), token, "").statusCode(),
                channels.send("POST", path("/in/append"), token, "x").statusCode(),
                channels.send("PUT", path("/in"), token, "").statusCode(),
                channels.send("GET", "/api/v1/sessions/" + session.friendly(), token, "")
                        .statusCode());
        service.revoke(key, tenant);

        // Then
        assertThat(in.statusCode()).isEqualTo(202);
        assertThat(in.body()).isEqualTo("{\"version\":\"v2\"}");
        assertThat(allowed).isEqualTo(StreamAddress.channel(tenant.scope(), session, "in"));
        assertThat(elsewhere).containsOnly(401);
        until("the token of the revoked key is dead", () -> tokens.find(token).isEmpty());
    }

    @Test
    void point29ATokenOfABrowserWritesInAndNeverOut() {
        // Given
        String browser = browser("write:sessions:" + session.friendly());

        // When
        HttpResponse<String> in = channels.send("PUT", path("/in"), browser, "");

        // Then
        assertThat(in.statusCode()).isEqualTo(202);
        assertThat(tokens.check(header(in, "X-S2-Access-Token")).until())
                .isBeforeOrEqualTo(Instant.now().plusSeconds(60));
        assertThat(channels.send("PUT", path("/out"), browser, "").statusCode()).isEqualTo(403);
        assertThat(channels.send("PUT", path("/channels/x/out"), browser, "").statusCode())
                .isEqualTo(403);
        assertThat(channels.send("POST", path("/out/append"), browser, "x").statusCode())
                .isEqualTo(403);
        assertThat(channels.send("POST", path("/in/append"), browser, "x").statusCode())
                .isEqualTo(200);
        assertThat(channels.send("GET", path("/out"), browser, "").statusCode()).isEqualTo(403);
    }

    @Test
    void aReaderIsSentAwayOnceItsKeyIsRevoked() {
        // Given
        String key = service.keyWith(tenant, "[\"*\"]");
        RealtimeReader reader = new RealtimeReader(http, port, path("/out"), key);

        // When
        service.revoke(key, tenant);

        // Then
        assertThat(reader.ending()).isEqualTo(Ending.CUT);
        assertThat(channels.send("GET", path("/out"), key, "").statusCode()).isEqualTo(401);
    }

    @Test
    void point30APartIsStoredOnceAndAnsweredWithItsSeqForAsLongAsItLives()
            throws InterruptedException, ExecutionException {
        // Given
        append("/in", "before");
        List<Long> seqs = new ArrayList<>();

        // When: many at one time, and again after the close
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<JsonNode>> answers = IntStream.range(0, 16)
                    .mapToObj(_ -> threads.submit(() -> json(append("/in", "once", "X-Part-Id", "part-1"))))
                    .toList();
            for (Future<JsonNode> answer : answers) {
                seqs.add(answer.get().path("seq").asLong());
            }
        }
        append("/in", "after");
        service.send("POST", "/v1/sessions/" + session.friendly() + "/close", tenant.key(), "");
        HttpResponse<String> again = append("/in", "once", "X-Part-Id", "part-1");

        // Then
        assertThat(seqs).hasSize(16).containsOnly(1L);
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(json(again).path("seq").asLong()).isEqualTo(1);
        assertThat(json(get("/in/records")).path("records")).hasSize(3);
        assertThat(append("/in", "new").statusCode()).isEqualTo(400);
    }

    @Test
    void point32RecordsAreDrainedWholeOrInPages() {
        // Given: more than is read at one time
        String large = "x".repeat(500_000);
        IntStream.range(0, 3).forEach(i -> append("/out", large + i));
        say("out", Kind.CONTROL, "", "trigger-control", "turn-complete");
        say("out", Kind.COMMAND, TRIM_NOTHING, "", "trim");
        append("/out", "last");

        // When
        JsonNode whole = json(get("/out/records"));
        JsonNode first = json(get("/out/records?limit=1"));
        JsonNode rest = json(get("/out/records?limit=1000&afterEventId=2"));

        // Then
        List<Long> seqs = new ArrayList<>();
        whole.path("records").forEach(record -> seqs.add(record.path("seqNum").asLong()));
        assertThat(seqs).containsExactly(0L, 1L, 2L, 3L, 5L);
        assertThat(whole.has("nextEventId")).isFalse();
        assertThat(whole.path("records").path(3).path("headers").toString())
                .isEqualTo("[[\"trigger-control\",\"turn-complete\"]]");
        assertThat(whole.path("records").path(3).path("data").asText()).isEmpty();
        assertThat(whole.path("records").path(0).has("headers")).isFalse();
        assertThat(first.path("records")).hasSize(1);
        assertThat(first.path("nextEventId").asText()).isEqualTo("0");
        assertThat(rest.path("records")).hasSize(2);
        assertThat(rest.has("nextEventId")).isFalse();
        assertThat(get("/out/records?afterEventId=x").statusCode()).isEqualTo(400);
        assertThat(get("/out/records?limit=0").statusCode()).isEqualTo(400);
    }

    @Test
    void point33WhatIsTooLargeInItsEnvelopeIsToldWithBothNumbers() {
        // When
        HttpResponse<String> fits = append("/in", "x".repeat(1024 * 1024 - 100));
        HttpResponse<String> escaped = append("/in", "\"".repeat(600_000), "Origin", "https://page.example");
        HttpResponse<String> huge = append("/in", "x".repeat(5 * 1024 * 1024));

        // Then
        assertThat(fits.statusCode()).isEqualTo(200);
        assertThat(escaped.statusCode()).isEqualTo(413);
        assertThat(json(escaped).path("limit").asLong()).isEqualTo(1024 * 1024);
        assertThat(json(escaped).path("size").asLong()).isBetween(1_200_000L, 1_200_100L);
        assertThat(header(escaped, "Access-Control-Allow-Origin")).isEqualTo("https://page.example");
        assertThat(header(escaped, "x-should-retry")).isEqualTo("false");
        assertThat(huge.statusCode()).isEqualTo(413);
        assertThat(json(huge).path("size").asLong()).isEqualTo(5 * 1024 * 1024);
        assertThat(json(huge).path("limit").asLong()).isPositive();
    }

    @Test
    void writersAreSentWhereTheirProxyWasAsked() {
        // When
        HttpResponse<String> proxied = channels.send(
                "PUT",
                path("/out"),
                tenant.key(),
                "",
                "X-Forwarded-Proto",
                "https",
                "X-Forwarded-Host",
                "sessions.example");
        HttpResponse<String> direct = channels.send("PUT", path("/out"), tenant.key(), "");

        // Then
        assertThat(header(proxied, "X-S2-Endpoint"))
                .startsWith("https://sessions.example")
                .endsWith("/v1/s2");
        assertThat(header(direct, "X-S2-Endpoint")).isEqualTo("http://127.0.0.1:" + port + "/v1/s2");
    }

    @Test
    void point34AStreamIsNamedByWhatNeverChanges() {
        // Given: a name that reads like another session's channel
        String name = session.friendly().replace("session_", "") + "/channels/x/in";
        String id = create(name);

        // When
        HttpResponse<String> made = channels.send(
                "PUT", "/realtime/v1/sessions/" + name.replace("/", "%2F") + "/channels/y/out", tenant.key(), "");

        // Then
        assertThat(header(made, "X-S2-Stream-Name")).isEqualTo("sessions/" + id + "/channels/y/out");
        assertThat(header(made, "X-S2-Basin")).matches("[a-z0-9-]{8,48}");
        assertThat(header(made, "X-S2-Endpoint")).startsWith("http://127.0.0.1:" + port + "/");
    }

    @Test
    void point35WhatIsTrimmedIsReadByNobodyFromThenOn() {
        // Given
        IntStream.range(0, 4).forEach(i -> append("/out", "m" + i));

        // When
        appender.append(Append.trimming(address("out"), 2)).join();
        RealtimeReader fromStart = reader("/out", "Timeout-Seconds", "1");
        RealtimeReader fromBefore = reader("/out", "Last-Event-ID", "0", "Timeout-Seconds", "1");

        // Then
        assertThat(fromStart.ending()).isEqualTo(Ending.DONE);
        assertThat(fromBefore.ending()).isEqualTo(Ending.DONE);
        assertThat(fromStart.data().stream().map(JsonNode::asText)).containsExactly("m2", "m3");
        assertThat(fromBefore.data()).isEqualTo(fromStart.data());
        assertThat(json(get("/out/records")).path("records")).hasSize(2);
    }

    @Test
    void point35AFullChannelGivesUpWhatTheAgentHasTaken() {
        // Given
        String large = "x".repeat(1_000_000);
        IntStream.range(0, ChannelProfile.SIZE)
                .forEach(_ -> assertThat(append("/in", large).statusCode()).isEqualTo(200));
        HttpResponse<String> full = append("/in", large);
        append("/out", "answer");

        // When
        RecordHeader complete = new RecordHeader(Buffer.buffer("trigger-control"), Buffer.buffer("turn-complete"));
        RecordHeader taken = new RecordHeader(Buffer.buffer("session-in-event-id"), Buffer.buffer("1"));
        appender.append(Append.of(
                        address("out"),
                        List.of(new NewRecord(Kind.CONTROL, Buffer.buffer(), List.of(complete, taken), null))))
                .join();

        // Then
        assertThat(full.statusCode()).isEqualTo(413);
        until("there is room again", () -> append("/in", large).statusCode() == 200);
        assertThat(json(get("/in/records")).at("/records/0/seqNum").asLong()).isEqualTo(2);
    }

    @Test
    void point36AChannelIsSettledByWhatWasSaidLastHoweverManyCommandsFollow() {
        // Given
        append("/out", "answer");
        RealtimeReader underWay = reader("/out", "X-Peek-Settled", "1");
        say("out", Kind.CONTROL, "", "trigger-control", "turn-complete");
        for (int i = 0; i < 3; i++) {
            say("out", Kind.COMMAND, TRIM_NOTHING, "", "trim");
        }

        // When
        RealtimeReader settled = reader("/out", "X-Peek-Settled", "1");
        RealtimeReader unasked = reader("/out");
        append("/out", "the next answer");
        RealtimeReader again = reader("/out", "X-Peek-Settled", "1");

        // Then
        assertThat(settled.ending()).isEqualTo(Ending.DONE);
        assertThat(settled.header("X-Session-Settled")).isEqualTo("true");
        assertThat(settled.records()).hasSize(5);
        assertThat(settled.records().get(1).path("headers").toString())
                .isEqualTo("[[\"trigger-control\",\"turn-complete\"]]");
        assertThat(settled.records().get(2).path("headers").path(0).path(0).asText())
                .isEmpty();
        assertThat(underWay.header("X-Session-Settled")).isEmpty();
        assertThat(unasked.header("X-Session-Settled")).isEmpty();
        assertThat(again.header("X-Session-Settled")).isEmpty();
        unasked.records(6);
        again.records(6);
    }

    @Test
    void point37ASessionHasSoManyReadersAndAPageReadsEveryHeader() {
        // Given
        IntStream.range(0, ChannelProfile.READERS).forEach(_ -> reader("/out"));

        // When
        HttpResponse<String> refused = channels.send(
                "GET", path("/out"), tenant.key(), "", "Origin", "https://page.example", "Timeout-Seconds", "1");
        HttpResponse<String> preflight = channels.send(
                "OPTIONS",
                path("/in/append"),
                "",
                "",
                "Origin",
                "https://page.example",
                "Access-Control-Request-Method",
                "POST",
                "Access-Control-Request-Headers",
                "authorization,x-part-id,last-event-id");

        // Then
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(json(refused).path("limit").asInt()).isEqualTo(ChannelProfile.READERS);
        assertThat(header(refused, "Retry-After")).isNotEmpty();
        assertThat(List.of(header(refused, "Access-Control-Expose-Headers")
                        .toLowerCase(Locale.ROOT)
                        .split(", ?")))
                .contains(
                        "x-stream-version",
                        "x-session-settled",
                        "x-last-chunk-index",
                        "x-s2-access-token",
                        "x-s2-stream-name",
                        "x-s2-basin",
                        "x-s2-endpoint",
                        "x-s2-flush-interval-ms",
                        "x-s2-max-retries",
                        "x-ratelimit-limit",
                        "x-ratelimit-remaining",
                        "x-ratelimit-reset",
                        "retry-after",
                        "x-should-retry");
        assertThat(preflight.statusCode()).isBetween(200, 204);
        assertThat(header(preflight, "Access-Control-Allow-Headers").toLowerCase(Locale.ROOT))
                .contains("x-part-id");
    }

    @Test
    void point37EveryRequestCountsAsOneOfItsKey() {
        // When
        HttpResponse<String> appended = append("/in", "x");

        // Then
        assertThat(Integer.parseInt(header(appended, "x-ratelimit-limit"))).isPositive();
        assertThat(header(appended, "x-ratelimit-remaining")).isNotEmpty();
    }

    @Test
    void point38AnAppendIsAnsweredWithItsSeqAndMayInsistOnOne() {
        // When
        HttpResponse<String> first = append("/in", "a", "X-Match-Seq", "0");
        HttpResponse<String> late = append("/in", "b", "X-Match-Seq", "0");
        HttpResponse<String> second = append("/in", "b", "X-Match-Seq", "1");

        // Then
        assertThat(first.body()).contains("\"ok\":true").contains("\"seq\":0");
        assertThat(late.statusCode()).isEqualTo(409);
        assertThat(json(late).path("next").asLong()).isEqualTo(1);
        assertThat(header(late, "x-should-retry")).isEqualTo("false");
        assertThat(json(second).path("seq").asLong()).isEqualTo(1);
        assertThat(append("/in", "c", "X-Match-Seq", "-1").statusCode()).isEqualTo(400);
    }

    @Test
    void whatCannotBeIsRefusedInTheClientsOwnWords() {
        // Given
        String unknown = "/realtime/v1/sessions/session_00000000000000000000000001";
        SessionId closed = channels.session(tenant.scope());
        SessionId expired = channels.session(tenant.scope());
        service.send("POST", "/v1/sessions/" + closed.friendly() + "/close", tenant.key(), "");
        channels.execute("UPDATE sessions SET expires_at = now() WHERE id = '" + expired.value() + "'");

        // Then
        assertThat(channels.send("GET", unknown + "/out", tenant.key(), "").statusCode())
                .isEqualTo(404);
        assertThat(channels.send("POST", unknown + "/in/append", tenant.key(), "x")
                        .statusCode())
                .isEqualTo(404);
        assertThat(channels.send("POST", "/realtime/v1/sessions/nobody/in/append", tenant.key(), "x")
                        .statusCode())
                .isEqualTo(404);
        assertThat(channels.send("PUT", "/realtime/v1/sessions/nobody/in", tenant.key(), "")
                        .statusCode())
                .isEqualTo(404);
        for (String timeout : List.of("0", "601", "x", "-1")) {
            assertThat(channels.send("GET", path("/out"), tenant.key(), "", "Timeout-Seconds", timeout)
                            .statusCode())
                    .isEqualTo(400);
        }
        HttpResponse<String> method = channels.send("DELETE", path("/out"), tenant.key(), "");
        assertThat(method.statusCode()).isEqualTo(405);
        assertThat(header(method, "Allow")).isEqualTo("GET, HEAD, PUT");
        String overPath = "/realtime/v1/sessions/" + closed.friendly();
        assertThat(channels.send("POST", overPath + "/in/append", tenant.key(), "x")
                        .body())
                .isEqualTo("{\"error\":\"Cannot append to a closed session\"}");
        assertThat(channels.send("PUT", overPath + "/in", tenant.key(), "").statusCode())
                .isEqualTo(400);
        String expiredPath = "/realtime/v1/sessions/" + expired.friendly();
        assertThat(channels.send("POST", expiredPath + "/in/append", tenant.key(), "x")
                        .body())
                .isEqualTo("{\"error\":\"Cannot append to an expired session\"}");
        assertThat(channels.send("PUT", expiredPath + "/in", tenant.key(), "").statusCode())
                .isEqualTo(400);
        HttpResponse<String> head = channels.send("HEAD", path("/out"), tenant.key(), "");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(header(head, "X-Last-Chunk-Index")).isEqualTo("0");
    }

    /** A record that comes by another way than HTTP. */
    private void say(String channel, Kind kind, String body, String name, String value) {
        RecordHeader header = new RecordHeader(Buffer.buffer(name), Buffer.buffer(value));
        appender.append(Append.of(
                        address(channel), List.of(new NewRecord(kind, Buffer.buffer(body), List.of(header), null))))
                .join();
    }

    private StreamAddress address(String channel) {
        return StreamAddress.channel(tenant.scope(), session, channel);
    }

    private String create(String externalId) {
        var created = service.send("POST", "/api/v1/sessions", tenant.key(), """
                {"type":"chat","taskIdentifier":"a","externalId":"%s","triggerConfig":{"basePayload":{}}}
                """.formatted(externalId));
        assertThat(created.status()).isEqualTo(201);
        return created.body().get("id").asText();
    }

    private String browser(String scope) {
        String environment = service.send("POST", "/api/v1/auth/jwt/claims", tenant.key(), "")
                .body()
                .get("sub")
                .asText();
        return TestTokens.signed(tenant.key(), environment, List.of(scope), 60);
    }

    private RealtimeReader reader(String channel, String... headers) {
        return new RealtimeReader(http, port, path(channel), tenant.key(), headers);
    }

    private String path(String rest) {
        return "/realtime/v1/sessions/" + session.friendly() + rest;
    }

    private HttpResponse<String> get(String rest) {
        return channels.send("GET", path(rest), tenant.key(), "");
    }

    private HttpResponse<String> append(String channel, String body, String... headers) {
        return channels.send("POST", path(channel + "/append"), tenant.key(), body, headers);
    }

    private HttpResponse<String> durable(String method, String rest) {
        return channels.send(method, "/v1/sessions/" + session.friendly() + rest, tenant.key(), "");
    }

    private void durable(String method, String rest, String body) {
        channels.send(
                method,
                "/v1/sessions/" + session.friendly() + rest,
                tenant.key(),
                body,
                "Content-Type",
                "application/json");
    }

    private JsonNode json(HttpResponse<String> answer) {
        return channels.parsed(answer.body());
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }
}
