package dev.turnkeep.session.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SnapshotsTest {
    private static final Scope SCOPE = new Scope(new OrgId(new UUID(0, 1)), new EnvironmentName("test"));
    private static final SessionId SESSION = new SessionId(new UUID(0, 2));

    private record Config(Optional<String> bucket, Optional<URI> endpoint, boolean pathStyle)
            implements SnapshotsConfig {
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
    void isNotOfferedWithoutABucket() {
        // Given
        Snapshots snapshots = new Snapshots(new Config(Optional.empty(), Optional.empty(), true));

        // When / Then
        assertThatThrownBy(() -> snapshots.uploadUrl(SCOPE, SESSION))
                .isInstanceOfSatisfying(
                        Invalid.class, refused -> assertThat(refused.problem()).isEqualTo(Problem.NOT_OFFERED));
    }
}
