package dev.turnkeep.session.channel.log;

import dev.turnkeep.platform.redis.RedisKeysConfig;
import io.quarkus.redis.datasource.ReactiveRedisDataSource;
import io.quarkus.redis.datasource.pubsub.ReactivePubSubCommands;
import io.quarkus.redis.datasource.pubsub.ReactivePubSubCommands.ReactiveRedisSubscriber;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells other nodes by Redis which streams have moved, and hears it from them. Best effort: nobody waits for it, and what
 * is missed the safety poll finds.
 *
 * <p>State: the subscription, touched on one timer and by Redis' own callbacks only.
 */
@Singleton
class Hints {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration AGAIN = Duration.ofSeconds(1);
    /** While Redis is away, hints must not pile up. */
    private static final int UNDER_WAY = 256;

    private static final Pattern HINT = Pattern.compile("([0-9]{1,18}):([0-9]{1,18}):([0-9]{1,18}):([01])");

    private final ReactivePubSubCommands<String> redis;
    private final String channel;
    private final String self = UUID.randomUUID().toString();
    private final Tails tails;
    private final Vertx vertx;
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile @Nullable ReactiveRedisSubscriber subscription;
    private volatile boolean subscribing;
    private long timer;

    Hints(ReactiveRedisDataSource redis, RedisKeysConfig config, Tails tails, Vertx vertx) {
        this.redis = redis.pubsub(String.class);
        this.channel = config.keyPrefix() + "channels:moved";
        this.tails = tails;
        this.vertx = vertx;
    }

    void tell(List<StreamEnd> moved) {
        if (underWay.incrementAndGet() > UNDER_WAY) {
            underWay.decrementAndGet();
            return;
        }
        String message = moved.stream()
                .map(end -> end.id() + ":" + end.incarnation() + ":" + end.next() + ":" + (end.closed() ? 1 : 0))
                .collect(Collectors.joining(",", self + " ", ""));
        redis.publish(channel, message)
                .ifNoItem()
                .after(PATIENCE)
                .fail()
                .onTermination()
                .invoke(() -> underWay.decrementAndGet())
                .subscribe()
                .with(_ -> {}, _ -> {});
    }

    void start(@Observes StartupEvent starting) {
        subscribe();
        timer = vertx.setPeriodic(AGAIN.toMillis(), _ -> subscribe());
    }

    void stop(@Observes ShutdownEvent stopping) {
        vertx.cancelTimer(timer);
    }

    private void subscribe() {
        if (subscription != null || subscribing) {
            return;
        }
        subscribing = true;
        redis.subscribe(List.of(channel), this::hear, () -> subscription = null, _ -> subscription = null)
                .ifNoItem()
                .after(PATIENCE)
                .fail()
                .onTermination()
                .invoke(() -> subscribing = false)
                .subscribe()
                .with(made -> subscription = made, _ -> {});
    }

    private void hear(String message) {
        int space = message.indexOf(' ');
        if (space < 0 || message.substring(0, space).equals(self)) {
            return;
        }
        Matcher hint = HINT.matcher(message);
        while (hint.find(space)) {
            tails.hinted(new StreamEnd(
                    Long.parseLong(hint.group(1)),
                    Long.parseLong(hint.group(2)),
                    Long.parseLong(hint.group(3)),
                    hint.group(4).equals("1")));
            space = hint.end();
        }
    }
}
