package dev.turnkeep.session.turn;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.localstack.junit.TestSpace;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The running service, seen from outside: its HTTP port, its Kafka topics, and an organisation with a key. */
public final class ServiceOnTest implements AutoCloseable {
    public static final String ADMIN_KEY = "operator-key-of-the-tests";
    public static final String MASTER_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final TestSpace space;
    private final int port;
    private final KafkaProducer<byte[], byte[]> producer;

    public ServiceOnTest(TestSpace space, int port) {
        this.space = space;
        this.port = port;
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", space.kafkaBootstrap(), "acks", "all", "linger.ms", 0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** An organisation's environment and a key to it. */
    public record Tenant(Scope scope, String key) {}

    /** An answer: its status and its body as JSON. */
    public record Answer(int status, JsonNode body) {}

    public Tenant tenant() {
        Answer org = send("POST", "/v1/admin/orgs", ADMIN_KEY, "{\"name\":\"test\"}");
        assertThat(org.status()).isEqualTo(201);
        String id = org.body().get("org_id").asText();
        Answer key =
                send("POST", "/v1/admin/keys", ADMIN_KEY, "{\"org_id\":\"%s\",\"environment\":\"test\"}".formatted(id));
        assertThat(key.status()).isEqualTo(201);
        return new Tenant(
                new Scope(OrgId.parse(id), new EnvironmentName("test")),
                key.body().get("key").asText());
    }

    /**
     * Another key to the same environment.
     *
     * @param scopes a JSON array
     */
    public String keyWith(Tenant tenant, String scopes) {
        String body = "{\"org_id\":\"%s\",\"environment\":\"test\",\"scopes\":%s}"
                .formatted(tenant.scope().org(), scopes);
        Answer key = send("POST", "/v1/admin/keys", ADMIN_KEY, body);
        assertThat(key.status()).isEqualTo(201);
        return key.body().get("key").asText();
    }

    /** The id of a key, by its hash: no answer but the one that made it tells both. */
    public String keyId(String key, Tenant tenant) {
        try (java.sql.Connection connection = java.sql.DriverManager.getConnection(
                        space.postgres().jdbcUrl(),
                        space.postgres().user(),
                        space.postgres().password());
                java.sql.PreparedStatement query = connection.prepareStatement(
                        "SELECT id FROM api_keys WHERE org_id = ? AND key_hash = sha256(?::bytea)")) {
            query.setObject(1, tenant.scope().org().value());
            query.setBytes(2, key.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            try (java.sql.ResultSet rows = query.executeQuery()) {
                assertThat(rows.next()).isTrue();
                return rows.getString(1);
            }
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public void revoke(String key, Tenant tenant) {
        assertThat(send("DELETE", "/v1/admin/keys/" + keyId(key, tenant), ADMIN_KEY, "")
                        .status())
                .isEqualTo(204);
    }

    public Answer get(String path, String key) {
        return send("GET", path, key, "");
    }

    public Answer send(String method, String path, String key, String body) {
        HttpResponse<String> response = exchange(method, path, key, body, Map.of());
        try {
            return new Answer(
                    response.statusCode(), json.readTree(response.body().isEmpty() ? "{}" : response.body()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The whole answer. */
    public HttpResponse<String> exchange(
            String method, String path, String key, String body, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        headers.forEach(request::setHeader);
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Puts turns on the topic, each on the partition of its key. */
    void publish(SampleTurn... turns) {
        for (SampleTurn turn : turns) {
            var consumed = turn.consumed();
            publish(consumed.key(), consumed.value());
        }
    }

    void publish(byte[] key, byte[] value) {
        try {
            producer.send(new ProducerRecord<>(space.topicPrefix() + "turns.v1", key, value))
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until something is so, by looking. */
    public static void until(String what, BooleanSupplier so) {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!so.getAsBoolean()) {
            assertThat(Instant.now()).as("waiting for " + what).isBefore(deadline);
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        producer.close();
        http.close();
    }
}
