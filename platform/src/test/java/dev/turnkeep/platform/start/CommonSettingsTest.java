package dev.turnkeep.platform.start;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.platform.kafka.KafkaConfig;
import dev.turnkeep.platform.log.LogConfig;
import dev.turnkeep.platform.postgres.PostgresConfig;
import dev.turnkeep.platform.redis.RedisKeysConfig;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommonSettingsTest {
    private static final int ORDINAL = 300;
    private static final int PRIORITY = 200;

    @Test
    void theDefaultsAreFine() {
        assertThat(checked(Map.of()).refused()).isEmpty();
        assertThat(checked(Map.of()).doubtful()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "turnkeep.postgres.url|postgres://somewhere",
                "turnkeep.postgres.connect-timeout|0s",
                "turnkeep.kafka.bootstrap|somewhere",
                "turnkeep.kafka.bootstrap|one:9092,two",
                "turnkeep.kafka.topic-prefix|with a space",
                "turnkeep.kafka.topic-partitions|0",
                "turnkeep.kafka.topic-replication|0",
                "turnkeep.redis.url|somewhere:6379",
                "turnkeep.log.format|xml",
                "quarkus.management.port|8080"
            })
    void whatCannotBeUsedIsRefusedByItsName(String setting, String value) {
        // When
        Findings findings = checked(Map.of(setting, value));

        // Then
        assertThat(findings.refused()).singleElement().asString().startsWith(setting + " (");
    }

    @Test
    void allOfThemAreToldAtOnceAndNoSecretIs() {
        // When
        Findings findings = checked(Map.of(
                "turnkeep.postgres.url", "postgres://ada:hunter2@somewhere",
                "turnkeep.redis.url", "ada:hunter2@somewhere",
                "turnkeep.kafka.bootstrap", "hunter2"));

        // Then
        assertThat(findings.refused()).hasSize(3).noneMatch(line -> line.contains("hunter2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"one:9092", "one:9092, two:9092,", "SASL_SSL://one:9092", "[::1]:9092"})
    void brokersMayBeGivenAsKafkaReadsThem(String brokers) {
        assertThat(checked(Map.of("turnkeep.kafka.bootstrap", brokers)).refused())
                .isEmpty();
    }

    @Test
    void aCollectorThatNothingIsSentToIsTold() {
        // When
        List<String> doubts = checked(Map.of("quarkus.otel.exporter.otlp.endpoint", "http://collector:4317"))
                .doubtful();

        // Then
        assertThat(doubts).singleElement().asString().startsWith("quarkus.otel.sdk.disabled");
    }

    private static Findings checked(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(Map.of(
                "quarkus.http.port", "8080",
                "quarkus.management.port", "9080",
                "quarkus.otel.sdk.disabled", "true"));
        all.putAll(settings);
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withConverter(Duration.class, PRIORITY, new DurationConverter())
                .withMapping(PostgresConfig.class)
                .withMapping(KafkaConfig.class)
                .withMapping(RedisKeysConfig.class)
                .withMapping(LogConfig.class)
                .withSources(new PropertiesConfigSource(all, "test", ORDINAL))
                .build();
        Findings findings = new Findings();
        new CommonSettings(
                        config.getConfigMapping(PostgresConfig.class),
                        config.getConfigMapping(KafkaConfig.class),
                        config.getConfigMapping(RedisKeysConfig.class),
                        config.getConfigMapping(LogConfig.class),
                        config)
                .check(findings);
        return findings;
    }
}
