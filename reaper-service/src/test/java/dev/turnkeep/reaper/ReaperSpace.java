package dev.turnkeep.reaper;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.Uuids;
import dev.turnkeep.contracts.lifecycle.LivenessIndex;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.platform.postgres.Await;
import dev.turnkeep.reaper.check.CheckJob;
import dev.turnkeep.reaper.config.ReaperConfig;
import dev.turnkeep.reaper.ending.Changer;
import dev.turnkeep.reaper.ending.EndingMetrics;
import dev.turnkeep.reaper.ending.PausePoint;
import dev.turnkeep.reaper.ending.Postgres;
import dev.turnkeep.reaper.expire.ExpireJob;
import dev.turnkeep.reaper.index.Claims;
import dev.turnkeep.reaper.index.IndexStore;
import dev.turnkeep.reaper.index.IndexStore.Entry;
import dev.turnkeep.reaper.reap.OpenGauges;
import dev.turnkeep.reaper.reap.ReapJob;
import dev.turnkeep.reaper.retire.RetireJob;
import dev.turnkeep.reaper.sweep.IndexRebuild;
import dev.turnkeep.reaper.sweep.SweepJob;
import dev.turnkeep.reaper.vacuum.VacuumJob;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.flywaydb.core.Flyway;

/**
 * A migrated database and an index with sessions in them, and reapers that work on both. Every test class has its own; each
 * test starts with {@link #clear}.
 */
public final class ReaperSpace implements AutoCloseable {
    public static final Duration IDLE = Duration.ofMinutes(30);
    public static final String TOPIC = "turns";

    public final Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    /** Long enough ago to be idle. */
    public final Instant idle = now.minus(IDLE).minusSeconds(60);

    private final TestSpace space;
    private final Vertx vertx = Vertx.vertx();
    private final Redis redis;
    private final Pool pool;
    private final UUID org = UUID.randomUUID();

    public final LivenessIndex layout;
    public final IndexStore index;
    public final Postgres postgres;

    public ReaperSpace(TestSpace space) {
        this.space = space;
        Flyway.configure()
                .dataSource(
                        space.postgres().jdbcUrl(),
                        space.postgres().user(),
                        space.postgres().password())
                .locations("filesystem:../session-service/src/main/resources/db/migration")
                .load()
                .migrate();
        this.pool = PgBuilder.pool()
                .connectingTo(new PgConnectOptions()
                        .setHost(space.postgres().host())
                        .setPort(space.postgres().port())
                        .setDatabase(space.postgres().database())
                        .setUser(space.postgres().user())
                        .setPassword(space.postgres().password())
                        .addProperty("role", "turnkeep_reaper")
                        .addProperty("TimeZone", "UTC"))
                .with(new PoolOptions().setMaxSize(12))
                .using(vertx)
                .build();
        this.postgres = new Postgres(pool, Duration.ofSeconds(30));
        this.redis = Redis.createClient(
                vertx, new RedisOptions().setConnectionString(space.redisUrl()).setMaxPoolWaiting(1000));
        this.layout = new LivenessIndex(space.redisKeyPrefix());
        this.index = new IndexStore(redis, layout);
        execute("INSERT INTO orgs (id, name) VALUES ('%s', 'test')".formatted(org));
        execute("INSERT INTO environments (id, org_id, name) VALUES ('%s', '%s', 'test')"
                .formatted(UUID.randomUUID(), org));
    }

    /** One instance of the reaper, with metrics, settings and pauses of its own. */
    public final class Reaper {
        public final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        public final ReaperConfig config;
        public final Claims claims;
        public final Changer changer;
        public final ReapJob reap;
        public final SweepJob sweep;
        public final ExpireJob expire;
        public final RetireJob retire;
        public final VacuumJob vacuum;
        public final CheckJob check;

