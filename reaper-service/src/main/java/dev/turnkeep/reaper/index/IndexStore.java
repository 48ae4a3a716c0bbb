package dev.turnkeep.reaper.index;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.Uuids;
import dev.turnkeep.contracts.lifecycle.LivenessIndex;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The commands on the liveness index. All of them fail when Redis does not answer in time. */
public final class IndexStore {

    /** A later turn moves a score forward: what has moved is not what was decided on, and stays. */
    private static final String DROP = """
            local dropped = 0
            for i = 1, #ARGV, 2 do
                local score = redis.call('ZSCORE', KEYS[1], ARGV[i])
                if score and tonumber(score) <= tonumber(ARGV[i + 1]) then
                    dropped = dropped + redis.call('ZREM', KEYS[1], ARGV[i])
                end
            end
            return dropped
            """;

    private static final String BUILT = "built";

    /** Nothing was lost, and nobody began again, since this token was set. */
    private static final String BUILD = """
            if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
            redis.call('SET', KEYS[1], ARGV[2])
            return 1
            """;

    private final Commands redis;
    private final LivenessIndex index;

    public IndexStore(Redis redis, LivenessIndex index) {
        this.redis = new Commands(redis);
        this.index = index;
    }

    /**
     * A session and its score.
     *
     * @param score its deadline, as in {@link LivenessIndex#score}
     */
    public record Entry(SessionId session, long score) {}

    /** Whether entries may be missing: they were not all written yet, or Redis was flushed since. */
    public boolean lost() {
        return redis.send(Request.cmd(Command.GET).arg(index.mark()))
                .map(mark -> !mark.toString().equals(BUILT))
                .orElse(true);
    }

    /** Begins to write all entries; the token is what {@link #built} compares. */
    public void building(String token) {
        redis.send(Request.cmd(Command.SET).arg(index.mark()).arg(token));
    }

    /** All entries are written; answers false when some of them may have been lost meanwhile. */
    public boolean built(String token) {
        return redis.number(Request.cmd(Command.EVAL)
                        .arg(BUILD)
                        .arg(1)
                        .arg(index.mark())
                        .arg(token)
                        .arg(BUILT))
                == 1;
    }

    /** A page of the shard's entries whose deadline has passed, by deadline. Members that are no ids are removed. */
    public List<Entry> due(int shard, Instant now, int offset, int limit) {
        return entries(
                shard,
                Request.cmd(Command.ZRANGE)
                        .arg(index.key(shard))
                        .arg("-inf")
                        .arg("(" + now.toEpochMilli())
                        .arg("BYSCORE")
                        .arg("LIMIT")
                        .arg(offset)
                        .arg(limit)
                        .arg("WITHSCORES"));
    }

    /** A page of all entries of the shard, by deadline. */
    public List<Entry> all(int shard, int offset, int limit) {
        return entries(
                shard,
                Request.cmd(Command.ZRANGE)
                        .arg(index.key(shard))
                        .arg(offset)
                        .arg(offset + limit - 1L)
                        .arg("WITHSCORES"));
    }

    /** Removes entries whose score is not beyond the given one; answers how many. */
    public int drop(Collection<Entry> entries) {
        int dropped = 0;
        for (Map.Entry<String, List<Entry>> shard : byShard(entries).entrySet()) {
            Request eval = Request.cmd(Command.EVAL).arg(DROP).arg(1).arg(shard.getKey());
            shard.getValue()
                    .forEach(entry -> eval.arg(entry.session().toString()).arg(entry.score()));
            dropped += Math.toIntExact(redis.number(eval));
        }
        return dropped;
    }

    /** Writes scores, forward or back: what Postgres says now. */
    public void put(Collection<Entry> entries) {
        for (Map.Entry<String, List<Entry>> shard : byShard(entries).entrySet()) {
            Request add = Request.cmd(Command.ZADD).arg(shard.getKey());
            shard.getValue()
                    .forEach(entry -> add.arg(entry.score()).arg(entry.session().toString()));
            redis.number(add);
        }
    }

    /** Moves scores forward only. */
    public void advance(Collection<Entry> entries) {
        for (Map.Entry<String, List<Entry>> shard : byShard(entries).entrySet()) {
            Request add =
                    Request.cmd(Command.ZADD).arg(shard.getKey()).arg("XX").arg("GT");
            shard.getValue()
                    .forEach(entry -> add.arg(entry.score()).arg(entry.session().toString()));
            redis.number(add);
        }
    }

    /** Those of the sessions that have an entry. */
    public Set<SessionId> indexed(Collection<SessionId> sessions) {
        Map<String, List<SessionId>> byShard = new HashMap<>();
        sessions.forEach(id ->
                byShard.computeIfAbsent(index.key(id), k -> new ArrayList<>()).add(id));
        Set<SessionId> indexed = new HashSet<>();
        byShard.forEach((key, ids) -> {
            Request scores = Request.cmd(Command.ZMSCORE).arg(key);
            ids.forEach(id -> scores.arg(id.toString()));
            redis.send(scores).ifPresent(response -> {
                for (int i = 0; i < response.size(); i++) {
                    if (response.get(i) != null) {
                        indexed.add(ids.get(i));
                    }
                }
            });
        });
        return indexed;
    }

    private List<Entry> entries(int shard, Request request) {
        while (true) {
            List<Entry> entries = new ArrayList<>();
            List<String> strangers = new ArrayList<>();
            redis.send(request).ifPresent(response -> {
                // RESP3 nests pairs, RESP2 lists members and scores in turn.
                boolean pairs = response.size() > 0 && response.get(0).isArray();
                for (int i = 0; i < response.size(); i += pairs ? 1 : 2) {
                    String member = (pairs ? response.get(i).get(0) : response.get(i)).toString();
                    String score = (pairs ? response.get(i).get(1) : response.get(i + 1)).toString();
                    Uuids.parse(member)
                            .ifPresentOrElse(
                                    id -> entries.add(
                                            new Entry(new SessionId(id), Math.round(Double.parseDouble(score)))),
                                    () -> strangers.add(member));
                }
            });
            if (strangers.isEmpty()) {
                return entries;
            }
            // The page was short for them: it is asked for again.
            strangers.forEach(member -> forget(shard, member));
        }
    }

    private void forget(int shard, String member) {
        redis.number(Request.cmd(Command.ZREM).arg(index.key(shard)).arg(member));
    }

    private Map<String, List<Entry>> byShard(Collection<Entry> entries) {
        Map<String, List<Entry>> byShard = new HashMap<>();
        entries.forEach(entry -> byShard.computeIfAbsent(index.key(entry.session()), k -> new ArrayList<>())
                .add(entry));
        return byShard;
    }
}
