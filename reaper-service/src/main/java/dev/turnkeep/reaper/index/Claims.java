package dev.turnkeep.reaper.index;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Who works on what: a key with a time to live, and its owner as value. Claims save work that two would do twice; they
 * protect nothing: that an epoch ends once is Postgres' doing. So losing one, or Redis, is harmless.
 */
public final class Claims {
    private static final Logger LOG = Logger.getLogger(Claims.class);

    /** A claim that has gone without becoming somebody else's is taken again: Redis was flushed, or the lease ran out. */
    private static final String RENEW = """
            local owner = redis.call('GET', KEYS[1])
            if owner == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) return 1 end
            if owner then return 0 end
            redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
            return 2
            """;

    private static final String RELEASE =
            "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

    private final Commands redis;
    private final String prefix;
    private final Duration lease;
    private final Counter expired;

    public Claims(Redis redis, String keyPrefix, Duration lease, MeterRegistry registry) {
        this.redis = new Commands(redis);
        this.prefix = keyPrefix + "claim:";
        this.lease = lease;
        this.expired = registry.counter("turnkeep_reaper_claims_expired");
    }

    /** How an attempt to claim something went. */
    public sealed interface Attempt permits Claim, Taken, Unavailable {}

    /** Somebody else works on it. */
    public record Taken() implements Attempt {}

    /** Redis does not answer: nobody can claim anything. */
    public record Unavailable() implements Attempt {}

    public Attempt take(String name) {
        String key = prefix + name;
        String owner = UUID.randomUUID().toString();
        try {
            Request set = Request.cmd(Command.SET)
                    .arg(key)
                    .arg(owner)
                    .arg("NX")
                    .arg("PX")
                    .arg(lease.toMillis());
            return redis.send(set).isPresent() ? new Claim(key, owner) : new Taken();
        } catch (RuntimeException e) {
            LOG.warnf("nothing can be claimed: reason=%s", e.getClass().getSimpleName());
            return new Unavailable();
        }
    }

    /** Removes a claim that has no time to live, which none of ours is without; answers whether there was one. */
    public boolean removeStale(String name) {
        boolean stale = redis.number(Request.cmd(Command.PTTL).arg(prefix + name)) == -1;
        return stale && redis.number(Request.cmd(Command.DEL).arg(prefix + name)) == 1;
    }

    private long eval(String script, Claim claim, String... more) {
        Request eval =
                Request.cmd(Command.EVAL).arg(script).arg(1).arg(claim.key).arg(claim.owner);
        for (String argument : more) {
            eval.arg(argument);
        }
        return redis.number(eval);
    }

    /** A claim that is held, as far as anybody knows. */
    public final class Claim implements Attempt, AutoCloseable {
        private final String key;
        private final String owner;
        private boolean lost;

        private Claim(String key, String owner) {
            this.key = key;
            this.owner = owner;
        }

        /**
         * Whether nobody else has it; it then lives for a whole lease again. While Redis does not answer nobody can have
         * taken it, as far as anybody knows.
         */
        public boolean renewed() {
            if (lost) {
                return false;
            }
            try {
                long renewal = eval(RENEW, this, Long.toString(lease.toMillis()));
                lost = renewal == 0;
                if (renewal != 1) {
                    expired.increment();
                }
            } catch (RuntimeException e) {
                LOG.warnf("a claim is in doubt: reason=%s", e.getClass().getSimpleName());
            }
            return !lost;
        }

        /** Gives the claim back, unless it is somebody else's by now. */
        @Override
        public void close() {
            if (lost) {
                return;
            }
            try {
                eval(RELEASE, this);
            } catch (RuntimeException e) {
                LOG.warnf("a claim runs out by itself: reason=%s", e.getClass().getSimpleName());
            }
        }
    }
}