        private Reaper(Clock clock, Consumer<PausePoint> pauses, Map<String, String> settings) {
            config = config(settings);
            claims = new Claims(redis, space.redisKeyPrefix(), config.claimLease(), metrics);
            changer = new Changer(postgres, TOPIC, config, new EndingMetrics(metrics), pauses);
            IndexRebuild rebuild = new IndexRebuild(postgres, index, clock, config.batch(), pauses);
            reap = new ReapJob(
                    rebuild,
                    index,
                    claims,
                    changer,
                    new OpenGauges(postgres, clock, Duration.ofMinutes(2), metrics),
                    clock,
                    config);
            sweep = new SweepJob(postgres, rebuild, index, claims, changer, clock, config);
            expire = new ExpireJob(postgres, changer, clock, config);
            retire = new RetireJob(postgres, changer, clock, config);
            vacuum = new VacuumJob(postgres, index, claims, clock, config);
            check = new CheckJob(postgres, index, changer, clock, config, metrics);
        }

        public double vetoes(String kind) {
            return metrics.counter("turnkeep_reaper_veto", "kind", kind).count();
        }
    }

    public Reaper reaper(String... settings) {
        return reaper(PausePoint.NONE, settings);
    }

    public Reaper reaper(Consumer<PausePoint> pauses, String... settings) {
        return reaper(Clock.fixed(now, ZoneOffset.UTC), pauses, settings);
    }

