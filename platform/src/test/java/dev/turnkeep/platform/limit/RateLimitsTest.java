package dev.turnkeep.platform.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.redis.datasource.ReactiveRedisDataSource;
import io.vertx.core.http.HttpServerResponse;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RateLimitsTest {
    private static final Clock NOON = Clock.fixed(Instant.parse("2026-05-01T12:00:03Z"), ZoneOffset.UTC);

    private final AtomicInteger asked = new AtomicInteger();
    private final Map<String, String> headers = new HashMap<>();
    private final RateLimits limits = new RateLimits(
            awayRedis(), "test:limit:", Duration.ofSeconds(10), Duration.ofMillis(10), new SimpleMeterRegistry(), NOON);

    @Test
    void countsHereWhileRedisIsAwayAndDoesNotAskItEachTime() {
        // When
        limits.count(response(), "key", 2);
        limits.count(response(), "key", 2);

        // Then
        assertThat(headers)
                .containsEntry("x-ratelimit-limit", "2")
                .containsEntry("x-ratelimit-remaining", "0")
                .containsEntry("x-ratelimit-reset", Long.toString(NOON.millis() + 7_000));
        assertThat(asked).hasValue(1);
    }

    @Test
    void saysWhenToComeBack() {
        // Given
        limits.count(response(), "key", 1);

        // When / Then
        assertThatThrownBy(() -> limits.count(response(), "key", 1)).isInstanceOfSatisfying(RetryLater.class, later -> {
            assertThat(later.problem()).isEqualTo(Problem.RATE_LIMITED);
            assertThat(later.after()).isEqualTo(Duration.ofSeconds(7));
        });
    }

    @Test
    void countsEachKeyForItself() {
        // Given
        limits.count(response(), "key", 1);

        // When
        limits.count(response(), "another", 1);

        // Then
        assertThat(headers).containsEntry("x-ratelimit-remaining", "0");
    }

    private ReactiveRedisDataSource awayRedis() {
        return (ReactiveRedisDataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ReactiveRedisDataSource.class}, (_, _, _) -> {
                    asked.incrementAndGet();
                    throw new IllegalStateException("away");
                });
    }

    private HttpServerResponse response() {
        return (HttpServerResponse) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {HttpServerResponse.class}, (self, _, arguments) -> {
                    headers.put(String.valueOf(arguments[0]), String.valueOf(arguments[1]));
                    return self;
                });
    }
}
