package dev.turnkeep.localstack.junit;

import dev.turnkeep.localstack.ClickHouseAddress;
import dev.turnkeep.localstack.EngineException;
import dev.turnkeep.localstack.KafkaAddress;
import dev.turnkeep.localstack.PostgresAddress;
import dev.turnkeep.localstack.RedisAddress;
import dev.turnkeep.localstack.StackAddresses;
import dev.turnkeep.localstack.clickhouse.ClickHouseSql;
import dev.turnkeep.localstack.kafka.KafkaPing;
import java.io.IOException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One test class's part of the shared engines: a fresh database, and prefixes for its topics and keys. Nothing else
 * keeps test classes apart, so a test uses only names that begin with its prefixes.
 *
 * @param postgres a new, empty database with a superuser's login
 * @param topicPrefix such as {@code t_k3v9q2xa.}
 * @param redisKeyPrefix such as {@code t_k3v9q2xa:}
 * @param clickhouse a new, empty database
 */
public record TestSpace(
        KafkaAddress kafka,
        String topicPrefix,
        PostgresAddress postgres,
        RedisAddress redis,
        String redisKeyPrefix,
        ClickHouseAddress clickhouse)
        implements AutoCloseable {

    private static final int NAME_LENGTH = 8;
    private static final int RADIX = 36;
    private static final long PATIENCE_SECONDS = 30;

    /** A new space in the engines of this build, which are started when nobody did yet. */
    public static TestSpace open() {
        return open(SharedStack.addresses());
    }

    /** A new space in the given engines; the login must be a superuser's. */
    public static TestSpace open(StackAddresses engines) {
        String name = "t_"
                + new SecureRandom()
                        .ints(NAME_LENGTH, 0, RADIX)
                        .mapToObj(digit -> Character.toString(Character.forDigit(digit, RADIX)))
                        .reduce("", String::concat);
        execute(engines.postgres(), List.of("CREATE DATABASE " + name));
        clickhouse(engines.clickhouse(), "CREATE DATABASE " + name);
        return new TestSpace(
                engines.kafka(),
                name + ".",
                engines.postgres().withDatabase(name),
                engines.redis(),
                name + ":",
                engines.clickhouse().withDatabase(name));
    }

    public String kafkaBootstrap() {
        return kafka.bootstrap();
    }

    /** {@code redis://host:port} */
    public String redisUrl() {
        return redis.url();
    }

    /** Drops the databases, the replication slots first, and the topics. Keys expire with the engine. */
    @Override
    public void close() {
        String database = postgres.database();
        execute(
                postgres.withDatabase("postgres"),
                List.of(
                        "SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots WHERE database = '%s' AND active"
                                .formatted(database),
                        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = '%s'"
                                .formatted(database),
                        "DROP DATABASE %s WITH (FORCE)".formatted(database)));
        clickhouse(clickhouse, "DROP DATABASE IF EXISTS " + clickhouse.database() + " SYNC");
        deleteTopics();
    }

    private static void clickhouse(ClickHouseAddress address, String sql) {
        try {
            ClickHouseSql.run(address, sql);
        } catch (IOException e) {
            throw new EngineException("a test database at " + address + ": " + e.getMessage(), e);
        }
    }

    private static void execute(PostgresAddress address, List<String> statements) {
        try (Connection connection = address.connect();
                var statement = connection.createStatement()) {
            for (String sql : statements) statement.execute(sql);
        } catch (SQLException e) {
            throw new EngineException("a test database at " + address + ": " + e.getMessage(), e);
        }
    }

    private void deleteTopics() {
        try (var admin = KafkaPing.admin(kafka)) {
            List<String> topics = admin.listTopics().names().get(PATIENCE_SECONDS, TimeUnit.SECONDS).stream()
                    .filter(topic -> topic.startsWith(topicPrefix))
                    .toList();
            if (!topics.isEmpty()) admin.deleteTopics(topics).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new EngineException("cannot delete the topics " + topicPrefix + "*", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException("interrupted while deleting the topics " + topicPrefix + "*", e);
        }
    }
}
