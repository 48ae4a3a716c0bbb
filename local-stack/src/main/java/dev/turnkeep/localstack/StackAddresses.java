package dev.turnkeep.localstack;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;

/** Where the engines of a stack answer, for another process to read. */
public record StackAddresses(
        KafkaAddress kafka, PostgresAddress postgres, RedisAddress redis, ClickHouseAddress clickhouse) {

    public static StackAddresses of(LocalStack stack) {
        return new StackAddresses(
                stack.kafka().address(),
                stack.postgres().address(),
                stack.redis().address(),
                stack.clickhouse().address());
    }

    /** The file appears whole or not at all. */
    public void save(Path file) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("kafka.bootstrap", kafka.bootstrap());
        properties.setProperty("postgres.host", postgres.host());
        properties.setProperty("postgres.port", Integer.toString(postgres.port()));
        properties.setProperty("postgres.database", postgres.database());
        properties.setProperty("postgres.user", postgres.user());
        properties.setProperty("postgres.password", postgres.password());
        properties.setProperty("redis.url", redis.url());
        properties.setProperty("clickhouse.url", clickhouse.urlWithLogin());
        Path aside = file.resolveSibling(file.getFileName() + ".part");
        try (Writer writer = Files.newBufferedWriter(aside)) {
            properties.store(writer, null);
        }
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    public static StackAddresses load(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        return new StackAddresses(
                new KafkaAddress(properties.getProperty("kafka.bootstrap")),
                new PostgresAddress(
                        properties.getProperty("postgres.host"),
                        Integer.parseInt(properties.getProperty("postgres.port")),
                        properties.getProperty("postgres.database"),
                        properties.getProperty("postgres.user"),
                        properties.getProperty("postgres.password")),
                RedisAddress.parse(properties.getProperty("redis.url")),
                ClickHouseAddress.parse(properties.getProperty("clickhouse.url")));
    }
}
