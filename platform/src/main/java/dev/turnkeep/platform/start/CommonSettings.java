package dev.turnkeep.platform.start;

import dev.turnkeep.platform.kafka.KafkaConfig;
import dev.turnkeep.platform.log.LogConfig;
import dev.turnkeep.platform.postgres.PostgresConfig;
import dev.turnkeep.platform.postgres.PostgresPools;
import dev.turnkeep.platform.redis.RedisKeysConfig;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;

/** What every service has to know: where the engines are, and where it listens. */
@Singleton
final class CommonSettings implements SettingsCheck {
    /** As Kafka's clients read one of several: a protocol may come before it, and an address of IPv6 is in brackets. */
    private static final Pattern BROKER =
            Pattern.compile("([0-9a-zA-Z\\-%._]*://)?\\[?[0-9a-zA-Z\\-%._:]+]?:[0-9]{1,5}");

    private static final Pattern TOPIC_PREFIX = Pattern.compile("[a-zA-Z0-9._-]{0,200}");
    private static final Duration MILLISECOND = Duration.ofMillis(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int MOST_PARTITIONS = 100_000;

    private final PostgresConfig postgres;
    private final KafkaConfig kafka;
    private final RedisKeysConfig redis;
    private final LogConfig log;
    private final Config config;

    CommonSettings(PostgresConfig postgres, KafkaConfig kafka, RedisKeysConfig redis, LogConfig log, Config config) {
        this.postgres = postgres;
        this.kafka = kafka;
        this.redis = redis;
        this.log = log;
        this.config = config;
    }

    @Override
    public void check(Findings findings) {
        postgres(findings);
        kafka(findings);
        findings.require(
                redis.url().matches("(redis|rediss|unix)://.+"),
                "turnkeep.redis.url",
                "has to begin with redis://, rediss:// or unix://");
        ports(findings);
        findings.require(log.format().matches("text|json"), "turnkeep.log.format", "text or json");
        tracing(findings);
    }

    private void postgres(Findings findings) {
        findings.require(
                PostgresPools.addressable(postgres.url()),
                "turnkeep.postgres.url",
                "must have the form jdbc:postgresql://host:port/database");
        findings.within("turnkeep.postgres.connect-timeout", postgres.connectTimeout(), MILLISECOND, HOUR);
        findings.within(
                "turnkeep.postgres.statement-timeout", postgres.statementTimeout(), MILLISECOND, HOUR.multipliedBy(24));
        findings.within("turnkeep.postgres.lock-timeout", postgres.lockTimeout(), MILLISECOND, HOUR.multipliedBy(24));
        if (postgres.lockTimeout().compareTo(postgres.statementTimeout()) >= 0) {
            findings.doubt(
                    "turnkeep.postgres.lock-timeout",
                    "is not shorter than turnkeep.postgres.statement-timeout: a wait for a row then fails as a slow statement");
        }
    }

    private void kafka(Findings findings) {
        List<String> brokers = Arrays.stream(kafka.bootstrapServers().split(",", -1))
                .map(String::strip)
                .filter(broker -> !broker.isEmpty())
                .toList();
        findings.require(
                !brokers.isEmpty()
                        && brokers.stream()
                                .allMatch(broker -> BROKER.matcher(broker).matches()),
                "turnkeep.kafka.bootstrap",
                "has to be host:port, several with commas");
        findings.require(
                TOPIC_PREFIX.matcher(kafka.topicPrefix()).matches(),
                "turnkeep.kafka.topic-prefix",
                "letters, digits, dots, underscores and hyphens");
        findings.within("turnkeep.kafka.topic-partitions", kafka.topicPartitions(), 1, MOST_PARTITIONS);
        kafka.topicReplication()
                .ifPresent(
                        replicas -> findings.within("turnkeep.kafka.topic-replication", replicas, 1, Short.MAX_VALUE));
        findings.within("turnkeep.kafka.probe", kafka.probe(), MILLISECOND, HOUR);
        findings.within("turnkeep.kafka.probe-timeout", kafka.probeTimeout(), MILLISECOND, HOUR);
    }

    private void ports(Findings findings) {
        int http = config.getValue("quarkus.http.port", Integer.class);
        int management = config.getValue("quarkus.management.port", Integer.class);
        findings.require(
                http == 0 || http != management,
                "quarkus.management.port",
                "is the port of the API too, quarkus.http.port: they need one each");
    }

    private void tracing(Findings findings) {
        boolean disabled = config.getValue("quarkus.otel.sdk.disabled", Boolean.class);
        boolean given =
                config.getConfigValue("quarkus.otel.exporter.otlp.endpoint").getSourceOrdinal() > 0
                        || config.getConfigValue("quarkus.otel.exporter.otlp.traces.endpoint")
                                        .getSourceOrdinal()
                                > 0;
        if (disabled && given) {
            findings.doubt(
                    "quarkus.otel.sdk.disabled",
                    "is true, so that nothing is sent to the collector that is configured; false switches tracing on");
        }
        if (!disabled && !given) {
            findings.doubt(
                    "quarkus.otel.exporter.otlp.endpoint",
                    "is not given, so that traces go to a collector on this machine");
        }
    }
}
