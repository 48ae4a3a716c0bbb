package dev.turnkeep.session.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class SnapshotsTest {
    private static final Scope SCOPE = new Scope(new OrgId(new UUID(0, 1)), new EnvironmentName("test"));
    private static final SessionId SESSION = new SessionId(new UUID(0, 2));

    private record Config(
            Optional<String> bucket, Optional<URI> endpoint, Optional<URI> internalEndpoint, boolean pathStyle)
            implements SnapshotsConfig {
        Config(Optional<String> bucket, Optional<URI> endpoint, boolean pathStyle) {
            this(bucket, endpoint, Optional.empty(), pathStyle);
        }

        @Override
        public String region() {
            return "eu-west-1";
        }

        @Override
        public Optional<String> accessKey() {
            return Optional.of("access");
        }

        @Override
        public Optional<String> secretKey() {
            return Optional.of("secret");
        }

        @Override
        public Duration lifetime() {
            return Duration.ofMinutes(5);
        }

        @Override
        public Duration uploadTime() {
            return Duration.ofMinutes(15);
        }

        @Override
        public Duration deleteEvery() {
            return Duration.ofSeconds(5);
        }
    }

    @Test
    void signsLinksToTheSessionsOwnObject() {
        // Given
        Snapshots snapshots = new Snapshots(
                new Config(Optional.of("snaps"), Optional.of(URI.create("http://store.example:9000")), true));

        // When
        String upload = snapshots.uploadUrl(SCOPE, SESSION);
        String download = snapshots.downloadUrl(SCOPE, SESSION);

        // Then
        String object = "http://store.example:9000/snaps/sessions/" + SCOPE.org() + "/test/" + SESSION.friendly()
                + "/snapshot.json?";
        assertThat(upload)
                .startsWith(object)
                .contains("X-Amz-Expires=300", "X-Amz-Signature=")
                .doesNotContain("secret");
        assertThat(download).startsWith(object).isNotEqualTo(upload);
    }

    @Test
    void putsTheBucketIntoTheHostsNameWhereTheStoreWantsIt() {
        // Given
        Snapshots snapshots = new Snapshots(new Config(Optional.of("snaps"), Optional.empty(), false));

        // When / Then
        assertThat(snapshots.uploadUrl(SCOPE, SESSION))
                .startsWith("https://snaps.s3.eu-west-1.amazonaws.com/sessions/");
    }

    @Test
    void reachesTheStoreItselfWhereItIsToldTo() throws IOException {
        // Given: a store with one address for clients and another one here
        List<String> asked = new CopyOnWriteArrayList<>();
        HttpServer store = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        store.createContext("/", exchange -> {
            asked.add(
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        store.start();
        try {
            URI here = URI.create("http://127.0.0.1:" + store.getAddress().getPort());
            Snapshots snapshots = new Snapshots(new Config(
                    Optional.of("snaps"),
                    Optional.of(URI.create("http://store.example:9000")),
                    Optional.of(here),
                    true));

            // When
            Snapshots.Deletion deletion = snapshots.delete(SCOPE, SESSION);

            // Then
            assertThat(deletion).isEqualTo(Snapshots.Deletion.DELETED);
            assertThat(asked)
                    .containsExactly(
                            "DELETE /snaps/sessions/" + SCOPE.org() + "/test/" + SESSION.friendly() + "/snapshot.json");
            assertThat(snapshots.downloadUrl(SCOPE, SESSION)).startsWith("http://store.example:9000/");
        } finally {
            store.stop(0);
        }
    }

    @Test
    void isNotOfferedWithoutABucket() {
        // Given
        Snapshots snapshots = new Snapshots(new Config(Optional.empty(), Optional.empty(), true));

        // When / Then
        assertThatThrownBy(() -> snapshots.uploadUrl(SCOPE, SESSION))
                .isInstanceOfSatisfying(
                        Invalid.class, refused -> assertThat(refused.problem()).isEqualTo(Problem.NOT_OFFERED));
    }
}
