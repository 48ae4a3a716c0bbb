package dev.turnkeep.reaper.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalTime;
import java.util.Optional;

/** How sessions are ended, expired, retired, cleaned up after and checked. {@link Bounds} says what is allowed. */
@ConfigMapping(prefix = "turnkeep.reaper")
public interface ReaperConfig {
    /** Sessions in one transaction. */
    @WithDefault("500")
    int batch();

    /** Shards of the index that one instance works on at a time; each takes a connection. */
    @WithDefault("4")
    int parallel();

    /** A claim is renewed while its owner works; an owner that died loses it after this long. */
    @WithDefault("30s")
    Duration claimLease();

    /** A lease held for longer than this keeps nothing any more; 0 for leases without limit. */
    @WithDefault("24h")
    Duration maxLeaseAge();

    /** How long a session rests that could not be ended; doubled with each failure, up to {@link #retryMax}. */
    @WithDefault("10s")
    Duration retryMin();

    /** The longest rest of a session that could not be ended. It is tried for ever. */
    @WithDefault("10m")
    Duration retryMax();

    /** A session that could not be ended so many times is a dead letter: an invariant is broken until it can be. */
    @WithDefault("5")
    int deadLetterAfter();

    Reap reap();

    Sweep sweep();

    Expire expire();

    Retire retire();

    Vacuum vacuum();

    Check check();

    /** What the liveness index says is due. */
    interface Reap {
        /** Whether it runs by itself; on demand it always does. */
        @WithDefault("true")
        boolean enabled();

        /** The pause between runs. */
        @WithDefault("30s")
        Duration every();
    }

    /** What Postgres says is due; makes the index anew. */
    interface Sweep {
        /** Whether it runs by itself; on demand it runs all the same. */
        @WithDefault("true")
        boolean enabled();

        /** The pause between runs. */
        @WithDefault("5m")
        Duration every();
    }

    /** Sessions whose {@code expires_at} has passed. */
    interface Expire {
        /** Whether it runs by itself; on demand it runs all the same. */
        @WithDefault("true")
        boolean enabled();

        /** The pause between runs. */
        @WithDefault("1m")
        Duration every();
    }

    /** Sessions that have long been over. */
    interface Retire {
        /** Whether it runs by itself; on demand it runs all the same. */
        @WithDefault("true")
        boolean enabled();

        /** The pause between runs; the first one is at once. */
        @WithDefault("1h")
        Duration every();

        /** Days since the last turn; fractions are allowed. 0 retires nothing, less counts as 0 with a warning. */
        @WithDefault("90")
        BigDecimal maxAgeDays();
    }

    /** What nobody needs any more. */
    interface Vacuum {
        /** Whether it runs by itself; on demand it runs all the same. */
        @WithDefault("true")
        boolean enabled();

        /** The time of day, UTC. */
        @WithDefault("04:00")
        LocalTime at();

        /** A pause between runs instead of a time of day. */
        Optional<Duration> every();

        /** A fork's placeholder that nothing hangs under is removed when it is older than this. */
        @WithDefault("24h")
        Duration placeholderAge();

        /**
         * How long an erased session's names (harness session id, external id, actor) are kept, by which its turns stay out.
         * More than the retention of the topics of turns and dead letters: what is replayed or put back later is kept out by
         * ids alone.
         */
        @WithDefault("30d")
        Duration erasedNamesAge();
    }

    /** The invariants. */
    interface Check {
        /** Whether it runs by itself; on demand it runs all the same. */
        @WithDefault("true")
        boolean enabled();

        /** The pause between runs. */
        @WithDefault("10m")
        Duration every();

        /** How many of the newest sessions a scheduled run looks at; 0 for all, as {@code GET /invariants} does. */
        @WithDefault("100000")
        long sessions();

        /** Events are kept for so long: the epochs of sessions that are older are left out. */
        @WithDefault("30d")
        Duration eventRetention();

        /** A stream that has not stored an event for so long after it was written is behind. */
        @WithDefault("5m")
        Duration publishedWithin();
    }
}
