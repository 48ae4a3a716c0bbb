package dev.turnkeep.session.control;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * Links under which a session's snapshot is put and got: whoever has one needs no other credential of the store. No snapshot
 * passes through here, and making a link asks nobody. Only the deletion of one is sent from here, by a link too.
 */
@Singleton
class Snapshots {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** In bytes, of what is read here; links lead to snapshots of any size. */
    private static final int LARGEST = 32 * 1024 * 1024;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final SnapshotsConfig config;
    private final @Nullable S3Presigner presigner;
    /** Of what is sent from here: the store may have another address here than for clients, and a signature is of one. */
    private final @Nullable S3Presigner own;

    Snapshots(SnapshotsConfig config) {
        this.config = config;
        this.presigner = presigner(config, config.endpoint());
        this.own = presigner(config, config.internalEndpoint().or(config::endpoint));
    }

    private static @Nullable S3Presigner presigner(SnapshotsConfig config, Optional<URI> endpoint) {
        return config.bucket().isPresent()
                        && config.accessKey().isPresent()
                        && config.secretKey().isPresent()
                ? presigner(
                        config,
                        endpoint,
                        config.accessKey().get(),
                        config.secretKey().get())
                : null;
    }

    private static S3Presigner presigner(
            SnapshotsConfig config, Optional<URI> endpoint, String accessKey, String secretKey) {
        S3Presigner.Builder builder = S3Presigner.builder()
                .region(Region.of(config.region()))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)))
                .serviceConfiguration(S3Configuration.builder()
                        .pathStyleAccessEnabled(config.pathStyle())
                        .build());
        endpoint.ifPresent(builder::endpointOverride);
        return builder.build();
    }

    /** 501 when there is no store. */
    void require() {
        offered(presigner);
    }

    String uploadUrl(Scope scope, SessionId session) {
        return offered(presigner)
                .presignPutObject(request -> request.signatureDuration(config.lifetime())
                        .putObjectRequest(object -> object.bucket(bucket()).key(key(scope, session))))
                .url()
                .toString();
    }

    String downloadUrl(Scope scope, SessionId session) {
        return downloadUrl(offered(presigner), scope, session);
    }

    private String downloadUrl(S3Presigner signer, Scope scope, SessionId session) {
        return signer.presignGetObject(request -> request.signatureDuration(config.lifetime())
                        .getObjectRequest(object -> object.bucket(bucket()).key(key(scope, session))))
                .url()
                .toString();
    }

    boolean areOffered() {
        return presigner != null;
    }

    /** What became of a deletion. */
    enum Deletion {
        DELETED,
        /** Or nobody knows: it may be tried again. */
        FAILED
    }

    /** Deletes the session's snapshot; there need not be one. Waits for the store: for virtual threads only. */
    Deletion delete(Scope scope, SessionId session) {
        URL link = offered(own)
                .presignDeleteObject(request -> request.signatureDuration(config.lifetime())
                        .deleteObjectRequest(object -> object.bucket(bucket()).key(key(scope, session))))
                .url();
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(link.toURI())
                            .timeout(PATIENCE)
                            .DELETE()
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            boolean gone = answer.statusCode() / 100 == 2
                    // A store without the bucket says 404 as well: that is no deletion.
                    || (answer.statusCode() == 404 && answer.body().contains("NoSuchKey"));
            return gone ? Deletion.DELETED : Deletion.FAILED;
        } catch (IOException | URISyntaxException e) {
            return Deletion.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Deletion.FAILED;
        }
    }

    /**
     * The session's snapshot; empty when there is none. Waits for the store: for virtual threads only.
     *
     * @throws RetryLater (503) when the store does not answer
     */
    Optional<byte[]> read(Scope scope, SessionId session) {
        String link = downloadUrl(offered(own), scope, session);
        try {
            HttpResponse<InputStream> answer = http.send(
                    HttpRequest.newBuilder(URI.create(link)).timeout(PATIENCE).build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                byte[] bytes = body.readNBytes(LARGEST + 1);
                if (answer.statusCode() == 200) {
                    return Optional.of(checked(bytes));
                }
                boolean none = answer.statusCode() == 404
                        && !new String(bytes, StandardCharsets.UTF_8).contains("NoSuchBucket");
                if (none) {
                    return Optional.empty();
                }
            }
        } catch (IOException e) {
            throw RetryLater.unavailable("The store of snapshots does not answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RetryLater.unavailable("the service is stopping");
        }
        throw RetryLater.unavailable("The store of snapshots does not give it");
    }

    private static byte[] checked(byte[] snapshot) {
        if (snapshot.length > LARGEST) {
            throw Invalid.tooLarge(
                    "A snapshot of more than " + LARGEST + " bytes is not read here", snapshot.length, LARGEST);
        }
        return snapshot;
    }

    private String bucket() {
        return config.bucket().orElseThrow();
    }

    /** By the session's id, so that a later session of the same name has a snapshot of its own. */
    private static String key(Scope scope, SessionId session) {
        return "sessions/" + scope.org() + "/" + scope.environment().value() + "/" + session.friendly()
                + "/snapshot.json";
    }

    private static S3Presigner offered(@Nullable S3Presigner signer) {
        return Optional.ofNullable(signer)
                .orElseThrow(() -> new Invalid(Problem.NOT_OFFERED, null, "No store for snapshots is configured"));
    }

    void close(@Observes ShutdownEvent stopping) {
        http.shutdownNow();
        if (presigner != null) {
            presigner.close();
        }
        if (own != null) {
            own.close();
        }
    }
}