    public Reaper reaper(Clock clock, Consumer<PausePoint> pauses, String... settings) {
        Map<String, String> map = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            map.put("turnkeep.reaper." + settings[i], settings[i + 1]);
        }
        return new Reaper(clock, pauses, map);
    }

    public static ReaperConfig config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .withMapping(ReaperConfig.class)
                .withConverter(Duration.class, 100, new io.quarkus.runtime.configuration.DurationConverter())
                .withDefaultValues(settings)
                .build()
                .getConfigMapping(ReaperConfig.class);
    }

    /** Empties everything, and lets the consumer have read both partitions up to the present. */
    public void clear() {
        execute("TRUNCATE sessions, turns, node_variants, nodes, blobs, session_events, session_leases, "
                + "session_end_failures, partition_progress, topic_progress, replication_state, streams CASCADE");
        execute("UPDATE environments SET idle_timeout = interval '30 minutes', harness_idle_timeouts = '{}'");
        flush();
        index.building("test");
        index.built("test");
        execute("INSERT INTO topic_progress (topic, partition_count, counted_at) VALUES ('%s', 2, '%s')"
                .formatted(TOPIC, now));
        readUpTo(0, now);
        readUpTo(1, now);
    }

    /** The consumer has read a partition up to an append time; the topic has two. */
    public void readUpTo(int partition, Instant through) {
        execute("""
                INSERT INTO partition_progress (topic, partition, processed_through, next_offset, updated_at)
                VALUES ('%s', %d, '%s', 1, now())
                ON CONFLICT (topic, partition) DO UPDATE SET processed_through = excluded.processed_through
                """.formatted(TOPIC, partition, through));
    }

    public SessionId newId() {
        return new SessionId(Uuids.version7(
                now,
                ThreadLocalRandom.current().nextLong(),
                ThreadLocalRandom.current().nextLong()));
    }

    /** An open session in the index, as a turn of that time left it. */
    public SessionId open(String key, Instant received) {
        SessionId id = newId();
        insert(List.of(id), key, received);
        index.put(List.of(new Entry(id, LivenessIndex.score(received, IDLE))));
        return id;
    }

    /** Many of them. */
    public List<SessionId> open(int count, Instant received) {
        List<SessionId> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(newId());
        }
        insert(ids, null, received);
        index.put(ids.stream()
                .map(id -> new Entry(id, LivenessIndex.score(received, IDLE)))
                .toList());
        return ids;
    }

    private void insert(List<SessionId> ids, @org.jspecify.annotations.Nullable String key, Instant received) {
        String values = String.join(
                ",",
                ids.stream()
                        .map(id -> "('" + id + "'::uuid, '" + id.friendly() + "')")
                        .toList());
        execute("""
                INSERT INTO sessions (id, friendly_id, org_id, environment, harness_id, harness_session_id, kafka_partition,
                    type, task_identifier, state, epoch, started_at, last_event_at, last_received_at, idle_bucket,
                    created_at, updated_at)
                SELECT v.id, v.friendly, '%s', 'test', 'claude', coalesce(%s, v.id::text), 0, 'ingest', 'claude', 'open', 1,
                    r.at, r.at, r.at, date_trunc('minute', r.at + interval '30 minutes'), r.at, r.at
                FROM (VALUES %s) AS v (id, friendly), (SELECT '%s'::timestamptz AS at) r
                """.formatted(org, key == null ? "NULL" : "'" + key.replace("'", "''") + "'", values, received));
        execute("""
                INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
                SELECT gen_random_uuid(), s.org_id, s.environment, s.id, 1, 'session.started', s.started_at, '{}', now()
                FROM sessions s JOIN (VALUES %s) AS v (id, friendly) ON v.id = s.id
                """.formatted(values));
    }

    /** What a turn of that time does to the row and to the index. */
    public void turn(SessionId session, Instant received) {
        execute(
                "UPDATE sessions SET last_received_at = '%s', last_event_at = '%s', version = version + 1 WHERE id = '%s'"
                        .formatted(received, received, session));
        index.advance(List.of(new Entry(session, LivenessIndex.score(received, IDLE))));
    }

    public void lease(SessionId session, String holder, Instant acquired) {
        execute("INSERT INTO session_leases VALUES ('%s', 'test', '%s', '%s', '%s', now() + interval '1 minute')"
                .formatted(org, session, holder, acquired));
    }

    /** Something was written to a channel of the session. */
    public void written(SessionId session, Instant at) {
        execute("""
                INSERT INTO streams (org_id, environment, session_id, name, content_type, next_seq, last_at)
                VALUES ('%s', 'test', '%s', 'out', 'application/json', 1, '%s')
                """.formatted(org, session, at));
    }

    /** A fork's placeholder that nothing hangs under. */
    public void placeholder(Duration age) {
        SessionId id = newId();
        execute("""
                INSERT INTO sessions (id, friendly_id, org_id, environment, harness_id, harness_session_id, is_placeholder,
                    type, task_identifier, state, created_at, updated_at)
                VALUES ('%s', '%s', '%s', 'test', 'claude', '%s', true, 'ingest', 'claude', 'created', '%s', now())
                """.formatted(id, id.friendly(), org, id, now.minus(age)));
    }

    public String state(SessionId session) {
        return rows("SELECT state FROM sessions WHERE id = '" + session + "'").getFirst();
    }

    /** How many sessions are in a state. */
    public long count(String state) {
        return Long.parseLong(rows("SELECT count(*) FROM sessions WHERE state = '" + state + "'")
                .getFirst());
    }

    /** How many end events there are, and of how many different sessions. */
    public String ends() {
        return rows("SELECT count(*) || ' of ' || count(DISTINCT session_id) FROM session_events WHERE type = 'session.ended'")
                .getFirst();
    }

    public long indexed() {
        long entries = 0;
        for (String key : layout.keys()) {
            entries += send(Request.cmd(Command.ZCARD).arg(key));
        }
        return entries;
    }

    /** What FLUSHALL would do, to all keys of this test. */
    public void flush() {
        List<String> keys = Await.await(redis.send(Request.cmd(Command.KEYS).arg(space.redisKeyPrefix() + "*"))
                        .map(found -> Optional.ofNullable(found)))
                .stream()
                .flatMap(found -> found.stream())
                .map(key -> key.toString())
                .toList();
        if (!keys.isEmpty()) {
            Request remove = Request.cmd(Command.DEL);
            keys.forEach(remove::arg);
            send(remove);
        }
    }

    public long send(Request request) {
        return Await.await(redis.send(request).map(response -> Optional.ofNullable(response)))
                .map(response -> Long.parseLong(response.toString()))
                .orElse(0L);
    }

    public String key(String name) {
        return space.redisKeyPrefix() + name;
    }

    public Connection connect() throws SQLException {
        return space.postgres().connect();
    }

    public void execute(String sql) {
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The rows, their values as text with {@code |} between them. */
    public List<String> rows(String sql) {
        try (Connection connection = connect();
                var statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (result.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    values.add(String.valueOf(result.getString(i)));
                }
                rows.add(String.join("|", values));
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        pool.close();
        redis.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
