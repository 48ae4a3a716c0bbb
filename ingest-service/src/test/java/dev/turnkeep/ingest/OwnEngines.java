package dev.turnkeep.ingest;

import dev.turnkeep.localstack.LocalStack;
import dev.turnkeep.localstack.Sources;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Engines that only one test class talks to, so that it may strike them. Kafka is down when the service starts. */
public final class OwnEngines implements QuarkusTestResourceLifecycleManager {
    private @Nullable LocalStack stack;

    @Override
    public Map<String, String> start() {
        LocalStack started = LocalStack.of(folder(), Sources.packages());
        stack = started;
        var postgres = started.postgres().start();
        var redis = started.redis().start();
        return Map.of(
                "turnkeep.kafka.bootstrap", started.kafka().address().bootstrap(),
                "turnkeep.kafka.topic-prefix", "outage.",
                "turnkeep.kafka.probe", "500ms",
                "turnkeep.postgres.url", postgres.jdbcUrl(),
                "turnkeep.postgres.user", postgres.user(),
                "turnkeep.postgres.password", postgres.password(),
                "turnkeep.redis.url", redis.url(),
                "turnkeep.ingest.publish.deadline", "4s");
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(Objects.requireNonNull(stack), new TestInjector.MatchesType(LocalStack.class));
    }

    @Override
    public void stop() {
        if (stack != null) {
            stack.close();
        }
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory(Path.of("target").toAbsolutePath(), "engines-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
