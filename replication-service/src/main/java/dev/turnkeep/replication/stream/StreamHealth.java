package dev.turnkeep.replication.stream;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a stream does, and whether that is a reason to call somebody. Rows can stand still in many ways; all of them have in
 * common that no heartbeat comes back through the stream.
 *
 * <p>State: written by the stream's thread, read by others.
 */
final class StreamHealth {
    private final StreamConfig config;
    private final InstantSource clock;
    private volatile StreamStatus status = new StreamStatus.Standby();
    // Since when nothing has come through: that it reads again for a moment is no recovery.
    private volatile @Nullable Instant failingSince;
    // When the last heartbeat that came through was committed; while none has, since when one is awaited.
    private volatile @Nullable Instant freshAt;
    private volatile Duration leaderSilent = Duration.ZERO;

    /** @param clock whose time heartbeats carry */
    StreamHealth(StreamConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
    }

    StreamStatus status() {
        return status;
    }

    void is(StreamStatus next) {
        status = next;
    }

    /** @param silent since when the leader has written no heartbeat */
    void standsBy(Duration silent) {
        status = new StreamStatus.Standby();
        failingSince = null;
        freshAt = null;
        leaderSilent = silent;
    }

    /** This instance leads, perhaps again after a failure. */
    void leads() {
        leaderSilent = Duration.ZERO;
        if (freshAt == null) {
            freshAt = clock.instant();
        }
    }

    void failing(String reason) {
        if (failingSince == null) {
            failingSince = clock.instant();
        }
        status = new StreamStatus.Failing(reason);
    }

    /** A heartbeat has come through, and so has everything before it. */
    void passed(Heartbeat beat) {
        failingSince = null;
        freshAt = beat.committedAt();
    }

    /**
     * Why the stream's rows wait, in words for an operator; empty while they flow or another instance brings them.
     *
     * @param sink what the sink says
     * @param leader what the leader's thread says
     * @param lag of the oldest row that was read and is not stored
     */
    Optional<String> trouble(Optional<String> sink, Optional<String> leader, Duration lag) {
        return switch (status) {
            case StreamStatus.Stopped(String reason) -> Optional.of(reason);
            case StreamStatus.Ended() -> Optional.empty();
            case StreamStatus.Standby() -> ofStandby();
            case StreamStatus.Failing(String reason) ->
                Optional.of(reason).filter(_ -> failsTooLong()).or(this::tooOld);
            case StreamStatus.Preparing(boolean _) -> ofLeader(sink, leader, lag);
            case StreamStatus.Streaming() -> ofLeader(sink, leader, lag);
        };
    }

    private Optional<String> ofStandby() {
        return leaderSilent.compareTo(config.unreadyLag()) < 0
                ? Optional.empty()
                : Optional.of("another instance holds the right to lead, and has been silent for "
                        + leaderSilent.toSeconds() + " s");
    }

    private Optional<String> ofLeader(Optional<String> sink, Optional<String> leader, Duration lag) {
        return sink.or(() -> leader).or(this::failsAgain).or(() -> waits(lag)).or(this::tooOld);
    }

    private Optional<String> failsAgain() {
        return failsTooLong() ? Optional.of("the stream fails again and again") : Optional.empty();
    }

    private Optional<String> waits(Duration lag) {
        return lag.compareTo(config.unreadyLag()) < 0
                ? Optional.empty()
                : Optional.of("the oldest row waits for " + lag.toSeconds() + " s");
    }

    private Optional<String> tooOld() {
        Duration age = age();
        return age.compareTo(config.unreadyLag()) < 0
                ? Optional.empty()
                : Optional.of("nothing has come through for " + age.toSeconds() + " s");
    }

    /** How old the last heartbeat is that came through the stream; zero on a standby. */
    Duration age() {
        Instant fresh = freshAt;
        Duration age = fresh == null ? Duration.ZERO : Duration.between(fresh, clock.instant());
        return age.isNegative() ? Duration.ZERO : age;
    }

    private boolean failsTooLong() {
        Instant since = failingSince;
        return since != null && since.plus(config.unreadyAfter()).isBefore(clock.instant());
    }
}
