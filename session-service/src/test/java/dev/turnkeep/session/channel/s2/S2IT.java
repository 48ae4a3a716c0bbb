package dev.turnkeep.session.channel.s2;

import static dev.turnkeep.session.turn.ServiceOnTest.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.session.access.TestTokens;
import dev.turnkeep.session.channel.ChannelOnTest;
import dev.turnkeep.session.channel.ChannelProfile;
import dev.turnkeep.session.channel.StingyReader;
import dev.turnkeep.session.channel.s2.S2Connection.Answer;
import dev.turnkeep.session.channel.s2.S2Connection.Frame;
import dev.turnkeep.session.channel.s2.S2Connection.Session;
import dev.turnkeep.session.channel.s2.Wire.Acked;
import dev.turnkeep.session.channel.s2.Wire.Got;
import dev.turnkeep.session.channel.s2.Wire.Gotten;
import dev.turnkeep.session.turn.ServiceOnTest;
import dev.turnkeep.session.turn.ServiceOnTest.Tenant;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import jakarta.inject.Inject;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** S2 on a session's channels: one by one in JSON, by events, and in sessions by HTTP/2. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(ChannelProfile.class)
class S2IT {
    @Nullable
    TestSpace space;

    @Inject
    Vertx vertx;

    @ConfigProperty(name = "quarkus.http.port")
    int port;

    private ServiceOnTest service;
    private ChannelOnTest channels;
    private S2Connection s2;
    private Tenant tenant;
    private SessionId session;

    @BeforeEach
    void open() {
        service = new ServiceOnTest(Objects.requireNonNull(space), port);
        channels = new ChannelOnTest(Objects.requireNonNull(space), port);
        s2 = new S2Connection(vertx, port);
        tenant = service.tenant();
        session = channels.session(tenant.scope());
    }

    @AfterEach
    void close() {
        s2.close();
        channels.close();
        service.close();
    }

    @Test
    void aBatchIsAppendedAndReadAsItIs() {
        // When
        JsonNode first = append("{\"records\":[{\"body\":\"one\"},{\"body\":\"zwei ü\",\"headers\":[[\"a\",\"b\"]]}]}");
        JsonNode second =
                append("{\"records\":[{\"body\":\"\",\"headers\":[[\"trigger-control\",\"turn-complete\"]]}]}");
        JsonNode read = json(get("?seq_num=0"), 200);
        JsonNode tail = json(get("/tail", ""), 200);

        // Then
        assertThat(seqs(first)).containsExactly(0L, 2L, 2L);
        assertThat(seqs(second)).containsExactly(2L, 3L, 3L);
        assertThat(bodies(read)).containsExactly("one", "zwei ü", "");
        assertThat(read.at("/records/1/headers").toString()).isEqualTo("[[\"a\",\"b\"]]");
        assertThat(read.at("/records/0").has("headers")).isFalse();
        assertThat(read.at("/tail")).isEqualTo(tail.path("tail"));
        assertThat(second.path("tail")).isEqualTo(tail.path("tail"));
        assertThat(read.at("/records/2/timestamp")).isEqualTo(tail.at("/tail/timestamp"));
    }

    @Test
    void bytesTravelInBase64AndInProtobuf() {
        // When
        HttpResponse<String> base64 = send("{\"records\":[{\"body\":\"/wA=\"}]}", "s2-format", "base64");
        JsonNode shown = json(read("?seq_num=0", "s2-format", "base64"), 200);
        Session framed = s2.write(path("/records"), tenant.key());
        framed.send(Wire.input("plain")).saidAll();

        // Then
        assertThat(base64.statusCode()).isEqualTo(200);
        assertThat(bodies(shown)).containsExactly("/wA=");
        assertThat(framed.ack()).isEqualTo(new Acked(1, 2, 2));
        assertThat(framed.ends()).isTrue();
        assertThat(bodies(json(get("?seq_num=1"), 200))).containsExactly("plain");
        Answer proto = s2.one(HttpMethod.GET, path("/records?seq_num=1"), tenant.key(), Buffer.buffer());
        assertThat(Wire.batch(proto.body())).isEqualTo(new Gotten(List.of(new Got(1, List.of(), "plain")), 2));
        assertThat(send("{}", "s2-format", "hex").statusCode()).isEqualTo(400);
    }

