package dev.turnkeep.localstack;

import java.util.Locale;
import java.util.function.Function;

/** Where each engine comes from. */
public record Sources(
        Source<KafkaAddress> kafka,
        Source<PostgresAddress> postgres,
        Source<RedisAddress> redis,
        Source<ClickHouseAddress> clickhouse) {

    /** @param <A> the engine's kind of address */
    public sealed interface Source<A> {}

    /** A process of ours, from a package. Port 0: any free one. */
    public record Packaged<A>(int port) implements Source<A> {}

    /** A Docker container. Port 0: any free one. */
    public record Container<A>(int port) implements Source<A> {}

    /** Runs already, and is not ours to start, stop or strike. */
    public record External<A>(A address) implements Source<A> {}

    /** Packages on free ports. */
    public static Sources packages() {
        return new Sources(new Packaged<>(0), new Packaged<>(0), new Packaged<>(0), new Packaged<>(0));
    }

    /**
     * {@code TURNKEEP_STACK_SOURCE} = {@code packages} (default), {@code containers} or {@code external}; an engine whose
     * address is given ({@code KAFKA_BOOTSTRAP}, {@code POSTGRES_URL}, {@code REDIS_URL}, {@code CLICKHOUSE_URL}) is
     * external whatever that says. {@code CLICKHOUSE_SOURCE} chooses for ClickHouse alone, since its package runs on
     * fewer machines. Ports: {@code KAFKA_PORT}, {@code POSTGRES_PORT}, {@code REDIS_PORT}, {@code CLICKHOUSE_PORT}.
     *
     * @throws IllegalArgumentException naming the variable that is wrong or missing
     */
    public static Sources from(Settings settings) {
        String all = "TURNKEEP_STACK_SOURCE";
        String one = "CLICKHOUSE_SOURCE";
        String clickhouse = settings.value(one) == null ? all : one;
        return new Sources(
                source(settings, all, "KAFKA_PORT", "KAFKA_BOOTSTRAP", KafkaAddress::new),
                source(settings, all, "POSTGRES_PORT", "POSTGRES_URL", PostgresAddress::parse),
                source(settings, all, "REDIS_PORT", "REDIS_URL", RedisAddress::parse),
                source(settings, clickhouse, "CLICKHOUSE_PORT", "CLICKHOUSE_URL", ClickHouseAddress::parse));
    }

    private static <A> Source<A> source(
            Settings settings, String kindName, String portName, String addressName, Function<String, A> parse) {
        String given = settings.value(addressName);
        if (given != null) return new External<>(parse.apply(given));
        int port = settings.port(portName, 0);
        String kind = settings.value(kindName, "packages").toLowerCase(Locale.ROOT);
        return switch (kind) {
            case "packages" -> new Packaged<>(port);
            case "containers" -> new Container<>(port);
            case "external" -> throw new IllegalArgumentException(kindName + "=external needs " + addressName);
            default ->
                throw new IllegalArgumentException(kindName + "=" + kind + ": it is packages, containers or external");
        };
    }
}
