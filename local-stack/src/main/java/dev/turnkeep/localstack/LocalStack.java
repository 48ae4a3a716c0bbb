package dev.turnkeep.localstack;

import dev.turnkeep.localstack.Sources.Container;
import dev.turnkeep.localstack.Sources.External;
import dev.turnkeep.localstack.Sources.Packaged;
import dev.turnkeep.localstack.Sources.Source;
import dev.turnkeep.localstack.clickhouse.ClickHousePing;
import dev.turnkeep.localstack.clickhouse.ClickHouseServer;
import dev.turnkeep.localstack.kafka.KafkaBroker;
import dev.turnkeep.localstack.kafka.KafkaPing;
import dev.turnkeep.localstack.postgres.PostgresPing;
import dev.turnkeep.localstack.postgres.PostgresServer;
import dev.turnkeep.localstack.redis.RedisPing;
import dev.turnkeep.localstack.redis.RedisServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * The engines, whatever their sources. They live no longer than this JVM, and keep their data in the folder, one
 * sub-folder each: a stack that is opened on the same folder again finds it.
 */
public final class LocalStack implements AutoCloseable {

    private final Engine<KafkaAddress> kafka;
    private final Engine<PostgresAddress> postgres;
    private final Engine<RedisAddress> redis;

    private final Engine<ClickHouseAddress> clickhouse;

    private LocalStack(
            Engine<KafkaAddress> kafka,
            Engine<PostgresAddress> postgres,
            Engine<RedisAddress> redis,
            Engine<ClickHouseAddress> clickhouse) {
        this.kafka = kafka;
        this.postgres = postgres;
        this.redis = redis;
        this.clickhouse = clickhouse;
    }

    /** A stack of one's own, from the sources that the process is configured with. */
    public static LocalStack start(Path folder) {
        return start(folder, Sources.from(Settings.ofProcess()));
    }

    /** @throws EngineException when an engine cannot be started; none is then left running */
    public static LocalStack start(Path folder, Sources sources) {
        LocalStack stack = of(folder, sources);
        stack.start();
        return stack;
    }

    /** Not started yet. */
    public static LocalStack of(Path folder, Sources sources) {
        Path data = folder.toAbsolutePath().normalize();
        return new LocalStack(
                engine("kafka", data, sources.kafka(), KafkaBroker::new, Containers::kafka, new KafkaPing()),
                engine(
                        "postgres",
                        data,
                        sources.postgres(),
                        PostgresServer::new,
                        Containers::postgres,
                        new PostgresPing()),
                engine("redis", data, sources.redis(), RedisServer::new, Containers::redis, new RedisPing()),
                engine(
                        "clickhouse",
                        data,
                        sources.clickhouse(),
                        ClickHouseServer::new,
                        Containers::clickhouse,
                        new ClickHousePing()));
    }

    public Engine<KafkaAddress> kafka() {
        return kafka;
    }

    public Engine<PostgresAddress> postgres() {
        return postgres;
    }

    public Engine<RedisAddress> redis() {
        return redis;
    }

    public Engine<ClickHouseAddress> clickhouse() {
        return clickhouse;
    }

    public List<Engine<?>> engines() {
        return List.of(kafka, postgres, redis, clickhouse);
    }

    /** Starts all of them at once; stops them again when one fails. */
    public void start() {
        start(engine -> {});
    }

    /** @param started is told of each engine as it comes up, by a thread of its own */
    public void start(Consumer<Engine<?>> started) {
        try {
            forAll(engine -> {
                engine.start();
                started.accept(engine);
            });
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    public void close() {
        forAll(Engine::close);
    }

    private void forAll(Consumer<Engine<?>> action) {
        List<Future<?>> outcomes = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Engine<?> engine : engines()) outcomes.add(threads.submit(() -> action.accept(engine)));
        }
        for (Future<?> outcome : outcomes) {
            try {
                outcome.get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : new EngineException("unexpected", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EngineException("interrupted", e);
            }
        }
    }

    private static <A> Engine<A> engine(
            String name,
            Path data,
            Source<A> source,
            IntFunction<Program<A>> packaged,
            IntFunction<Engine<A>> container,
            Ping<A> ping) {
        return switch (source) {
            case Packaged<A>(int port) -> new ProcessEngine<>(packaged.apply(chosen(port)), data.resolve(name));
            case Container<A>(int port) -> container.apply(chosen(port));
            case External<A>(A address) -> new ExternalEngine<>(name, address, ping);
        };
    }

    private static int chosen(int port) {
        return port == 0 ? Ports.free() : port;
    }
}