    /** What waits behind answers that nobody takes is room that other writers need. */
    @Test
    void aWriterThatTakesNoAnswersIsCut() {
        // Given
        byte[] batch = Frames.of(Wire.input("x")).getBytes();

        // When
        try (StingyReader deaf = new StingyReader(port)) {
            int writing = deaf.post(
                    path("/records"), batch, "authorization", "Bearer " + tenant.key(), "content-type", Frames.TYPE);

            // Then
            until("it is cut", () -> deaf.reset(writing) == 8);
            assertThat(deaf.isClosed()).isFalse();
        }
    }

    @Test
    void point38ConditionsThatDoNotHoldSayWhatDoes() {
        // Given
        append("{\"records\":[{\"body\":\"a\"}],\"match_seq_num\":0,\"fencing_token\":\"\"}");
        append("{\"records\":[{\"body\":\"mine\",\"headers\":[[\"\",\"fence\"]]}]}");

        // When
        HttpResponse<String> late = send("{\"records\":[{\"body\":\"b\"}],\"match_seq_num\":0}");
        HttpResponse<String> other = send("{\"records\":[{\"body\":\"b\"}],\"fencing_token\":\"theirs\"}");
        JsonNode both = append("{\"records\":[{\"body\":\"b\"}],\"match_seq_num\":2,\"fencing_token\":\"mine\"}");

        // Then
        assertThat(late.statusCode()).isEqualTo(412);
        assertThat(late.body()).isEqualTo("{\"seq_num_mismatch\":2}");
        assertThat(other.statusCode()).isEqualTo(412);
        assertThat(other.body()).isEqualTo("{\"fencing_token_mismatch\":\"mine\"}");
        assertThat(seqs(both)).containsExactly(2L, 3L, 3L);
    }

    @Test
    void aTrimGivesUpWhatComesBeforeIt() {
        // Given
        append("{\"records\":[{\"body\":\"a\"},{\"body\":\"b\"},{\"body\":\"c\"}]}");

        // When
        Answer trimmed = s2.one(
                HttpMethod.POST,
                path("/records"),
                tenant.key(),
                Wire.input(null, null, Wire.record(Buffer.buffer().appendLong(2), "", "trim")));

        // Then
        assertThat(trimmed.status()).isEqualTo(200);
        assertThat(Wire.ack(trimmed.body())).isEqualTo(new Acked(3, 4, 4));
        assertThat(bodies(json(get("?seq_num=0"), 200))).containsExactly("c", "\0\0\0\0\0\0\0\2");
        assertThat(channels.send("GET", "/v1/sessions/" + session + "/out?offset=-1", tenant.key(), "")
                        .body())
                .isEqualTo("[\"c\"]");
    }

    @Test
    void aReadBeginsAndEndsWhereItIsTold() {
        // Given
        append("""
                {"records":[{"body":"0","timestamp":1000},{"body":"1","timestamp":2000},{"body":"2","timestamp":2000},
                            {"body":"3","timestamp":1500},{"body":"4","timestamp":4000}]}
                """);

        // Then
        assertThat(bodies(json(get("?seq_num=1&count=2"), 200))).containsExactly("1", "2");
        assertThat(bodies(json(get("?tail_offset=2"), 200))).containsExactly("3", "4");
        assertThat(bodies(json(get("?tail_offset=99&bytes=27"), 200))).containsExactly("0", "1", "2");
        assertThat(bodies(json(get("?timestamp=1001"), 200))).containsExactly("1", "2", "3", "4");
        assertThat(bodies(json(get("?timestamp=2001"), 200))).containsExactly("4");
        assertThat(bodies(json(get("?timestamp=0&until=2001"), 200))).containsExactly("0", "1", "2", "3");
        assertThat(bodies(json(get("?seq_num=0&bytes=8"), 200))).isEmpty();
        assertThat(json(get("?seq_num=0"), 200).at("/records/3/timestamp").asLong())
                .isEqualTo(2000);
    }

    @Test
    void whatIsAfterTheEndIsRefusedWithTheEnd() {
        // Given
        append("{\"records\":[{\"body\":\"a\",\"timestamp\":7}]}");
        String tail = "{\"tail\":{\"seq_num\":1,\"timestamp\":7}}";

        // Then
        for (String query : List.of("?seq_num=2", "?seq_num=1", "?timestamp=8", "", "?seq_num=9&clamp=true")) {
            HttpResponse<String> refused = get(query);
            assertThat(refused.statusCode()).as(query).isEqualTo(416);
            assertThat(refused.body()).as(query).isEqualTo(tail);
        }
        assertThat(bodies(json(get("?seq_num=9&clamp=true&wait=1"), 200))).isEmpty();
        assertThat(get("?seq_num=x").statusCode()).isEqualTo(400);
        assertThat(get("?seq_num=0&timestamp=0").statusCode()).isEqualTo(422);
    }

