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
        return Map.of(
                "turnkeep.kafka.bootstrap", opened.kafkaBootstrap(),
                "turnkeep.kafka.topic-prefix", opened.topicPrefix(),
                "turnkeep.postgres.url", opened.postgres().jdbcUrl(),
                "turnkeep.postgres.user", opened.postgres().user(),
                "turnkeep.postgres.password", opened.postgres().password(),
                "turnkeep.redis.url", opened.redisUrl(),
                "turnkeep.redis.key-prefix", opened.redisKeyPrefix());
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
