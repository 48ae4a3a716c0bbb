package dev.turnkeep.contracts.lifecycle;

import dev.turnkeep.contracts.id.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The liveness index in Redis: sorted sets, one a shard, of open sessions by their idle deadline. It says where to look and
 * decides nothing: whoever ends a session decides in Postgres. This is its layout, which its writers and readers share.
 *
 * @param prefix what every key of the installation starts with
 */
public record LivenessIndex(String prefix) {
    /** How many sorted sets there are: so many reapers can work side by side. */
    public static final int SHARDS = 16;

    /** The keys of all shards, in their order. */
    public List<String> keys() {
        return IntStream.range(0, SHARDS).mapToObj(this::key).toList();
    }

    public String key(int shard) {
        return prefix + "live:" + shard;
    }

    /** The key that says whether all open sessions were written since Redis was last flushed. */
    public String mark() {
        return prefix + "live:mark";
    }

    /** The key of the sorted set that a session is in. Its member is the session's id as UUID text. */
    public String key(SessionId session) {
        return key(shard(session));
    }

    /** The shard of a session, by the random bits of its id. */
    public static int shard(SessionId session) {
        return (int) (session.value().getLeastSignificantBits() & (SHARDS - 1));
    }

    /** The score: the deadline in milliseconds since 1970, rounded up so that nothing is looked at too early. */
    public static long score(Instant lastReceivedAt, Duration idle) {
        Instant deadline = lastReceivedAt.plus(idle);
        long millis = deadline.toEpochMilli();
        return Instant.ofEpochMilli(millis).isBefore(deadline) ? millis + 1 : millis;
    }
}