    @Test
    void aReadMayWaitForWhatComes() {
        // Given
        append("{\"records\":[{\"body\":\"old\"}]}");

        // When
        CompletableFuture<HttpResponse<String>> waiting =
                CompletableFuture.supplyAsync(() -> get("?seq_num=1&wait=30"));
        append("{\"records\":[{\"body\":\"new\"}]}");

        // Then
        assertThat(bodies(json(waiting.join(), 200))).containsExactly("new");
    }

    @Test
    void eventsTellWhatIsThereAndEndAtTheirLimits() {
        // Given
        append("{\"records\":[{\"body\":\"a\"},{\"body\":\"b\"}]}");

        // When
        String all = events("?seq_num=0&wait=0");
        String one = events("?seq_num=0&count=1");
        String rest = events("?seq_num=0&count=2", "Last-Event-ID", "0,1,9");

        // Then
        assertThat(all).contains("event: batch\nid: 1,2,18\ndata: {\"records\":[{\"seq_num\":0,");
        assertThat(all).endsWith("data: [DONE]\n\n");
        assertThat(one).contains("id: 0,1,9\n").doesNotContain("\"b\"").endsWith("data: [DONE]\n\n");
        assertThat(rest).contains("\"b\"").doesNotContain("\"a\"").endsWith("data: [DONE]\n\n");
        assertThat(events("?seq_num=9")).contains("\"tail\"");
    }

    @Test
    void eventsEndWhenTheSessionIsClosed() {
        // When
        CompletableFuture<String> following = CompletableFuture.supplyAsync(() -> events("?seq_num=0"));
        append("{\"records\":[{\"body\":\"last\"}]}");
        service.send("POST", "/v1/sessions/" + session + "/close", tenant.key(), "");

        // Then
        assertThat(following.join()).contains("\"last\"").endsWith("data: [DONE]\n\n");
    }

    @Test
    void aSessionAnswersEveryBatchInItsTurn() {
        // Given
        Session writer = s2.write(path("/records"), tenant.key());
        assertThat(writer.status()).isEqualTo(200);

        // When: many at once, cut anywhere
        Buffer stream = Buffer.buffer();
        for (int i = 0; i < 200; i++) {
            stream.appendBuffer(Frames.of(Wire.input("a" + i, "b" + i)));
        }
        for (int at = 0; at < stream.length(); at += 777) {
            writer.sendBytes(stream.getBuffer(at, Math.min(stream.length(), at + 777)));
        }
        List<Acked> acks = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            acks.add(writer.ack());
        }
        writer.saidAll();

