package dev.turnkeep.session.control;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** The S3-compatible store of sessions' snapshots. Without a bucket and credentials none are offered. */
@ConfigMapping(prefix = "turnkeep.snapshots")
public interface SnapshotsConfig {
    /** The bucket; each snapshot is one object in it. */
    Optional<String> bucket();

    /** Where the store is, as the clients of the links see it; without one it is Amazon's of the region. */
    Optional<URI> endpoint();

    /** Where this service itself reaches the store, to read and to delete; as its clients do unless it is given. */
    Optional<URI> internalEndpoint();

    /** The region that requests are signed for. */
    @WithDefault("us-east-1")
    String region();

    /** The name of the credential that signs the links. */
    Optional<String> accessKey();

    /** The credential itself; never printed. */
    Optional<String> secretKey();

    /** Whether the bucket is the path's first part, as most stores but Amazon's have it, or part of the host's name. */
    @WithDefault("true")
    boolean pathStyle();

    /** How long a link works. */
    @WithDefault("5m")
    Duration lifetime();

    /**
     * How long an upload may take that began while its link worked. When that is over, the snapshot of an erased session is
     * deleted a second time.
     */
    @WithDefault("15m")
    Duration uploadTime();

    /** How often snapshots of erased sessions are looked for. */
    @WithDefault("5s")
    Duration deleteEvery();
}
