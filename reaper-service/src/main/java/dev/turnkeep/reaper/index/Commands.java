package dev.turnkeep.reaper.index;

import static dev.turnkeep.platform.postgres.Await.await;

import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Commands to Redis that are waited for, and fail when no answer comes in time. */
record Commands(Redis redis) {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Empty for nil. */
    Optional<Response> send(Request request) {
        return await(redis.send(request).map(response -> Optional.ofNullable(response)), PATIENCE);
    }

    /** A number; 0 for nil. */
    long number(Request request) {
        return send(request).map(Commands::number).orElse(0L);
    }

    private static long number(Response response) {
        @Nullable Long number = response.toLong();
        return number == null ? 0 : number;
    }
}
