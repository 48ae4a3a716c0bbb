package dev.turnkeep.session.channel;

import static dev.turnkeep.session.turn.ServiceOnTest.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.session.turn.ServiceOnTest;
import dev.turnkeep.session.turn.ServiceOnTest.Tenant;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Forks beside everybody else: they hold connections and rows, and keep nobody waiting for those. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(ChannelProfile.class)
class ForksIT {
    /** One more than the API has connections. */
    private static final int MANY = 17;

    private static final int WRITERS = 8;

    @Nullable
    TestSpace space;

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
    void aCloseDoesNotWaitForACopy() throws SQLException {
        // Given
        post("/out", "1");
        try (Connection copying = Objects.requireNonNull(space).postgres().connect()) {
            copying.setAutoCommit(false);
            try (var statement = copying.createStatement()) {
                statement.execute(
                        "SELECT 1 FROM streams WHERE session_id = '%s' FOR KEY SHARE".formatted(session.value()));
            }

            // When
            int closed = service.send("POST", path("/close"), tenant.key(), "").status();

            // Then
            assertThat(closed).isEqualTo(200);
            assertThat(post("/out", "2").statusCode()).isEqualTo(409);
            copying.rollback();
        }
    }

    /** They would have all of the connections that everybody else needs. */
    @Test
    void manyForksAtOnceKeepNobodyElseWaiting() throws SQLException, ExecutionException, InterruptedException {
        // Given
        post("/out", "1");
        SessionId other = channels.session(tenant.scope());
        String source = "/v1/stream/source-" + session.value();
        channels.send("PUT", source, "", "");
        List<Future<HttpResponse<String>>> forks = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                Connection holder = Objects.requireNonNull(space).postgres().connect()) {
            holder.setAutoCommit(false);
            try (var statement = holder.createStatement()) {
                statement.execute(
                        "SELECT 1 FROM streams WHERE session_id = '%s' FOR UPDATE".formatted(session.value()));
                statement.execute(
                        "SELECT 1 FROM streams WHERE name = 'source-%s' FOR UPDATE".formatted(session.value()));
            }
            for (int i = 0; i < MANY; i++) {
                forks.add(threads.submit(() -> channels.send("POST", path("/fork"), tenant.key(), "{}")));
                String fork = "/v1/stream/fork-" + i + "-" + session.value();
                forks.add(threads.submit(() -> channels.send("PUT", fork, "", "", "Stream-Forked-From", source)));
            }

            // When
            until("others are told", () -> forks.stream().filter(Future::isDone).count() == 2 * MANY - 2);
            HttpResponse<String> read = channels.send("GET", "/v1/sessions/" + other.friendly(), tenant.key(), "");

            // Then
            assertThat(read.statusCode()).isEqualTo(200);
            assertThat(forks).filteredOn(fork -> !fork.isDone()).hasSize(2);
            holder.rollback();
        }
        assertThat(statuses(forks)).filteredOn(status -> status == 201).hasSize(2);
        assertThat(statuses(forks)).filteredOn(status -> status == 503).hasSize(2 * MANY - 2);
    }

    /** However small they are: each is a row, and takes its time. */
    @Test
    void aForkHasSoManyRecordsAndNoMore() {
        // Given
        String thousand =
                IntStream.range(0, 1000).mapToObj(Integer::toString).collect(Collectors.joining(",", "[", "]"));
        for (int i = 0; i <= ChannelProfile.FORK_RECORDS / 1000; i++) {
            post("/out", thousand);
        }

        // When
        HttpResponse<String> whole = channels.send("POST", path("/fork"), tenant.key(), "{}");
        HttpResponse<String> channel =
                channels.send("PUT", path("/channels/copy"), tenant.key(), "", "Stream-Forked-From", path("/out"));
        HttpResponse<String> part = channels.send(
                "POST", path("/fork"), tenant.key(), "{\"channels\":{\"out\":" + ChannelProfile.FORK_RECORDS + "}}");

        // Then
        assertThat(List.of(whole, channel)).allSatisfy(refused -> {
            assertThat(refused.statusCode()).isEqualTo(413);
            assertThat(refused.body())
                    .contains(
                            ChannelProfile.FORK_RECORDS + 1000 + " records",
                            "the limit is " + ChannelProfile.FORK_RECORDS);
        });
        assertThat(part.statusCode()).isEqualTo(201);
    }

    /** Whatever happens to the source meanwhile, a fork is what the source was at one moment. */
    @Test
    void aForkBesideAppendsAndACloseIsABeginningOfItsSource() throws InterruptedException, ExecutionException {
        // Given
        AtomicInteger written = new AtomicInteger();
        List<String> forks = Collections.synchronizedList(new ArrayList<>());
        List<Future<?>> work = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < WRITERS; i++) {
                work.add(threads.submit(() -> {
                    int status = 204;
                    while (status == 204 && written.get() < ChannelProfile.FORK_RECORDS - WRITERS) {
                        status = post("/out", Integer.toString(written.incrementAndGet()))
                                .statusCode();
                    }
                }));
            }
            work.add(threads.submit(() -> {
                while (forks.size() < 5
                        || channels.send("HEAD", path("/out"), tenant.key(), "")
                                .headers()
                                .firstValue("Stream-Closed")
                                .isEmpty()) {
                    HttpResponse<String> made = channels.send("POST", path("/fork"), tenant.key(), "{}");
                    assertThat(made.statusCode()).isEqualTo(201);
                    forks.add(channels.parsed(made.body())
                            .at("/session/friendly_id")
                            .asText());
                }
            }));

            // When
            until("some are made", () -> forks.size() >= 3 && written.get() > 50);
            assertThat(service.send("POST", path("/close"), tenant.key(), "").status())
                    .isEqualTo(200);
        }

        // Then
        for (Future<?> one : work) {
            one.get();
        }
        List<JsonNode> source = messages(path("/out"));
        for (String fork : forks) {
            List<JsonNode> copied = messages("/v1/sessions/" + fork + "/out");
            assertThat(source.subList(0, copied.size())).isEqualTo(copied);
            assertThat(channels.send(
                                    "POST",
                                    "/v1/sessions/" + fork + "/out",
                                    tenant.key(),
                                    "\"on\"",
                                    "Content-Type",
                                    "application/json")
                            .statusCode())
                    .isEqualTo(204);
        }
    }

    private List<JsonNode> messages(String channel) {
        List<JsonNode> messages = new ArrayList<>();
        String offset = "-1";
        HttpResponse<String> page;
        do {
            page = channels.send("GET", channel + "?offset=" + offset, tenant.key(), "");
            assertThat(page.statusCode()).isEqualTo(200);
            channels.parsed(page.body()).forEach(messages::add);
            offset = page.headers().firstValue("Stream-Next-Offset").orElseThrow();
        } while (page.headers().firstValue("Stream-Up-To-Date").isEmpty());
        return messages;
    }

    private static List<Integer> statuses(List<Future<HttpResponse<String>>> answers)
            throws ExecutionException, InterruptedException {
        List<Integer> statuses = new ArrayList<>();
        for (Future<HttpResponse<String>> answer : answers) {
            statuses.add(answer.get().statusCode());
        }
        return statuses;
    }

    private String path(String rest) {
        return "/v1/sessions/" + session.friendly() + rest;
    }

    private HttpResponse<String> post(String channel, String body) {
        return channels.send("POST", path(channel), tenant.key(), body, "Content-Type", "application/json");
    }
}
