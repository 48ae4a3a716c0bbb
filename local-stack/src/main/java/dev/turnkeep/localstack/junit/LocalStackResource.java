package dev.turnkeep.localstack.junit;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@link TestSpace} for {@code @QuarkusTest}: points the service's configuration at it, and sets every field of the
 * type {@code TestSpace} in the test class.
 */
public final class LocalStackResource implements QuarkusTestResourceLifecycleManager {

    private @Nullable TestSpace space;

    @Override
    public Map<String, String> start() {
        TestSpace opened = TestSpace.open();
        space = opened;
        return Map.ofEntries(
                Map.entry("turnkeep.kafka.bootstrap", opened.kafkaBootstrap()),
                Map.entry("turnkeep.kafka.topic-prefix", opened.topicPrefix()),
                Map.entry("turnkeep.postgres.url", opened.postgres().jdbcUrl()),
                Map.entry("turnkeep.postgres.user", opened.postgres().user()),
                Map.entry("turnkeep.postgres.password", opened.postgres().password()),
                Map.entry("turnkeep.redis.url", opened.redisUrl()),
                Map.entry("turnkeep.redis.key-prefix", opened.redisKeyPrefix()),
                Map.entry(
                        "turnkeep.clickhouse.url",
                        opened.clickhouse().endpoint().toString()),
                Map.entry("turnkeep.clickhouse.database", opened.clickhouse().database()),
                Map.entry("turnkeep.clickhouse.user", opened.clickhouse().user()),
                Map.entry("turnkeep.clickhouse.password", opened.clickhouse().password()));
    }

    @Override
    public void inject(TestInjector injector) {
        if (space != null) injector.injectIntoFields(space, new TestInjector.MatchesType(TestSpace.class));
    }

    @Override
    public void stop() {
        if (space != null) space.close();
        space = null;
    }
}
