package dev.turnkeep.replication.status;

import dev.turnkeep.replication.stream.Pipeline;
import dev.turnkeep.replication.stream.Streams;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Red while a stream's rows wait: nothing is lost then, but what is behind the stream stands still. */
@Readiness
@Singleton
public class StreamsReadiness implements HealthCheck {
    private final Streams streams;

    StreamsReadiness(Streams streams) {
        this.streams = streams;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("streams").up();
        for (Pipeline pipeline : streams.all()) {
            Optional<String> trouble = pipeline.trouble();
            trouble.ifPresent(reason -> answer.down().withData(pipeline.name(), reason));
        }
        return answer.build();
    }
}