        // Then
        assertThat(writer.ends()).isTrue();
        assertThat(acks)
                .extracting(Acked::start)
                .containsExactlyElementsOf(
                        LongStream.range(0, 200).mapToObj(i -> 2 * i).toList());
        assertThat(acks).allMatch(ack -> ack.end() == ack.start() + 2 && ack.tail() >= ack.end());
        assertThat(bodies(json(get("?seq_num=0&count=4"), 200))).containsExactly("a0", "b0", "a1", "b1");
        assertThat(json(get("/tail", ""), 200).at("/tail/seq_num").asLong()).isEqualTo(400);
    }

    @Test
    void aReadingSessionIsGivenWhatIsThereAndWhatComes() {
        // Given
        append("{\"records\":[{\"body\":\"a\"},{\"body\":\"b\",\"headers\":[[\"h\",\"v\"]]}]}");

        // When
        Session reader = s2.read(path("/records") + "?seq_num=0", tenant.key());
        List<Got> got = new ArrayList<>(reader.batch().records());
        append("{\"records\":[{\"body\":\"c\"}]}");
        while (got.size() < 3) {
            got.addAll(reader.batch().records());
        }

        // Then
        assertThat(reader.status()).isEqualTo(200);
        assertThat(got)
                .containsExactly(
                        new Got(0, List.of(), "a"), new Got(1, List.of("h", "v"), "b"), new Got(2, List.of(), "c"));
        reader.leave();
    }

    @Test
    void aReadingSessionEndsAtItsLimitAndAtTheEndOfWhatItMayWaitFor() {
        // Given
        append("{\"records\":[{\"body\":\"a\"},{\"body\":\"b\"}]}");

        // When
        Session limited = s2.read(path("/records") + "?seq_num=0&count=1", tenant.key());
        Session waiting = s2.read(path("/records") + "?wait=1", tenant.key());

        // Then
        assertThat(limited.batch().records()).containsExactly(new Got(0, List.of(), "a"));
        assertThat(limited.ends()).isTrue();
        assertThat(waiting.batch()).isEqualTo(new Gotten(List.of(), 2));
        assertThat(waiting.ends()).isTrue();
        assertThat(s2.read(path("/records") + "?seq_num=9", tenant.key()).status())
                .isEqualTo(416);
    }

    @Test
    void aReadingSessionPassesOverWhatIsTrimmedBeforeIt() {
        // Given
        append("{\"records\":[{\"body\":\"a\"},{\"body\":\"b\"},{\"body\":\"c\"}]}");
        Session writer = s2.write(path("/records"), tenant.key());
        writer.send(Wire.input(null, null, Wire.record(Buffer.buffer().appendLong(2), "", "trim")));
        writer.ack();

        // When
        Session reader = s2.read(path("/records") + "?seq_num=0&count=2", tenant.key());

        // Then
        assertThat(reader.batch().records()).extracting(Got::seq).containsExactly(2L, 3L);
        writer.leave();
    }

    @Test
    void nothingIsStoredAfterABatchThatIsRefused() {
        // Given
        Session writer = s2.write(path("/records"), tenant.key());

        // When
        writer.send(
                Wire.input("a"),
                Wire.input(7L, null, Wire.record("not here")),
                Wire.input("never"),
                Wire.input("never"));

        // Then
        assertThat(writer.ack()).isEqualTo(new Acked(0, 1, 1));
        Frame last = writer.next();
        assertThat(last.status()).isEqualTo(412);
        assertThat(last.body().toString()).isEqualTo("{\"seq_num_mismatch\":1}");
        assertThat(writer.ends()).isTrue();
        assertThat(bodies(json(get("?seq_num=0"), 200))).containsExactly("a");
    }

    @Test
    void aFrameThatIsNoBatchEndsTheSessionAfterWhatCameBefore() {
        // Given
        Session garbage = s2.write(path("/records"), tenant.key());
        Session broken = s2.write(path("/records"), tenant.key());

        // When
        garbage.send(Wire.input("a")).sendBytes(Buffer.buffer(new byte[] {0, 0, 2, 0, 7}));
        broken.sendBytes(Buffer.buffer(new byte[] {0, 0, 9, 0})).saidAll();

        // Then
        assertThat(garbage.ack().start()).isZero();
        assertThat(garbage.next().body().toString()).contains("\"bad_proto\"");
        assertThat(broken.next().body().toString()).contains("\"bad_frame\"");
    }

    @Test
    void point31ABatchThatIsSentAgainIsAnsweredWithWhereItIs() {
        // Given
        Buffer batch = Wire.input("{\"data\":1,\"id\":\"p1\"}", "{\"data\":2,\"id\":\"p2\"}");
        Session lost = s2.write(path("/records"), tenant.key());
        lost.send(batch);
        Acked first = lost.ack();
        lost.leave();

        // When
        Session again = s2.write(path("/records"), tenant.key());
        again.send(Wire.input("between"), batch).saidAll();

        // Then
        assertThat(again.ack()).isEqualTo(new Acked(2, 3, 3));
        assertThat(again.ack()).isEqualTo(new Acked(first.start(), first.end(), 3));
        assertThat(again.ends()).isTrue();
        JsonNode read = json(get("?seq_num=0"), 200);
        assertThat(bodies(read)).hasSize(3);
        JsonNode unary = append("{\"records\":[{\"body\":\"{\\\"data\\\":1,\\\"id\\\":\\\"p1\\\"}\"}]}");
        assertThat(seqs(unary)).containsExactly(0L, 1L, 3L);
        assertThat(unary.at("/start/timestamp")).isEqualTo(read.at("/records/0/timestamp"));
    }

    @Test
    void point31AnotherRecordUnderTheSameIdIsStored() {
        // When
        append("{\"records\":[{\"body\":\"{\\\"data\\\":1,\\\"id\\\":\\\"V1StGXR\\\"}\"}]}");
        JsonNode other = append("{\"records\":[{\"body\":\"{\\\"data\\\":2,\\\"id\\\":\\\"V1StGXR\\\"}\"}]}");
        JsonNode again = append("{\"records\":[{\"body\":\"{\\\"data\\\":2,\\\"id\\\":\\\"V1StGXR\\\"}\"}]}");

        // Then
        assertThat(seqs(other)).containsExactly(1L, 2L, 2L);
        assertThat(seqs(again)).containsExactly(1L, 2L, 2L);
    }

    @Test
    void aMarkWhoseAnswerWasLostIsStoredOnce() {
        // Given
        String mark = "{\"records\":[{\"body\":\"\",\"headers\":[[\"trigger-control\",\"turn-complete\"]]}]}";
        append("{\"records\":[{\"body\":\"said\"}]}");

        // When: sent again, and of the next turn
        JsonNode first = append(mark);
        JsonNode again = append(mark);
        append("{\"records\":[{\"body\":\"said\"}]}");
        JsonNode next = append(mark);

        // Then
        assertThat(seqs(first)).containsExactly(1L, 2L, 2L);
        assertThat(again).isEqualTo(first);
        assertThat(seqs(next)).containsExactly(3L, 4L, 4L);
    }

    @Test
    void point24ACloseCutsAnOpenWriter() {
        // Given
        Session idle = s2.write(path("/records"), tenant.key());
        idle.send(Wire.input("{\"data\":1,\"id\":\"before\"}"));
        assertThat(idle.ack().start()).isZero();

        // When
        service.send("POST", "/v1/sessions/" + session + "/close", tenant.key(), "");

        // Then
        Frame last = idle.next();
        assertThat(last.status()).isEqualTo(409);
        assertThat(last.body().toString()).contains("\"stream_closed\"");
        assertThat(idle.ends()).isTrue();
        // What was stored before is answered even now; nothing new is.
        Session late = s2.write(path("/records"), tenant.key());
        late.send(Wire.input("{\"data\":1,\"id\":\"before\"}"), Wire.input("after"));
        assertThat(late.ack()).isEqualTo(new Acked(0, 1, 1));
        assertThat(late.next().status()).isEqualTo(409);
        assertThat(send("{\"records\":[{\"body\":\"after\"}]}").statusCode()).isEqualTo(409);
    }

    @Test
    void writersThatAreManyAtACloseLoseNothingThatWasAnswered() {
        // Given
        List<Session> writers = IntStream.range(0, 8)
                .mapToObj(_ -> s2.write(path("/records"), tenant.key()))
                .toList();

        // When: each sends on, while the session is closed
        writers.forEach(writer -> writer.send(Wire.input("begun")));
        writers.forEach(Session::ack);
        CompletableFuture<?> closing = CompletableFuture.runAsync(
                () -> service.send("POST", "/v1/sessions/" + session + "/close", tenant.key(), ""));
        List<Long> answered = new ArrayList<>();
        for (Session writer : writers) {
            writer.send(Wire.input("x"), Wire.input("x"), Wire.input("x"));
        }
        for (Session writer : writers) {
            for (Frame frame = writer.next(); frame.status() == 0; frame = writer.next()) {
                answered.add(Wire.ack(frame.body()).start());
            }
        }
        closing.join();

        // Then
        long stored = json(get("/tail", ""), 200).at("/tail/seq_num").asLong();
        assertThat(answered).doesNotHaveDuplicates().allMatch(seq -> seq < stored);
        assertThat(answered).hasSize((int) stored - writers.size());
    }

    @Test
    void point33WhatIsTooLargeIsToldBothNumbers() {
        // When
        HttpResponse<String> record = send("{\"records\":[{\"body\":\"" + "x".repeat(1_048_569) + "\"}]}");

        // Then
        assertThat(record.statusCode()).isEqualTo(413);
        assertThat(record.body()).contains("\"metered_bytes\":1048577,\"limit\":1048576");
        assertThat(send("{\"records\":[]}").statusCode()).isEqualTo(422);
        assertThat(send("{\"records\":[{\"body\":\"" + "x".repeat(1_048_568) + "\"}]}")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aFullChannelTakesAgainWhatATrimMadeRoomFor() {
        // Given
        String large = "{\"records\":[{\"body\":\"" + "x".repeat(1_000_000) + "\"}]}";
        for (int i = 0; i < 4; i++) {
            append(large);
        }
        HttpResponse<String> full = send(large);

        // When
        append("{\"records\":[{\"body\":\"AAAAAAAAAAI=\",\"headers\":[[\"\",\"dHJpbQ==\"]]}]}", "s2-format", "base64");

        // Then
        assertThat(full.statusCode()).isEqualTo(413);
        assertThat(full.body()).contains("\"held\":4000032,\"limit\":4194304");
        until("there is room again", () -> send(large).statusCode() == 200);
    }

    @Test
    void aChannelOfJsonShowsTextAsAString() {
        // When
        append("{\"records\":[{\"body\":\"say \\\"hi\\\"\"},{\"body\":\"{\\\"n\\\":1}\"},{\"body\":\"\"}]}");

        // Then
        assertThat(channels.send("GET", "/v1/sessions/" + session + "/out?offset=-1", tenant.key(), "")
                        .body())
                .isEqualTo("[\"say \\\"hi\\\"\",{\"n\":1},\"\"]");
    }

    @Test
    void aForkCountsWhatPlainReadersSee() {
        // Given
        append("""
                {"records":[{"body":"a"},{"body":"","headers":[["trigger-control","turn-complete"]]},{"body":"b"},{"body":"c"}]}
                """);

        // When
        HttpResponse<String> fork =
                sendTo("/v1/sessions/" + session + "/fork", tenant.key(), "{\"channels\":{\"out\":2}}");

        // Then
        assertThat(fork.statusCode()).as(fork.body()).isEqualTo(201);
        String copy = channels.parsed(fork.body()).at("/session/id").asText();
        assertThat(channels.send("GET", "/v1/sessions/" + copy + "/out?offset=-1", tenant.key(), "")
                        .body())
                .isEqualTo("[\"a\",\"b\"]");
    }

    @Test
    void aStreamTokenWritesItsStreamAndNothingElse() {
        // Given
        String token = token(tenant.key(), 60);

        // When
        HttpResponse<String> own = sendTo(path("out", "/records"), token, "{\"records\":[{\"body\":\"a\"}]}");
        HttpResponse<String> in = sendTo(path("in", "/records"), token, "{\"records\":[{\"body\":\"a\"}]}");
        HttpResponse<String> read = channels.send("GET", path("/records") + "?seq_num=0", token, "");
        HttpResponse<String> tail = channels.send("GET", path("/records/tail"), token, "");

        // Then
        assertThat(own.statusCode()).isEqualTo(200);
        assertThat(in.statusCode()).isEqualTo(403);
        assertThat(in.body()).contains("\"permission_denied\"");
        assertThat(read.statusCode()).isEqualTo(401);
        assertThat(tail.statusCode()).isEqualTo(401);
        assertThat(sendTo(path("out", "/records"), token(tenant.key(), -1), "{\"records\":[{\"body\":\"a\"}]}")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void point29AStreamTokenIsOfNoUseForTheStreamOfAnotherSession() {
        // Given
        SessionId other = channels.session(tenant.scope());
        String token = token(tenant.key(), 60);

        // When
        HttpResponse<String> elsewhere = sendTo(
                "/v1/s2/streams/sessions%2F" + other.friendly() + "%2Fout/records",
                token,
                "{\"records\":[{\"body\":\"a\"}]}");

        // Then
        assertThat(elsewhere.statusCode()).isEqualTo(403);
        assertThat(elsewhere.body()).contains("\"permission_denied\"");
    }

    @Test
    void point29AStreamTokenGivesNoMoreThanTheKeyThatSignedIt() {
        // Given
        String record = "{\"records\":[{\"body\":\"a\"}]}";
        SessionId other = channels.session(tenant.scope());

        // Then: of a key that may not write to the session
        for (String scope : List.of("ingest", "read", "write:sessions:" + other.friendly(), "write:tasks")) {
            String key = service.keyWith(tenant, "[\"" + scope + "\"]");
            assertThat(sendTo(path("/records"), token(key, 60), record).statusCode())
                    .as(scope)
                    .isEqualTo(401);
            assertThat(s2.write(path("/records"), token(key, 60)).status())
                    .as(scope)
                    .isEqualTo(401);
        }
        // and of one that may
        String writer = service.keyWith(tenant, "[\"write:sessions:" + session.friendly() + "\"]");
        assertThat(sendTo(path("/records"), token(writer, 60), record).statusCode())
                .isEqualTo(200);
    }

    @Test
    void point29AStreamTokenLivesForADayAtMost() {
        // Given
        String record = "{\"records\":[{\"body\":\"a\"}]}";
        long day = 24 * 3600;
        Instant now = Instant.now();

        // Then
        assertThat(sendTo(path("/records"), token(day - 60, now), record).statusCode())
                .isEqualTo(200);
        assertThat(sendTo(path("/records"), token(day + 60, now), record).statusCode())
                .isEqualTo(401);
        assertThat(sendTo(path("/records"), token(9 * day, now.plusSeconds(8 * day)), record)
                        .statusCode())
                .isEqualTo(401);
        assertThat(sendTo(path("/records"), token(60, null), record).statusCode())
                .isEqualTo(401);
    }

    @Test
    void noTokenWritesAMessageThatClaimsToBeAWebhooks() {
        // Given
        String token = TestTokens.forStream(tenant.key(), environment(), session, "in", 60);
        String forged = "{\"payload\":{\"actionSource\":\"webhook\",\"x\":1}}";
        String quoted = channels.quoted(forged);
        List<String> bodies = List.of(
                "{\"data\":" + forged + ",\"id\":\"a\"}", "{\"data\":" + quoted + ",\"id\":\"b\"}", forged, quoted);

        // When
        Session framed = s2.write(path("in", "/records"), token);
        framed.send(Wire.input(bodies.toArray(String[]::new)));
        assertThat(framed.ack().end()).isEqualTo(4);
        for (String body : bodies) {
            HttpResponse<String> one =
                    sendTo(path("in", "/records"), token, "{\"records\":[{\"body\":" + channels.quoted(body) + "}]}");
            assertThat(one.statusCode()).isEqualTo(200);
        }
        sendTo(path("in", "/records"), tenant.key(), "{\"records\":[{\"body\":" + channels.quoted(forged) + "}]}");

        // Then: whoever holds the key has it as it is
        List<String> stored =
                bodies(json(channels.send("GET", path("in", "/records?seq_num=0"), tenant.key(), ""), 200));
        assertThat(stored).hasSizeGreaterThanOrEqualTo(7);
        assertThat(stored.getLast()).isEqualTo(forged);
        assertThat(stored.subList(0, stored.size() - 1))
                .allSatisfy(body -> assertThat(body).contains("payload").doesNotContain("webhook"));
        framed.leave();
    }

    @Test
    void aReaderIsSentAwayOnceItsKeyIsRevoked() {
        // Given
        append("{\"records\":[{\"body\":\"a\"}]}");
        String key = service.keyWith(tenant, "[\"*\"]");
        Session framed = s2.read(path("/records") + "?seq_num=0", key);
        framed.batch();

        // When
        service.revoke(key, tenant);

        // Then
        Frame last = framed.next();
        while (last.status() == 0) {
            last = framed.next();
        }
        assertThat(last.status()).isEqualTo(401);
        assertThat(last.body().toString()).contains("\"permission_denied\"");
        assertThat(framed.ends()).isTrue();
    }

    @Test
    void point37ReadersOfASessionTakeNoPlaceOfItsWriters() {
        // Given
        List<Session> readers = IntStream.range(0, ChannelProfile.READERS)
                .mapToObj(_ -> s2.read(path("/records") + "?tail_offset=0", tenant.key()))
                .toList();
        assertThat(readers).allMatch(reader -> reader.status() == 200);

        // When
        Session oneMore = s2.read(path("/records") + "?tail_offset=0", tenant.key());
        HttpResponse<String> polled = get("?seq_num=0&wait=1");
        Session writer = s2.write(path("/records"), tenant.key());
        writer.send(Wire.input("a"));

        // Then
        assertThat(oneMore.status()).isEqualTo(429);
        assertThat(polled.statusCode()).isEqualTo(429);
        assertThat(polled.body()).contains("\"code\":\"rate_limited\"").contains("\"limit\":" + ChannelProfile.READERS);
        assertThat(writer.ack()).isEqualTo(new Acked(0, 1, 1));
        writer.leave();
        readers.forEach(Session::leave);
    }

    @Test
    void point37WritersOfAChannelTakeNoPlaceOfThoseOfAnother() {
        // Given
        List<Session> writers = IntStream.range(0, ChannelProfile.WRITERS)
                .mapToObj(_ -> s2.write(path("in", "/records"), tenant.key()))
                .toList();
        assertThat(writers).allMatch(writer -> writer.status() == 200);

        // Then
        assertThat(s2.write(path("in", "/records"), tenant.key()).status()).isEqualTo(429);
        Session out = s2.write(path("/records"), tenant.key());
        out.send(Wire.input("a"));
        assertThat(out.ack().start()).isZero();
        out.leave();
        writers.forEach(Session::leave);
    }

    @Test
    void point37APageOfAnyOriginMayReadAndWrite() {
        // When
        HttpResponse<String> preflight = channels.send(
                "OPTIONS",
                path("/records"),
                "",
                "",
                "Origin",
                "https://page.example",
                "Access-Control-Request-Method",
                "POST",
                "Access-Control-Request-Headers",
                "authorization,content-type,s2-basin,s2-format");
        HttpResponse<String> refused =
                channels.send("GET", path("/records"), "nobody", "", "Origin", "https://page.example");

        // Then
        assertThat(preflight.statusCode()).isBetween(200, 204);
        assertThat(preflight
                        .headers()
                        .firstValue("Access-Control-Allow-Headers")
                        .orElse(""))
                .contains("s2-basin", "s2-format");
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("Access-Control-Allow-Origin").orElse(""))
                .isNotEmpty();
    }

    @Test
    void aBatchMayBeTwiceItsSizeInJson() {
        // When: of quotes only
        JsonNode ack = append("{\"records\":[{\"body\":\"" + "\\\"".repeat(1_048_568) + "\"}]}");

        // Then
        assertThat(seqs(ack)).containsExactly(0L, 1L, 1L);
    }

    @Test
    void aStreamTokenDiesWithItsKeyInTheMidstOfASession() {
        // Given
        String key = service.keyWith(tenant, "[\"*\"]");
        String token = token(key, 60);
        Session byToken = s2.write(path("/records"), token);
        Session byKey = s2.write(path("/records"), key);
        byToken.send(Wire.input("a"));
        byToken.ack();
        byKey.send(Wire.input("b"));
        byKey.ack();

        // When
        service.revoke(key, tenant);

        // Then
        for (Session writer : List.of(byToken, byKey)) {
            Frame[] last = new Frame[1];
            until("the writer is cut", () -> {
                writer.send(Wire.input("c"));
                last[0] = writer.next();
                return last[0].status() != 0;
            });
            assertThat(last[0].status()).isEqualTo(401);
        }
    }

    @Test
    void refusesStrangersAndStreamsThatAreNone() {
        // Given
        Tenant stranger = service.tenant();

        // Then
        assertThat(sendTo(path("/records"), stranger.key(), "{\"records\":[{\"body\":\"a\"}]}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(s2.write(path("/records"), stranger.key()).status()).isEqualTo(404);
        assertThat(s2.write(path("/records"), "nobody").status()).isEqualTo(401);
        assertThat(s2.read(path("/records"), stranger.key()).status()).isEqualTo(404);
        assertThat(channels.send("GET", "/v1/s2/streams/other/records", tenant.key(), "")
                        .statusCode())
                .isEqualTo(400);
        assertThat(channels.send("GET", path("channels%2Fnone", "/records?seq_num=0"), tenant.key(), "")
                        .statusCode())
                .isEqualTo(404);
        assertThat(channels.send("PUT", path("/records"), tenant.key(), "").statusCode())
                .isEqualTo(405);
    }

    private JsonNode append(String json, String... headers) {
        return json(send(json, headers), 200);
    }

    private HttpResponse<String> send(String json, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.addAll(List.of("Content-Type", "application/json"));
        return channels.send("POST", path("/records"), tenant.key(), json, all.toArray(String[]::new));
    }

    private HttpResponse<String> sendTo(String path, String key, String json) {
        return channels.send("POST", path, key, json, "Content-Type", "application/json");
    }

    private HttpResponse<String> get(String query) {
        return get("", query);
    }

    private HttpResponse<String> get(String more, String query) {
        return channels.send("GET", path("/records" + more) + query, tenant.key(), "");
    }

    private HttpResponse<String> read(String query, String... headers) {
        return channels.send("GET", path("/records") + query, tenant.key(), "", headers);
    }

    private String events(String query, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.addAll(List.of("Accept", "text/event-stream"));
        return read(query, all.toArray(String[]::new)).body();
    }

    private String token(String key, long seconds) {
        return TestTokens.forStream(key, environment(), session, "out", seconds);
    }

    private String token(long seconds, @Nullable Instant issued) {
        return TestTokens.forStream(tenant.key(), environment(), session, "out", seconds, issued);
    }

    private String environment() {
        return service.send("POST", "/api/v1/auth/jwt/claims", tenant.key(), "")
                .body()
                .get("sub")
                .asText();
    }

    private String path(String rest) {
        return path("out", rest);
    }

    private String path(String channel, String rest) {
        return "/v1/s2/streams/sessions%2F" + session.friendly() + "%2F" + channel + rest;
    }

    private JsonNode json(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return channels.parsed(response.body());
    }

    private static List<Long> seqs(JsonNode ack) {
        return List.of(
                ack.at("/start/seq_num").asLong(),
                ack.at("/end/seq_num").asLong(),
                ack.at("/tail/seq_num").asLong());
    }

    private static List<String> bodies(JsonNode batch) {
        List<String> bodies = new ArrayList<>();
        batch.path("records").forEach(record -> bodies.add(record.path("body").asText("")));
        return bodies;
    }
}
