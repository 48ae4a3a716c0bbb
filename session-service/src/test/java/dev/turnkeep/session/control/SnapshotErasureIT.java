package dev.turnkeep.session.control;

import static dev.turnkeep.session.turn.ServiceOnTest.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.session.turn.ServiceOnTest;
import dev.turnkeep.session.turn.ServiceOnTest.Answer;
import dev.turnkeep.session.turn.ServiceOnTest.Tenant;
import dev.turnkeep.session.turn.TurnsConsumerIT;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Snapshots of sessions in a store of objects, by the links that the service makes. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@QuarkusTestResource(value = ObjectStoreOnTest.class, restrictToAnnotatedClass = true)
@TestProfile(TurnsConsumerIT.Keys.class)
class SnapshotErasureIT {
    private static final String WANTED = """
        {"type":"t","taskIdentifier":"a","triggerConfig":{"basePayload":{}}}\
        """;

    private final HttpClient http = HttpClient.newHttpClient();

    @Nullable
    TestSpace space;

    @ConfigProperty(name = "quarkus.http.port")
    int port;

    private ServiceOnTest service;
    private Tenant tenant;

    @BeforeEach
    void open() {
        service = new ServiceOnTest(Objects.requireNonNull(space), port);
        tenant = service.tenant();
    }

    @AfterEach
    void close() {
        service.close();
        http.close();
    }

    @Test
    void theSnapshotOfAnErasedSessionIsDeletedHoweverOftenItTakesAndWheneverItWasPut() {
        // Given
        String session = service.send("POST", "/api/v1/sessions", tenant.key(), WANTED)
                .body()
                .get("id")
                .asText();
        URI upload = link("PUT", session);
        URI download = link("GET", session);
        send("PUT", upload, "what was said");
        assertThat(send("GET", download, "").body()).isEqualTo("what was said");
        send("PUT", upload.resolve("/-/refuse"), "1");

        // When
        Answer erased = service.send("DELETE", "/v1/sessions/" + session, tenant.key(), "");

        // Then
        assertThat(erased.status()).isEqualTo(204);
        until("the snapshot is deleted", () -> send("GET", download, "").statusCode() == 404);

        // When: somebody still has the link
        send("PUT", upload, "what was said later");

        // Then
        until("it is deleted again", () -> send("GET", download, "").statusCode() == 404);
        until("nothing is left to do", () -> pending(session) == 0);
        assertThat(send("GET", download, "").statusCode()).isEqualTo(404);
    }

    @Test
    void theTranscriptIsWhatTheAgentHasKept() {
        // Given
        String session = service.send("POST", "/api/v1/sessions", tenant.key(), WANTED)
                .body()
                .get("id")
                .asText();
        String path = "/api/v1/sessions/" + session + "/transcript";
        Answer none = service.get(path, tenant.key());

        // When
        send("PUT", link("PUT", session), """
                {"version":1,"messages":[{"id":"a","text":"hi"},{"id":"b"},{"id":"c"}],"lastOutEventId":"7"}
                """);
        Answer newest = service.get(path + "?limit=2", tenant.key());
        Answer oldest = service.get(path + "?limit=2&before=b", tenant.key());

        // Then
        assertThat(none.body().toString()).isEqualTo("{\"messages\":[]}");
        assertThat(newest.body().toString())
                .isEqualTo("{\"messages\":[{\"id\":\"b\"},{\"id\":\"c\"}],\"cursors\":{\"lastOutEventId\":\"7\"},"
                        + "\"nextCursor\":\"b\"}");
        assertThat(oldest.body().path("messages").toString()).isEqualTo("[{\"id\":\"a\",\"text\":\"hi\"}]");
        assertThat(oldest.body().has("nextCursor")).isFalse();
        assertThat(service.get(path + "?limit=x", tenant.key()).status()).isEqualTo(400);
    }

    private URI link(String method, String session) {
        return URI.create(service.send(method, "/api/v1/sessions/" + session + "/snapshot-url", tenant.key(), "")
                .body()
                .get("presignedUrl")
                .asText());
    }

    private HttpResponse<String> send(String method, URI url, String body) {
        try {
            return http.send(
                    HttpRequest.newBuilder(url)
                            .method(method, BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private long pending(String session) {
        UUID id = SessionId.parse(session).orElseThrow().value();
        try (Connection connection = Objects.requireNonNull(space).postgres().connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT count(*) FROM erased_snapshots WHERE session_id = '%s'".formatted(id))) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
