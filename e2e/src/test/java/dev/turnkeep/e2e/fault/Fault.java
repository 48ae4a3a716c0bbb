package dev.turnkeep.e2e.fault;

import dev.turnkeep.e2e.system.Await;
import dev.turnkeep.localstack.Engine;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Something that happens to a system, from outside, and is over when {@link #strike} returns.
 *
 * @param name as operators would put it
 * @param often whether it is in the ordinary test run, as one of its class
 * @param strike how
 */
record Fault(String name, boolean often, Consumer<Site> strike) {
    private static final boolean OFTEN = true;
    private static final boolean RARE = false;

    /** @param full how long things are stopped and away: as in the design, or as short as shows the same */
    static List<Fault> all(boolean full) {
        Duration stopped = Duration.ofSeconds(full ? 30 : 3);
        Duration away = Duration.ofSeconds(full ? 120 : 3);
        Stream<Fault> services = Stream.of(
                killed("session-service", OFTEN, site -> site.turnkeep().sessionService()),
                killed("ingest-service", OFTEN, site -> site.turnkeep().ingestService()),
                killed("one of two reapers", RARE, site -> site.reapers().getFirst()),
                killed("the leading replication", RARE, Site::tablesLeader),
                stopped("session-service", RARE, stopped, site -> site.turnkeep()
                        .sessionService()),
                stopped("ingest-service", RARE, stopped, site -> site.turnkeep().ingestService()),
                stopped("one of two reapers", RARE, stopped, site -> site.reapers()
                        .getFirst()),
                stopped("the leading replication", OFTEN, stopped, Site::tablesLeader));
        Stream<Fault> engines = Stream.of(
                lost("Kafka", OFTEN, site -> site.stack().kafka()),
                lost("Postgres", OFTEN, site -> site.stack().postgres()),
                lost("Redis", RARE, site -> site.stack().redis()),
                lost("ClickHouse", RARE, site -> site.stack().clickhouse()),
                restarted("Kafka", RARE, site -> site.stack().kafka()),
                restarted("Postgres", RARE, site -> site.stack().postgres()),
                frozen("Kafka", RARE, stopped, site -> site.stack().kafka()),
                frozen("Postgres", RARE, stopped, site -> site.stack().postgres()),
                frozen("Redis", RARE, stopped, site -> site.stack().redis()),
                new Fault("ClickHouse away for " + away.toSeconds() + " s", RARE, site -> {
                    site.stack().clickhouse().stop();
                    Await.pause(away.toMillis());
                    site.stack().clickhouse().start();
                }));
        Stream<Fault> others = Stream.of(
                new Fault("Redis FLUSHALL", OFTEN, site -> site.turnkeep().flushRedis()),
                new Fault("connections to Postgres cut, 20 times", OFTEN, site -> {
                    for (int i = 0; i < 20; i++) {
                        site.cutDatabaseConnections();
                        Await.pause(100);
                    }
                }),
                new Fault("answers of ingest cut, 20 times", OFTEN, site -> {
                    for (int i = 0; i < 20; i++) {
                        site.entrance().shut();
                        site.entrance().open();
                        Await.pause(100);
                    }
                }));
        return Stream.of(services, engines, others)
                .flatMap(faults -> faults)
                .filter(fault -> full || fault.often())
                .toList();
    }

    private static Fault killed(String who, boolean often, Function<Site, ServiceProcess> which) {
        return new Fault("kill -9 " + who, often, site -> {
            ServiceProcess process = which.apply(site);
            process.kill();
            process.start();
        });
    }

    private static Fault stopped(String who, boolean often, Duration time, Function<Site, ServiceProcess> which) {
        return new Fault("SIGSTOP " + who + ", " + time.toSeconds() + " s", often, site -> {
            ServiceProcess process = which.apply(site);
            process.suspend();
            Await.pause(time.toMillis());
            process.resume();
        });
    }

    private static Fault lost(String which, boolean often, Function<Site, Engine<?>> engine) {
        return new Fault("kill -9 " + which, often, site -> {
            engine.apply(site).kill();
            engine.apply(site).start();
        });
    }

    private static Fault restarted(String which, boolean often, Function<Site, Engine<?>> engine) {
        return new Fault("restart " + which, often, site -> {
            engine.apply(site).stop();
            engine.apply(site).start();
        });
    }

    private static Fault frozen(String which, boolean often, Duration time, Function<Site, Engine<?>> engine) {
        return new Fault("SIGSTOP " + which + ", " + time.toSeconds() + " s", often, site -> {
            engine.apply(site).suspend();
            Await.pause(time.toMillis());
            engine.apply(site).resume();
        });
    }

    @Override
    public String toString() {
        return name;
    }
}
